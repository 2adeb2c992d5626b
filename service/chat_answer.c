// One chat request from body to reply.
#include "chat_state.h"

#include "clock.h"
#include "random.h"
#include "text.h"
#include "throttle.h"
#include "token_count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP_ALIVES = 4 };

static bool refuse_request(struct chat *chat, const struct chat_asked *asked,
                           const struct chat_request *request, struct chat_reply *reply);
static void answer_request(struct chat *chat, const struct chat_asked *asked,
                           const struct chat_request *request, struct chat_reply *reply);
static void answer_completion(struct chat *chat, const struct chat_request *request,
                              enum fault_action action, struct chat_reply *reply);
static void spoil_body(enum fault_action action, struct chat_reply *reply);
static void pace_stream(const struct fault_entry *fault, const struct excuse_values *values,
                        struct chat_reply *reply);
static void pace_whole(const struct chat *chat, struct chat_reply *reply);

// A random sequence of this sending of this body, so that a retry may fare otherwise and a run can
// be repeated.
static uint64_t sending_random(const struct chat *chat, const struct chat_reply *reply,
                               const char *purpose)
{
    char name[50], print[33];
    fingerprint_text(&reply->print, print);
    snprintf(name, sizeof name, "%s %u", print, reply->seen);
    return random_from(chat->seed, name, purpose);
}

static void reply_refused(struct chat *chat, const struct request_fault *refused,
                          struct chat_reply *reply)
{
    struct protocol_error error = {.status = refused->status,
                                   .message = refused->message,
                                   .type = refused->type,
                                   .param = *refused->param != '\0' ? refused->param : NULL,
                                   .code = refused->code};
    struct excuse_values values = {.model = refused->param, .name = refused->param};
    if (refused->kind != NULL)
        chat_reply_refuse(reply, refused->kind, &values);
    else
        chat_reply_error(reply, &error, &values);
    ledger_invalid(chat->ledger, reply->status, refused->message);
    reply->delay_ns = 0; // who refuses does so at once
}

void chat_answer(struct chat *chat, const struct chat_asked *asked, const char *body, size_t length,
                 struct chat_reply *reply)
{
    struct chat_request request;
    struct request_fault refused;
    chat_reply_begin(chat, asked->protocol, reply);
    bool good = request_read(asked->protocol->form, &chat->rules, asked->model, body, length,
                             &request, &refused);
    request.stream = request.stream || asked->stream;
    request.stream_array = asked->stream_array;
    reply->print = request.print;
    reply->seen = ledger_seen(chat->ledger, &request.print);
    reply->outcome.bytes_in = length;
    reply->delay_ns = latency_draw(&chat->latency, sending_random(chat, reply, "latency"));
    if (!good)
        reply_refused(chat, &refused, reply);
    else if (!refuse_request(chat, asked, &request, reply))
        answer_request(chat, asked, &request, reply);
    request_clear(&request);
    if (reply->body.failed || reply->script.failed)
        chat_reply_no_memory(reply);
    reply->outcome.status = reply->status;
    reply->outcome.bytes_out = reply->body.length;
}

// What OpenAI counts against the tokens of a minute: the request, and the most that may come.
static long long tokens_of(const struct chat_request *request)
{
    enum { USUAL_ANSWER = 256 };
    return request->text_tokens + request->image_tokens +
           (request->max_tokens > 0 ? request->max_tokens : USUAL_ANSWER);
}

static const char *over_limits(struct chat *chat, const struct chat_request *request,
                               struct excuse_values *values, struct chat_reply *reply)
{
    struct limit_levels state;
    if (chat->limits == NULL)
        return NULL;
    long long tokens = tokens_of(request);
    rate_limits_take(chat->limits, tokens, clock_now_ms(), &state);
    throttle_headers(reply->player, &state, &reply->headers);
    return throttle_kind(&state, tokens, values);
}

static const char *bad_prefix(const struct chat_asked *asked, const struct chat_request *request,
                              const struct player *player)
{
    if (request->start != NULL && !asked->beta)
        return "prefix";
    return request->ends_with_assistant && player == player_at(PLAYER_DEEPSEEK) ? "last-role"
                                                                                : NULL;
}

// Refuses what is over a limit or holds what the endpoint does not take.
static bool refuse_request(struct chat *chat, const struct chat_asked *asked,
                           const struct chat_request *request, struct chat_reply *reply)
{
    struct excuse_values values = {.model = request->model};
    const char *kind = over_limits(chat, request, &values, reply);
    if (kind != NULL)
        reply->outcome.fault = kind;
    if (kind == NULL)
        kind = conditions_broken(&chat->conditions, request, &values);
    if (kind == NULL)
        kind = bad_prefix(asked, request, reply->player);
    if (kind == NULL)
        return false;
    chat_reply_refuse(reply, kind, &values);
    if (reply->outcome.fault == NULL)
        ledger_invalid(chat->ledger, reply->status, kind);
    reply->delay_ns = 0;
    return true;
}

