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
    struct chat_asked asked;
    char *path, *model; // owned; asked borrows them
    size_t piece;       // of the reply's script, the next to be sent
    bool waited;        // for that piece
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
static bool refuse_head(struct call *call);
static void refuse_version(struct call *call);
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
    free(call->path);
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

static const char *header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

// The key as the request brings it; NULL: none. Without the scheme before it, it is no key.
static const char *call_key(const struct call *call)
{
    static const char bearer[] = "Bearer ";
    const struct protocol *protocol = call->asked.protocol;
    const char *key = header(call, protocol->key_header);
    const char *scheme = protocol->key_scheme;
    if (key == NULL && protocol->bearer) {
        key = header(call, "Authorization");
        scheme = bearer;
    }
    return key != NULL && text_starts(key, scheme) ? key + strlen(scheme) : NULL;
}

// Whether the path lies where the server was told to serve: it is that path, or a call right below.
static bool is_served(const char *only, const char *path)
{
    if (only == NULL || strcmp(path, only) == 0)
        return true;
    size_t length = strlen(only);
    while (length > 0 && only[length - 1] == '/')
        length--;
    const char *rest = path + length;
    return strncmp(path, only, length) == 0 &&
           (strcmp(rest, "/chat/completions") == 0 || strcmp(rest, "/messages") == 0 ||
            strcmp(rest, "/models") == 0 || text_starts(rest, "/models/"));
}

// Lists of models have no protocol in their path: it is told by the key's header.
static const struct protocol *list_protocol(const struct call *call)
{
    bool openai = strstr(call->path, "/openai/") != NULL;
    if (!openai && (strstr(call->path, "/v1beta/") != NULL || header(call, "x-goog-api-key")))
        return &protocol_gemini;
    return header(call, "anthropic-version") != NULL ? &protocol_anthropic : &protocol_openai;
}

static enum route find_list(struct call *call)
{
    const char *name = strstr(call->path, "/models/");
    if (name == NULL && !text_ends(call->path, "/models"))
        return ROUTE_NONE;
    call->asked.protocol = list_protocol(call);
    if (name != NULL)
        call->asked.model = name + strlen("/models/");
    return ROUTE_MODELS;
}

static enum route find_route(struct call *call, const char *method)
{
    const char *path = call->path;
    const struct protocol *protocol = protocol_find(path, &call->model, &call->asked.stream);
    call->asked.protocol = protocol != NULL ? protocol : &protocol_openai;
    call->asked.path = path;
    call->asked.model = call->model;
    call->asked.beta = strstr(path, "/beta/") != NULL;
    enum route route = strcmp(path, "/stats") == 0                       ? ROUTE_STATS
                       : strcmp(path, "/health") == 0                    ? ROUTE_HEALTH
                       : !is_served(chat_path(call->server->chat), path) ? ROUTE_NONE
                       : protocol != NULL                                ? ROUTE_CHAT
                                                                         : find_list(call);
    const char *wanted = route == ROUTE_CHAT ? "POST" : "GET";
    return route == ROUTE_NONE || strcmp(method, wanted) == 0 ? route : ROUTE_WRONG_METHOD;
}

static struct call *call_new(struct server *server, struct MHD_Connection *connection,
                             const char *url, const char *method)
{
    struct call *call = calloc(1, sizeof *call);
    if (call == NULL || (call->path = text_copy(url)) == NULL) {
        free(call);
        return NULL;
    }
    call->server = server;
    call->connection = connection;
    call->route = find_route(call, method);
    buffer_init(&call->body, chat_max_body(server->chat));
    if (call->route != ROUTE_CHAT)
        return call;
    ledger_begin(chat_ledger(server->chat));
    const char *told = header(call, "Content-Length");
    unsigned long long length = told != NULL ? strtoull(told, NULL, 10) : 0;
    call->too_large = length > chat_max_body(server->chat);
    // A client that waits for "100 Continue" is told before it sends; another one is let finish,
    // as it might not read an answer that comes before, unless that is what is to be tried.
    bool early = chat_early(server->chat);
    if (early || (call->too_large && header(call, "Expect") != NULL))
        call->worked = refuse_head(call);
    if (!call->worked && !call->too_large && length > 0)
        buffer_reserve(&call->body, (size_t)length);
    return call;
}

