#include "server.h"

#include "server_call.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECTION_MEMORY = 64 << 10, // read buffer and headers of one connection
    MAX_CONNECTIONS = 60000,
    BACKLOG = 4096,
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

// The key as the request brings it; NULL: none. Without the scheme before it, it is no key.
static const char *call_key(const struct call *call)
{
    static const char bearer[] = "Bearer ";
    const struct protocol *protocol = call->asked.protocol;
    const char *key = call_header(call, protocol->key_header);
    const char *scheme = protocol->key_scheme;
    if (key == NULL && protocol->bearer) {
        key = call_header(call, "Authorization");
        scheme = bearer;
    }
    return key != NULL && text_starts(key, scheme) ? key + strlen(scheme) : NULL;
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
    call->route = call_route(call, method);
    buffer_init(&call->body, chat_max_body(server->chat));
    if (call->route != ROUTE_CHAT)
        return call;
    ledger_begin(chat_ledger(server->chat));
    const char *told = call_header(call, "Content-Length");
    unsigned long long length = told != NULL ? strtoull(told, NULL, 10) : 0;
    call->too_large = length > chat_max_body(server->chat);
    // A client that waits for "100 Continue" is told before it sends; another one is let finish,
    // as it might not read an answer that comes before, unless that is what is to be tried.
    bool early = chat_early(server->chat);
    if (early || (call->too_large && call_header(call, "Expect") != NULL))
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
    else if (protocol->version_header != NULL &&
             call_header(call, protocol->version_header) == NULL)
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

// On the schedule's thread.
static void call_ready(struct job *job)
{
    struct call *call = (struct call *)job;
    call->ready = true;
    MHD_resume_connection(call->connection);
}
