#include "chat.h"

#include "clock.h"
#include "json.h"
#include "latency.h"
#include "model.h"
#include "random.h"
#include "text.h"
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REMEMBERED_PICTURES = 8192, MAX_THREADS = 4, KEEP_ALIVES = 4 };

struct chat {
    struct request_rules rules;
    struct fault_plan faults;
    struct latency latency;
    uint64_t seed;
    struct capacity capacity;
    int64_t token_ns; // between two tokens; 0: no time
    bool canned;
    char *key, *model; // owned; or NULL
    struct repertoire *repertoire;
    struct fingerprinter *fingerprinter;
    struct pictures *pictures;
    struct ledger *ledger;
    FILE *log; // a line is one call of fwrite, so that threads do not mix theirs
};

static bool read_settings(struct chat *chat, const struct simulator_settings *settings,
                          struct error *why);
static bool make_parts(struct chat *chat, const struct simulator_settings *settings,
                       struct error *why);
static void answer_request(struct chat *chat, const struct chat_request *request,
                           struct chat_reply *reply);
static void answer_fault(const struct fault_kind *fault, struct chat_reply *reply);
static void answer_completion(struct chat *chat, const struct chat_request *request,
                              enum fault_action action, struct chat_reply *reply);
static void spoil_body(enum fault_action action, struct chat_reply *reply);
static void pace_stream(const struct fault_kind *fault, struct chat_reply *reply);
static void pace_whole(const struct chat *chat, struct chat_reply *reply);

struct chat *chat_new(const struct simulator_settings *settings, struct error *why)
{
    struct chat *chat = calloc(1, sizeof *chat);
    if (chat == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the simulator");
        return NULL;
    }
    if (read_settings(chat, settings, why) && make_parts(chat, settings, why))
        return chat;
    chat_free(chat);
    return NULL;
}

void chat_free(struct chat *chat)
{
    if (chat == NULL)
        return;
    if (chat->log != NULL)
        fclose(chat->log);
    ledger_free(chat->ledger);
    pictures_free(chat->pictures);
    fingerprinter_free(chat->fingerprinter);
    repertoire_free(chat->repertoire);
    fault_plan_clear(&chat->faults);
    capacity_clear(&chat->capacity);
    free(chat->key);
    free(chat->model);
    free(chat);
}

static bool read_settings(struct chat *chat, const struct simulator_settings *settings,
                          struct error *why)
{
    static const char *const modes[] = {"schema", "object", "none"};
    const char *structured = settings->structured != NULL ? settings->structured : "schema";
    const char *answers = settings->answers != NULL ? settings->answers : "look";
    size_t mode = 0;
    while (mode < 3 && strcmp(structured, modes[mode]) != 0)
        mode++;
    if (mode == 3)
        return error_set(why, ERR_SETTINGS,
                         "structured output \"%s\" is none of schema, object, none", structured);
    chat->canned = strcmp(answers, "canned") == 0;
    if (!chat->canned && strcmp(answers, "look") != 0)
        return error_set(why, ERR_SETTINGS, "answers \"%s\" are none of look, canned", answers);
    chat->rules.structured = (enum structured_mode)mode;
    chat->rules.strict = settings->strict;
    chat->seed = settings->seed;
    if (settings->tokens_per_second > 0)
        chat->token_ns = 1000000000 / settings->tokens_per_second;
    return capacity_parse(settings->capacity, settings->capacity_mode, &chat->capacity, why) &&
           latency_parse(settings->latency, &chat->latency, why) &&
           fault_plan_init(&chat->faults, settings->faults, settings->fault_count, why);
}

static bool make_parts(struct chat *chat, const struct simulator_settings *settings,
                       struct error *why)
{
    chat->key = text_copy(settings->key);
    chat->model = text_copy(settings->model);
    if ((settings->key != NULL && chat->key == NULL) ||
        (settings->model != NULL && chat->model == NULL))
        return error_set(why, ERR_MEMORY, "no memory for the simulator");
    if ((chat->repertoire = repertoire_new(why)) == NULL ||
        (chat->fingerprinter = fingerprinter_new(why)) == NULL ||
        (chat->pictures = pictures_new(!chat->canned, REMEMBERED_PICTURES, why)) == NULL ||
        (chat->ledger = ledger_new(why)) == NULL)
        return false;
    chat->rules.model = chat->model;
    chat->rules.fingerprinter = chat->fingerprinter;
    chat->rules.pictures = chat->pictures;
    if (settings->log != NULL && (chat->log = fopen(settings->log, "ae")) == NULL)
        return error_set_errno(why, ERR_SETTINGS, "cannot write the log %s", settings->log);
    return true;
}

struct ledger *chat_ledger(struct chat *chat)
{
    return chat->ledger;
}

const struct capacity *chat_capacity(const struct chat *chat)
{
    return &chat->capacity;
}

