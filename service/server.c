#include "server.h"

#include "schedule.h"
#include "text.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECTION_MEMORY = 64 << 10, // read buffer and headers of one connection
    MAX_CONNECTIONS = 60000,
    BACKLOG = 4096,
};

struct server {
    struct chat *chat;
    struct schedule *schedule;
    struct MHD_Daemon *daemon;
};

enum route { ROUTE_CHAT, ROUTE_MODELS, ROUTE_STATS, ROUTE_HEALTH, ROUTE_NONE, ROUTE_WRONG_METHOD };

// One request, from its first header to its end.
struct call {
    struct job job; // first, so that a job is a call
    struct server *server;
    struct MHD_Connection *connection;
    enum route route;
    const struct protocol *protocol;
    char *model;  // from the path; or NULL
    bool stream;  // as the path says
    size_t piece; // of the reply's script, the next to be sent
    bool waited;  // for that piece
    struct buffer body;
    bool too_large;
    bool worked; // reply is decided
    bool ready;  // the schedule handed it back
    struct chat_reply reply;
};

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state);
static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code);
static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code);
static struct call *call_new(struct server *server, struct MHD_Connection *connection,
                             const char *url, const char *method);
static bool call_take(struct call *call, const char *data, size_t size);
static void call_work(struct call *call);
static enum MHD_Result call_wait(struct call *call);
static enum MHD_Result call_send(struct call *call);
static void call_ready(struct job *job);

struct server *server_start(struct chat *chat, const struct sockaddr_in *address, unsigned *port,
                            struct error *why)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the simulator");
        return NULL;
    }
    server->chat = chat;
    server->schedule = schedule_new(chat_capacity(chat), call_ready, why);
    if (server->schedule == NULL) {
        free(server);
        return NULL;
    }
    unsigned threads = chat_threads(chat);
    // Without MHD_OPTION_LISTENING_ADDRESS_REUSE: it would let two servers share one port.
    errno = 0;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL,
        on_request, server, MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)MAX_CONNECTIONS, MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)BACKLOG,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_THREAD_POOL_SIZE,
        threads > 1 ? threads : 0u, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
    if (server->daemon == NULL) {
        error_set_errno(why, ERR_ENDPOINT, "cannot listen on port %u",
                        (unsigned)ntohs(address->sin_port));
        server_stop(server);
        return NULL;
    }
    *port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return server;
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    // No connection may be suspended when the daemon stops.
    schedule_end(server->schedule);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    schedule_free(server->schedule);
    free(server);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    (void)connection;
    (void)state;
    ledger_connection(chat_ledger(server->chat), code == MHD_CONNECTION_NOTIFY_STARTED);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct call *call = *state;
    (void)connection;
    if (call == NULL)
        return;
    *state = NULL;
    schedule_leave(server->schedule, &call->job);
    if (call->route == ROUTE_CHAT)
        chat_finish(server->chat, &call->reply, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    buffer_clear(&call->body);
    chat_reply_clear(&call->reply);
    free(call->model);
    free(call);
}

// libmicrohttpd calls this first with the headers, then for each piece of the body, then at its
// end, and again when a suspended connection is resumed.
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct call *call = *state;
    (void)version;
    if (call == NULL) {
        call = call_new(context, connection, url, method);
        *state = call;
        return call == NULL ? MHD_NO : call->worked ? call_send(call) : MHD_YES;
    }
    if (*size > 0) {
        bool taken = call_take(call, data, *size);
        *size = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    if (call->ready)
        return call->job.aborted ? MHD_NO : call_send(call);
    call_work(call);
    return call_wait(call);
}

static enum route find_route(struct call *call, const char *url, const char *method)
{
    const struct protocol *protocol = protocol_find(url, &call->model, &call->stream);
    call->protocol = protocol != NULL ? protocol : &protocol_openai;
    enum route route = protocol != NULL              ? ROUTE_CHAT
                       : text_ends(url, "/models")   ? ROUTE_MODELS
                       : strcmp(url, "/stats") == 0  ? ROUTE_STATS
                       : strcmp(url, "/health") == 0 ? ROUTE_HEALTH
                                                     : ROUTE_NONE;
    const char *wanted = route == ROUTE_CHAT ? "POST" : "GET";
    return route == ROUTE_NONE || strcmp(method, wanted) == 0 ? route : ROUTE_WRONG_METHOD;
}

static const char *header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