// Refuses what the head alone tells to be wrong. False: nothing is.
static bool refuse_head(struct call *call)
{
    struct chat *chat = call->server->chat;
    const struct protocol *protocol = call->asked.protocol;
    if (call->too_large)
        chat_refuse(chat, &call->asked, "body-size", &call->reply);
    else if (protocol->version_header != NULL && header(call, protocol->version_header) == NULL)
        refuse_version(call);
    else if (chat_authorize(chat, &call->asked, call_key(call), &call->reply))
        return false;
    call->reply.outcome.status = call->reply.status;
    call->reply.outcome.bytes_out = call->reply.body.length;
    return true;
}

static void refuse_version(struct call *call)
{
    char message[100];
    snprintf(message, sizeof message, "%s: header is required",
             call->asked.protocol->version_header);
    chat_refuse_saying(call->server->chat, &call->asked, 400, message, &call->reply);
}

static bool call_take(struct call *call, const char *data, size_t size)
{
    if (call->too_large || buffer_append(&call->body, data, size))
        return true;
    call->too_large = call->body.length + size > chat_max_body(call->server->chat);
    buffer_clear(&call->body);
    return call->too_large;
}

// Gemini's stream is server-sent events only when alt=sse asks for them.
static void answer_body(struct call *call)
{
    const char *alt = MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, "alt");
    struct chat_asked *asked = &call->asked;
    asked->stream_array = asked->stream && (alt == NULL || strcmp(alt, "sse") != 0);
    if (schedule_enter(call->server->schedule, &call->job))
        chat_answer(call->server->chat, asked, buffer_text(&call->body), call->body.length,
                    &call->reply);
    else
        chat_refuse(call->server->chat, asked, "concurrency", &call->reply);
}

static void work_chat(struct call *call)
{
    if (refuse_head(call))
        return;
    answer_body(call);
    call->reply.outcome.status = call->reply.status;
    call->reply.outcome.bytes_out = call->reply.body.length;
    // Whoever waits for latency holds no body.
    buffer_clear(&call->body);
}

static void write_stats(struct call *call)
{
    struct chat_reply *reply = &call->reply;
    unsigned working, most_working, waiting;
    *reply = (struct chat_reply){.status = 200, .content_type = "application/json"};
    buffer_init(&reply->body, 1 << 20);
    schedule_count(call->server->schedule, &working, &most_working, &waiting);
    ledger_write(chat_ledger(call->server->chat), working, most_working, waiting, &reply->body);
}

static void work_other(struct call *call)
{
    struct chat *chat = call->server->chat;
    struct chat_reply *reply = &call->reply;
    switch (call->route) {
    case ROUTE_MODELS:
        if (chat_authorize(chat, &call->asked, call_key(call), reply))
            chat_models(chat, &call->asked, reply);
        break;
    case ROUTE_STATS:
        write_stats(call);
        break;
    case ROUTE_HEALTH:
        *reply = (struct chat_reply){.status = 200, .content_type = "application/json"};
        buffer_init(&reply->body, 100);
        buffer_append_text(&reply->body, "{\"status\":\"ok\"}");
        break;
    case ROUTE_WRONG_METHOD:
        chat_refuse(chat, &call->asked, "405", reply);
        break;
    default:
        chat_refuse(chat, &call->asked, "not-found", reply);
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
    // Whoever has read the last piece finds the call over in /stats, whichever thread answers that.
    if (call->piece + 1 == script->count && script->end == SCRIPT_WHOLE) {
        schedule_leave(call->server->schedule, &call->job);
        chat_count(call->server->chat, &call->reply);
    }
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

// From lines "Name: value\n", which are cut up.
static void add_headers(struct buffer *lines, struct MHD_Response *response)
{
    char *rest = lines->data;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            continue;
        *colon = '\0';
        MHD_add_response_header(response, line, colon + 2);
    }
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
    add_headers(&call->reply.headers, response);
    enum MHD_Result queued =
        MHD_queue_response(call->connection, (unsigned)call->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}