// What stands before a fault's name in a model's.
static const char named_by[] = "fault-";

static const struct fault_entry *choose_fault(const struct chat *chat,
                                              const struct chat_request *request,
                                              const struct chat_reply *reply)
{
    const bool has[FAULT_TRIGGERS] = {[FAULT_ON_FORMAT] = request->format,
                                      [FAULT_ON_TEMPERATURE] = request->temperature >= 0,
                                      [FAULT_ON_MAX_TOKENS] = request->has_max_tokens,
                                      [FAULT_ON_CAP] = request->capped,
                                      [FAULT_ON_STREAM] = request->stream,
                                      [FAULT_ON_IMAGE] = request->image};
    if (chat->fault_models && text_starts(request->model, named_by)) {
        const struct fault_entry *named = fault_kind_find(request->model + sizeof named_by - 1);
        if (named != NULL && (named->trigger == FAULT_ON_ANY || has[named->trigger]))
            return named;
    }
    if (chat->faults.count == 0)
        return NULL;
    return fault_choose(&chat->faults, sending_random(chat, reply, "fault"), has);
}

static void answer_request(struct chat *chat, const struct chat_asked *asked,
                           const struct chat_request *request, struct chat_reply *reply)
{
    const struct fault_entry *fault = choose_fault(chat, request, reply);
    struct excuse_values values = {.model = request->model, .path = asked->path};
    if (fault != NULL) {
        reply->outcome.fault = fault->name;
        reply->action = fault->action;
        values.actual = fault->actual;
        values.limit = values.used = fault->limit;
        values.wait_ms = 1000;
    }
    switch (reply->action) {
    case FAULT_ACT_STATUS:
        chat_reply_refuse(reply, fault->name, &values);
        break;
    case FAULT_ACT_ERROR_200:
        chat_reply_refuse(reply, fault->name, &values);
        reply->status = 200;
        break;
    case FAULT_ACT_RESET:
    case FAULT_ACT_STALL:
        reply->status = 0;
        break;
    default:
        answer_completion(chat, request, reply->action, reply);
        spoil_body(reply->action, reply);
        if (request->stream)
            pace_stream(fault, &values, reply);
        else
            pace_whole(chat, reply);
    }
}

static bool is_answer(enum fault_action action)
{
    switch (action) {
    case FAULT_ACT_NONE:
    case FAULT_ACT_THINK:
    case FAULT_ACT_REASONING:
    case FAULT_ACT_FENCE:
    case FAULT_ACT_NO_USAGE:
    case FAULT_ACT_KEEP_ALIVE:
    case FAULT_ACT_STREAM_COMMENTS:
    case FAULT_ACT_STREAM_CRLF:
    case FAULT_ACT_STREAM_SPLIT:
    case FAULT_ACT_STREAM_ODD:
        return true;
    default:
        return false;
    }
}

// Where a body is a stream no more (a page in its place), it is sent at once.
static void pace_stream(const struct fault_entry *fault, const struct excuse_values *values,
                        struct chat_reply *reply)
{
    struct buffer error;
    if (reply->script.count > 0 &&
        reply->script.pieces[reply->script.count - 1].end != reply->body.length)
        script_clear(&reply->script);
    if (reply->action == FAULT_ACT_KEEP_ALIVE) {
        script_keep_alive(&reply->script, &reply->body, ": keep-alive\n\n", KEEP_ALIVES,
                          reply->delay_ns);
        reply->delay_ns = 0;
    }
    if (reply->action == FAULT_ACT_CUT)
        script_disturb(&reply->script, &reply->body, FAULT_ACT_STREAM_CUT, NULL);
    if (fault == NULL || fault->trigger != FAULT_ON_STREAM)
        return;
    buffer_init(&error, MAX_BODY);
    if (reply->action == FAULT_ACT_STREAM_ERROR) {
        struct excuse_out out = {&error, &reply->headers, NULL};
        excuse_write(reply->player, excuse_find(fault->name, reply->player), values, &out);
    }
    script_disturb(&reply->script, &reply->body, reply->action, &error);
    reply->body.failed = reply->body.failed || error.failed;
    buffer_clear(&error);
}

// A whole answer comes when its last token is made.
static void pace_whole(const struct chat *chat, struct chat_reply *reply)
{
    reply->delay_ns += chat->token_ns * reply->outcome.output_tokens;
    if (reply->action != FAULT_ACT_KEEP_ALIVE)
        return;
    script_keep_alive(&reply->script, &reply->body, "\n", KEEP_ALIVES, reply->delay_ns);
    reply->delay_ns = 0;
}