static struct call *call_new(struct server *server, struct MHD_Connection *connection,
                             const char *url, const char *method)
{
    struct call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    call->server = server;
    call->connection = connection;
    call->route = find_route(call, url, method);
    buffer_init(&call->body, MAX_BODY);
    if (call->route != ROUTE_CHAT)
        return call;
    ledger_begin(chat_ledger(server->chat));
    const char *told = header(call, "Content-Length");
    unsigned long long length = told != NULL ? strtoull(told, NULL, 10) : 0;
    call->too_large = length > MAX_BODY;
    // A client that waits for "100 Continue" is told before it sends; another one is let finish,
    // as it would not read an answer that comes before.
    if (call->too_large && header(call, "Expect") != NULL)
        call_work(call);
    else if (!call->too_large && length > 0)
        buffer_reserve(&call->body, (size_t)length);
    return call;
}

static bool call_take(struct call *call, const char *data, size_t size)
{
    if (call->too_large || buffer_append(&call->body, data, size))
        return true;
    call->too_large = call->body.length + size > MAX_BODY;
    buffer_clear(&call->body);
    return call->too_large;
}

static void refuse_version(struct call *call)
{
    char message[100];
    snprintf(message, sizeof message, "%s: header is required", call->protocol->version_header);
    chat_refuse(call->server->chat, call->protocol, 400, message, &call->reply);
}

// Gemini's stream is server-sent events only when alt=sse asks for them.
static void answer_body(struct call *call)
{
    const char *alt = MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, "alt");
    struct chat_asked asked = {.protocol = call->protocol,
                               .model = call->model,
                               .stream = call->stream,
                               .stream_array =
                                   call->stream && (alt == NULL || strcmp(alt, "sse") != 0)};
    chat_answer(call->server->chat, &asked, buffer_text(&call->body), call->body.length,
                &call->reply);
}

static void work_chat(struct call *call)
{
    struct chat *chat = call->server->chat;
    const struct protocol *protocol = call->protocol;
    if (call->too_large)
        chat_refuse(chat, protocol, 413, "Request body is larger than 64 MiB.", &call->reply);
    else if (protocol->version_header != NULL && header(call, protocol->version_header) == NULL)
        refuse_version(call);
    else if (!chat_authorize(chat, protocol, header(call, protocol->key_header), &call->reply))
        ;
    else if (!schedule_enter(call->server->schedule, &call->job))
        chat_refuse_busy(protocol, &call->reply);
    else
        answer_body(call);
    call->reply.outcome.status = call->reply.status;
    call->reply.outcome.bytes_out = call->reply.body.length;
    // Whoever waits for latency holds no body.
    buffer_clear(&call->body);
}

static void work_other(struct call *call)
{
    struct chat *chat = call->server->chat;
    struct chat_reply *reply = &call->reply;
    unsigned working, most_working, waiting;
    *reply = (struct chat_reply){.status = 200, .content_type = "application/json"};
    buffer_init(&reply->body, 1 << 20);
    switch (call->route) {
    case ROUTE_MODELS:
        if (chat_authorize(chat, call->protocol, header(call, call->protocol->key_header), reply))
            completion_write_models(chat_model(chat), &reply->body);
        break;
    case ROUTE_STATS:
        schedule_count(call->server->schedule, &working, &most_working, &waiting);
        ledger_write(chat_ledger(chat), working, most_working, waiting, &reply->body);
        break;
    case ROUTE_HEALTH:
        buffer_append_text(&reply->body, "{\"status\":\"ok\"}");
        break;
    case ROUTE_WRONG_METHOD:
        chat_refuse(chat, call->protocol, 405, "Not allowed to use this method on this path.",
                    reply);
        break;
    default:
        chat_refuse(chat, call->protocol, 404,
                    "Unknown request URL. The simulator serves /v1/chat/completions, /v1/messages, "
                    "/v1beta/models/MODEL:generateContent and /v1/models.",
                    reply);
    }
}

static void call_work(struct call *call)
{
    call->worked = true;
    if (call->route == ROUTE_CHAT)
        work_chat(call);
    else
        work_other(call);
}

static void call_suspend(struct job *job)
{
    struct call *call = (struct call *)job;
    MHD_suspend_connection(call->connection);
}