// Decoding pictures is worth more threads; canned answers cost less than threads that share.
unsigned chat_threads(const struct chat *chat)
{
    unsigned processors = workers_processors();
    return chat->canned ? 1 : processors < MAX_THREADS ? processors : MAX_THREADS;
}

const char *chat_model(const struct chat *chat)
{
    return chat->model;
}

static void reply_begin(const struct protocol *protocol, struct chat_reply *reply)
{
    *reply = (struct chat_reply){
        .protocol = protocol, .status = 200, .content_type = "application/json"};
    reply->begun_ms = clock_now_ms();
    buffer_init(&reply->body, MAX_BODY);
}

void chat_reply_clear(struct chat_reply *reply)
{
    buffer_clear(&reply->body);
    script_clear(&reply->script);
}

static void reply_error(struct chat_reply *reply, const struct protocol_error *error)
{
    reply->status = error->status;
    buffer_empty(&reply->body);
    reply->protocol->write_error(error, &reply->body);
}

void chat_refuse(struct chat *chat, const struct protocol *protocol, int status,
                 const char *message, struct chat_reply *reply)
{
    struct protocol_error error = {
        .status = status, .message = message, .type = "invalid_request_error"};
    reply_begin(protocol, reply);
    reply_error(reply, &error);
    ledger_invalid(chat->ledger, status, message);
}

void chat_refuse_busy(const struct protocol *protocol, struct chat_reply *reply)
{
    reply_begin(protocol, reply);
    reply->outcome.fault = fault_busy.name;
    struct protocol_error error = protocol_fault(protocol, &fault_busy);
    reply_error(reply, &error);
}

bool chat_authorize(const struct chat *chat, const struct protocol *protocol, const char *key,
                    struct chat_reply *reply)
{
    bool given = key != NULL && text_starts(key, protocol->key_scheme);
    if (chat->key == NULL || (given && strcmp(key + strlen(protocol->key_scheme), chat->key) == 0))
        return true;
    reply_begin(protocol, reply);
    reply_error(reply, given ? &protocol->wrong_key : &protocol->no_key);
    ledger_invalid(chat->ledger, reply->status, "no key, or not the one that is wanted");
    return false;
}

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

static void reply_no_memory(struct chat_reply *reply)
{
    script_clear(&reply->script);
    struct protocol_error error = {
        .status = 500, .message = "The simulator is out of memory.", .type = "server_error"};
    reply_error(reply, &error);
    reply->outcome.answered = false;
}

static void reply_refused(struct chat *chat, const struct request_fault *refused,
                          struct chat_reply *reply)
{
    struct protocol_error error = {.status = refused->status,
                                   .message = refused->message,
                                   .type = refused->type,
                                   .param = refused->param,
                                   .code = refused->code};
    reply_error(reply, &error);
    ledger_invalid(chat->ledger, refused->status, refused->message);
    reply->delay_ns = 0; // who refuses does so at once
}

void chat_answer(struct chat *chat, const struct chat_asked *asked, const char *body, size_t length,
                 struct chat_reply *reply)
{
    struct chat_request request;
    struct request_fault refused;
    reply_begin(asked->protocol, reply);
    bool good = request_read_as(asked->protocol->form, &chat->rules, asked->model, body, length,
                                &request, &refused);
    request.stream = request.stream || asked->stream;
    request.stream_array = asked->stream_array;
    reply->print = request.print;
    reply->seen = ledger_seen(chat->ledger, &request.print);
    reply->outcome.bytes_in = length;
    reply->delay_ns = latency_draw(&chat->latency, sending_random(chat, reply, "latency"));
    if (good)
        answer_request(chat, &request, reply);
    else
        reply_refused(chat, &refused, reply);
    request_clear(&request);
    if (reply->body.failed || reply->script.failed)
        reply_no_memory(reply);
    reply->outcome.status = reply->status;
    reply->outcome.bytes_out = reply->body.length;
}

