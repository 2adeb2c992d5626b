#include "server_call.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int call_socket(const struct call *call);
static void call_suspend(struct job *job);
static enum MHD_Result call_reset(const struct call *call);
static struct MHD_Response *make_response(struct call *call);
static void add_headers(struct buffer *lines, struct MHD_Response *response);

enum MHD_Result call_wait(struct call *call)
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

enum MHD_Result call_send(struct call *call)
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