static int call_socket(const struct call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

// Sends at once, or gives the call to the schedule.
static enum MHD_Result call_wait(struct call *call)
{
    struct schedule *schedule = call->server->schedule;
    call->job.delay_ns = call->reply.delay_ns;
    call->job.socket = call_socket(call);
    if (call->reply.action == FAULT_ACT_STALL)
        return schedule_stall(schedule, &call->job, call_suspend) ? MHD_YES : MHD_NO;
    call->job.stays = script_waits(&call->reply.script);
    if (call->reply.delay_ns == 0 && !call->job.stays)
        return call_send(call);
    return schedule_add(schedule, &call->job, call_suspend) ? MHD_YES : MHD_NO;
}

// On the schedule's thread.
static void call_ready(struct job *job)
{
    struct call *call = (struct call *)job;
    call->ready = true;
    MHD_resume_connection(call->connection);
}

// A TCP reset, at once: Linux sends one when a connected socket is disconnected by AF_UNSPEC,
// while closing it would first send what looks like an orderly end.
static enum MHD_Result call_reset(const struct call *call)
{
    struct sockaddr nothing = {.sa_family = AF_UNSPEC};
    connect(call_socket(call), &nothing, sizeof nothing);
    return MHD_NO;
}

// The body that breaks off: as many bytes as there are, then an error, before the end that the
// Content-Length promised.
static ssize_t read_cut(void *context, uint64_t position, char *to, size_t room)
{
    const struct buffer *body = context;
    if (position >= body->length)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t length = body->length - (size_t)position;
    length = length < room ? length : room;
    memcpy(to, body->data + position, length);
    return (ssize_t)length;
}

static ssize_t end_script(struct call *call);

// One piece after the other, each when its time has come.
static ssize_t read_script(void *context, uint64_t position, char *to, size_t room)
{
    struct call *call = context;
    const struct script *script = &call->reply.script;
    if (call->job.aborted)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    while (call->piece < script->count && position >= script->pieces[call->piece].end) {
        call->piece++;
        call->waited = false;
    }
    if (call->piece == script->count)
        return end_script(call);
    const struct script_piece *piece = &script->pieces[call->piece];
    if (piece->wait_ns > 0 && !call->waited) {
        call->waited = true;
        call->job.delay_ns = piece->wait_ns;
        return schedule_add(call->server->schedule, &call->job, call_suspend)
                   ? 0
                   : MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (call->piece + 1 == script->count && script->end == SCRIPT_WHOLE)
        chat_count(call->server->chat, &call->reply);
    size_t length = piece->end - (size_t)position;
    length = length < room ? length : room;
    memcpy(to, call->reply.body.data + position, length);
    return (ssize_t)length;
}

static ssize_t end_script(struct call *call)
{
    chat_count(call->server->chat, &call->reply);
    if (call->reply.script.end == SCRIPT_STALL)
        return schedule_stall(call->server->schedule, &call->job, call_suspend)
                   ? 0
                   : MHD_CONTENT_READER_END_WITH_ERROR;
    return call->reply.script.end == SCRIPT_CUT ? MHD_CONTENT_READER_END_WITH_ERROR
                                                : MHD_CONTENT_READER_END_OF_STREAM;
}

static struct MHD_Response *make_response(struct call *call)
{
    struct buffer *body = &call->reply.body;
    if (call->reply.script.count > 0)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 << 10, read_script, call,
                                                 NULL);
    if (call->reply.action == FAULT_ACT_CUT) {
        uint64_t promised = body->length;
        buffer_truncate(body, body->length / 2);
        return MHD_create_response_from_callback(promised, 4096, read_cut, body, NULL);
    }
    size_t length = body->length;
    char *data = buffer_take(body);
    if (data == NULL)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, data, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(data);
    return response;
}

// Gemini says in the body when to come again.
static void add_limits(const struct protocol *protocol, struct MHD_Response *response)
{
    if (protocol == &protocol_gemini)
        return;
    MHD_add_response_header(response, "Retry-After", "1");
    bool anthropic = protocol == &protocol_anthropic;
    MHD_add_response_header(response,
                            anthropic ? "anthropic-ratelimit-requests-remaining"
                                      : "x-ratelimit-remaining-requests",
                            "0");
    if (!anthropic)
        MHD_add_response_header(response, "x-ratelimit-reset-requests", "1s");
}

static enum MHD_Result call_send(struct call *call)
{
    if (call->route == ROUTE_CHAT && call->reply.script.count == 0)
        chat_count(call->server->chat, &call->reply);
    if (call->reply.action == FAULT_ACT_RESET)
        return call_reset(call);
    struct MHD_Response *response = make_response(call);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", call->reply.content_type);
    if (call->reply.retry_after)
        add_limits(call->protocol, response);
    enum MHD_Result queued =
        MHD_queue_response(call->connection, (unsigned)call->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}