static void answer_request(struct chat *chat, const struct chat_request *request,
                           struct chat_reply *reply)
{
    const bool has[FAULT_TRIGGERS] = {[FAULT_ON_FORMAT] = request->format,
                                      [FAULT_ON_TEMPERATURE] = request->temperature >= 0,
                                      [FAULT_ON_MAX_TOKENS] = request->has_max_tokens,
                                      [FAULT_ON_STREAM] = request->stream};
    const struct fault_kind *fault =
        fault_choose(&chat->faults, sending_random(chat, reply, "fault"), has);
    if (fault != NULL) {
        reply->outcome.fault = fault->name;
        reply->action = fault->action;
        reply->status = fault->status;
    }
    switch (reply->action) {
    case FAULT_ACT_STATUS:
        answer_fault(fault, reply);
        break;
    case FAULT_ACT_RESET:
    case FAULT_ACT_STALL:
        break;
    default:
        answer_completion(chat, request, reply->action, reply);
        spoil_body(reply->action, reply);
        if (request->stream)
            pace_stream(fault, reply);
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
static void pace_stream(const struct fault_kind *fault, struct chat_reply *reply)
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
    struct protocol_error words = protocol_fault(reply->protocol, fault);
    if (words.status < 400)
        words.status = 503;
    reply->protocol->write_error(&words, &error);
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

static void answer_fault(const struct fault_kind *fault, struct chat_reply *reply)
{
    struct protocol_error error = protocol_fault(reply->protocol, fault);
    reply_error(reply, &error);
    reply->retry_after = fault->status == 429 && strcmp(fault->name, "429") == 0;
}

static void answer_completion(struct chat *chat, const struct chat_request *request,
                              enum fault_action action, struct chat_reply *reply)
{
    struct buffer text, changed;
    buffer_init(&text, MAX_BODY);
    buffer_init(&changed, MAX_BODY);
    struct model_input input = {
        .repertoire = chat->repertoire,
        .prompt = buffer_text(&request->prompt),
        .image = request->image,
        .facts = request->image && request->picture.looked ? &request->picture.facts : NULL,
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
                                    .thinks_apart = reply->protocol->thinks_apart,
                                    .stream = request->stream,
                                    .stream_usage = request->stream_usage,
                                    .stream_array = request->stream_array,
                                    .token_ns = chat->token_ns,
                                    .script = &reply->script};
    completion.input_tokens = request->text_tokens + request->image_tokens;
    if (request->image && request->caches) {
        bool known = ledger_cached(chat->ledger, &request->prefix, clock_now_ms());
        completion.cached_tokens = known ? request->prefix_tokens : 0;
        completion.stored_tokens = known ? 0 : request->prefix_tokens;
    }
    completion.output_tokens = text_tokens(completion.text);
    completion_cut(&completion, request->max_tokens, &changed);
    completion_spoil(&completion, action, &changed);
    reply->protocol->write(&completion, &reply->body);
    if (request->stream && !request->stream_array)
        reply->content_type = "text/event-stream";
    reply->outcome.input_tokens = completion.input_tokens;
    reply->outcome.cached_tokens = completion.cached_tokens;
    reply->outcome.output_tokens = completion.output_tokens;
    reply->outcome.answered = is_answer(action);
    reply->body.failed = reply->body.failed || changed.failed || reply->script.failed;
    buffer_clear(&text);
    buffer_clear(&changed);
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
    case FAULT_ACT_BROKEN_JSON:
        buffer_truncate(&reply->body, reply->body.length / 2);
        break;
    default:
        break;
    }
}

static void write_log(struct chat *chat, const struct chat_reply *reply, bool sent)
{
    struct buffer line;
    char print[33], when[32];
    buffer_init(&line, 4096);
    fingerprint_text(&reply->print, print);
    buffer_append_char(&line, '{');
    json_write_string_field(&line, "when", clock_format_utc(clock_wall_ms(), when));
    json_write_integer_field(&line, "status", reply->outcome.status);
    json_write_string_field(&line, "fault", reply->outcome.fault);
    json_write_bool_field(&line, "sent", sent);
    json_write_string_field(&line, "body", print);
    json_write_integer_field(&line, "seen_before", reply->seen);
    json_write_integer_field(&line, "ms", clock_now_ms() - reply->begun_ms);
    json_write_integer_field(&line, "bytes_in", (long long)reply->outcome.bytes_in);
    json_write_integer_field(&line, "bytes_out", (long long)reply->outcome.bytes_out);
    json_write_integer_field(&line, "input_tokens", reply->outcome.input_tokens);
    json_write_integer_field(&line, "cached_tokens", reply->outcome.cached_tokens);
    json_write_integer_field(&line, "output_tokens", reply->outcome.output_tokens);
    buffer_append_text(&line, "}\n");
    if (!line.failed) {
        fwrite(line.data, 1, line.length, chat->log);
        fflush(chat->log);
    }
    buffer_clear(&line);
}

void chat_count(struct chat *chat, struct chat_reply *reply)
{
    if (reply->counted)
        return;
    reply->counted = true;
    ledger_outcome(chat->ledger, &reply->print, &reply->outcome);
    ledger_end(chat->ledger);
}

void chat_finish(struct chat *chat, struct chat_reply *reply, bool sent)
{
    // A reply that is cut or stalls is not sent whole on purpose.
    bool lost = !sent && reply->action != FAULT_ACT_CUT && reply->script.end == SCRIPT_WHOLE &&
                reply->outcome.status != 0;
    if (lost && reply->counted)
        ledger_unsent(chat->ledger, &reply->print, &reply->outcome);
    if (lost) {
        reply->outcome.status = 0;
        reply->outcome.answered = false;
    }
    chat_count(chat, reply);
    if (chat->log != NULL)
        write_log(chat, reply, sent);
}
