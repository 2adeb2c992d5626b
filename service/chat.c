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

enum { REMEMBERED_PICTURES = 8192, MAX_THREADS = 4 };

struct chat {
    struct request_rules rules;
    struct fault_plan faults;
    struct latency latency;
    uint64_t seed;
    unsigned capacity;
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
    chat->capacity = settings->capacity;
    return latency_parse(settings->latency, &chat->latency, why) &&
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

unsigned chat_capacity(const struct chat *chat)
{
    return chat->capacity;
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

static void reply_begin(struct chat_reply *reply)
{
    *reply = (struct chat_reply){.status = 200, .content_type = "application/json"};
    reply->begun_ms = clock_now_ms();
    buffer_init(&reply->body, MAX_BODY);
}

void chat_reply_clear(struct chat_reply *reply)
{
    buffer_clear(&reply->body);
}

static void reply_error(struct chat_reply *reply, int status, const char *message, const char *type,
                        const char *param, const char *code)
{
    reply->status = status;
    buffer_empty(&reply->body);
    completion_write_error(message, type, param, code, &reply->body);
}

void chat_refuse(struct chat *chat, int status, const char *message, struct chat_reply *reply)
{
    reply_begin(reply);
    reply_error(reply, status, message, "invalid_request_error", NULL, NULL);
    ledger_invalid(chat->ledger, status, message);
}

bool chat_authorize(const struct chat *chat, const char *authorization, struct chat_reply *reply)
{
    static const char scheme[] = "Bearer ";
    bool given = authorization != NULL && text_starts(authorization, scheme);
    if (chat->key == NULL || (given && strcmp(authorization + sizeof scheme - 1, chat->key) == 0))
        return true;
    reply_begin(reply);
    if (given)
        reply_error(reply, 401, "Incorrect API key provided.", "invalid_request_error", NULL,
                    "invalid_api_key");
    else
        reply_error(reply, 401,
                    "You didn't provide an API key. You need to provide your API key in an "
                    "Authorization header using Bearer auth (i.e. Authorization: Bearer "
                    "YOUR_KEY).",
                    "invalid_request_error", NULL, NULL);
    ledger_invalid(chat->ledger, 401, "no key, or not the one that is wanted");
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

void chat_answer(struct chat *chat, const char *body, size_t length, struct chat_reply *reply)
{
    struct chat_request request;
    struct request_fault refused;
    reply_begin(reply);
    bool good = request_read(&chat->rules, body, length, &request, &refused);
    reply->print = request.print;
    reply->seen = ledger_seen(chat->ledger, &request.print);
    reply->outcome.bytes_in = length;
    reply->delay_ns = latency_draw(&chat->latency, sending_random(chat, reply, "latency"));
    if (good) {
        answer_request(chat, &request, reply);
    } else {
        reply_error(reply, refused.status, refused.message, refused.type, refused.param,
                    refused.code);
        ledger_invalid(chat->ledger, refused.status, refused.message);
        reply->delay_ns = 0; // who refuses does so at once
    }
    request_clear(&request);
    if (reply->body.failed) {
        reply_error(reply, 500, "The simulator is out of memory.", "server_error", NULL, NULL);
        reply->outcome.answered = false;
    }
    reply->outcome.status = reply->status;
    reply->outcome.bytes_out = reply->body.length;
}

static void answer_request(struct chat *chat, const struct chat_request *request,
                           struct chat_reply *reply)
{
    const struct fault_kind *fault =
        fault_choose(&chat->faults, sending_random(chat, reply, "fault"), request->format,
                     request->temperature >= 0, request->has_max_tokens);
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
    }
}

static void answer_fault(const struct fault_kind *fault, struct chat_reply *reply)
{
    reply_error(reply, fault->status, fault->message, fault->type, fault->param, fault->code);
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
                                    .stream = request->stream};
    completion.input_tokens = request->text_tokens + request->image_tokens;
    if (request->image && ledger_cached(chat->ledger, &request->prefix, clock_now_ms()))
        completion.cached_tokens = request->prefix_tokens;
    completion.output_tokens = text_tokens(completion.text);
    completion_cut(&completion, request->max_tokens, &changed);
    completion_spoil(&completion, action, &changed);
    completion_write(&completion, &reply->body);
    if (request->stream)
        reply->content_type = "text/event-stream";
    reply->outcome.input_tokens = completion.input_tokens;
    reply->outcome.cached_tokens = completion.cached_tokens;
    reply->outcome.output_tokens = completion.output_tokens;
    reply->outcome.answered =
        action == FAULT_ACT_NONE || action == FAULT_ACT_THINK || action == FAULT_ACT_FENCE;
    reply->body.failed = reply->body.failed || changed.failed;
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
    // A cut reply is not sent whole on purpose.
    bool lost = !sent && reply->action != FAULT_ACT_CUT && reply->outcome.status != 0;
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