// Who does not look at the image makes one up, always the same.
static const struct facts *facts_of(const struct chat *chat, const struct chat_request *request)
{
    static const struct facts made_up = {.width = 640,
                                         .height = 640,
                                         .orientation = ORIENTATION_SQUARE,
                                         .brightness = BRIGHTNESS_MEDIUM,
                                         .dominant = COLOUR_GREEN,
                                         .brightest = PLACE_TOP_LEFT,
                                         .darkest = PLACE_BOTTOM_RIGHT,
                                         .most_colourful = PLACE_CENTER,
                                         .present = 1u << COLOUR_GREEN};
    if (!request->image)
        return NULL;
    return chat->blind ? &made_up : request->picture.looked ? &request->picture.facts : NULL;
}

static void answer_completion(struct chat *chat, const struct chat_request *request,
                              enum fault_action action, struct chat_reply *reply)
{
    const struct player *player = reply->player;
    struct buffer text, ended, changed;
    buffer_init(&text, MAX_BODY);
    buffer_init(&ended, MAX_BODY);
    buffer_init(&changed, MAX_BODY);
    struct model_input input = {.repertoire = chat->repertoire,
                                .prompt = buffer_text(&request->prompt),
                                .image = request->image,
                                .facts = facts_of(chat, request),
                                .image_digest = request->picture.print.low,
                                .seed = chat->seed,
                                .temperature = request->temperature,
                                .json = request->format};
    if (!model_reply(&input, &text, NULL))
        reply->body.failed = true;
    struct completion completion = {.model = request->model,
                                    .text = buffer_text(&text),
                                    .finish = "stop",
                                    .print = reply->print,
                                    .seen = reply->seen,
                                    .thinks_apart =
                                        (player->protocol->thinks_apart || player->reasons),
                                    .stream = request->stream,
                                    .stream_usage = request->stream_usage || player->usage_always,
                                    .stream_array = request->stream_array,
                                    .token_ns = chat->token_ns,
                                    .script = &reply->script};
    completion.input_tokens = request->text_tokens + (chat->blind ? 0 : request->image_tokens);
    if (request->image && request->caches && !chat->blind) {
        bool known = ledger_cached(chat->ledger, &request->prefix, clock_now_ms());
        completion.cached_tokens = known ? request->prefix_tokens : 0;
        completion.stored_tokens = known ? 0 : request->prefix_tokens;
    }
    completion_continue(&completion, request->start);
    completion_end(&completion, request->stops, request->stop_count, &ended);
    completion.output_tokens = text_tokens(completion.text);
    completion_cut(&completion, request->max_tokens, &changed);
    completion_spoil(&completion, action, &changed);
    player->protocol->write(&completion, &reply->body);
    if (request->stream && !request->stream_array)
        reply->content_type = "text/event-stream";
    reply->outcome.input_tokens = completion.input_tokens;
    reply->outcome.cached_tokens = completion.cached_tokens;
    reply->outcome.output_tokens = completion.output_tokens;
    reply->outcome.answered = is_answer(action);
    reply->body.failed =
        reply->body.failed || ended.failed || changed.failed || reply->script.failed;
    buffer_clear(&text);
    buffer_clear(&ended);
    buffer_clear(&changed);
}

// Puts more than anybody wants to read in front: blanks, in a stream as a comment.
static void fill_up(struct chat_reply *reply)
{
    enum { HUGE_BYTES = 20 << 20 };
    bool stream = strcmp(reply->content_type, "text/event-stream") == 0;
    char *text = malloc(HUGE_BYTES + 4);
    if (text == NULL) {
        reply->body.failed = true;
        return;
    }
    memset(text, ' ', HUGE_BYTES);
    text[0] = stream ? ':' : ' ';
    strcpy(text + HUGE_BYTES, stream ? "\n\n" : "\n");
    script_keep_alive(&reply->script, &reply->body, text, 1, 0);
    free(text);
}

static void spoil_body(enum fault_action action, struct chat_reply *reply)
{
    switch (action) {
    case FAULT_ACT_HTML:
        buffer_empty(&reply->body);
        buffer_append_text(&reply->body,
                           "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>"
                           "<body><h1>Please sign in to the network</h1></body></html>\n");
        reply->content_type = "text/html; charset=utf-8";
        break;
    case FAULT_ACT_WRONG_JSON:
        buffer_empty(&reply->body);
        buffer_append_text(&reply->body, "{\"status\":\"ok\",\"result\":{\"items\":[]}}");
        break;
    case FAULT_ACT_HUGE:
        fill_up(reply);
        break;
    case FAULT_ACT_BROKEN_JSON:
        buffer_truncate(&reply->body, reply->body.length / 2);
        break;
    default:
        break;
    }
}
