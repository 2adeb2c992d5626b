// Replies: how they begin, how they refuse, and how they are counted.
#include "chat_state.h"

#include "clock.h"
#include "json.h"

#include <string.h>

void chat_reply_begin(const struct chat *chat, const struct protocol *protocol,
                      struct chat_reply *reply)
{
    *reply = (struct chat_reply){.player = player_of(chat->player, protocol),
                                 .status = 200,
                                 .content_type = "application/json"};
    reply->begun_ms = clock_now_ms();
    buffer_init(&reply->body, MAX_BODY);
    buffer_init(&reply->headers, 8192);
}

void chat_reply_clear(struct chat_reply *reply)
{
    buffer_clear(&reply->body);
    buffer_clear(&reply->headers);
    script_clear(&reply->script);
}

void chat_reply_error(struct chat_reply *reply, const struct protocol_error *error,
                      const struct excuse_values *values)
{
    struct excuse_out out = {&reply->body, &reply->headers, NULL};
    reply->status = error->status;
    script_clear(&reply->script);
    buffer_empty(&reply->body);
    excuse_write(reply->player, error, values, &out);
    reply->content_type = out.content_type;
    reply->body.failed = reply->body.failed || reply->headers.failed;
}

void chat_reply_refuse(struct chat_reply *reply, const char *kind,
                       const struct excuse_values *values)
{
    static const struct protocol_error unknown = {.status = 500, .message = "Internal error."};
    const struct protocol_error *error = excuse_find(kind, reply->player);
    chat_reply_error(reply, error != NULL ? error : &unknown, values);
}

void chat_reply_no_memory(struct chat_reply *reply)
{
    static const struct protocol_error error = {
        .status = 500, .message = "The simulator is out of memory.", .type = "server_error"};
    const struct excuse_values none = {0};
    chat_reply_error(reply, &error, &none);
    reply->outcome.answered = false;
}

void chat_refuse(struct chat *chat, const struct chat_asked *asked, const char *kind,
                 struct chat_reply *reply)
{
    struct excuse_values values = {.path = asked->path, .model = asked->model};
    if (strcmp(kind, "not-found") == 0)
        kind = chat->not_found;
    values.limit = (long long)chat->max_body;
    chat_reply_begin(chat, asked->protocol, reply);
    chat_reply_refuse(reply, kind, &values);
    ledger_invalid(chat->ledger, reply->status, kind);
}

void chat_refuse_saying(struct chat *chat, const struct chat_asked *asked, int status,
                        const char *message, struct chat_reply *reply)
{
    struct protocol_error error = {
        .status = status, .message = message, .type = "invalid_request_error"};
    const struct excuse_values none = {0};
    chat_reply_begin(chat, asked->protocol, reply);
    chat_reply_error(reply, &error, &none);
    ledger_invalid(chat->ledger, status, message);
}

// A fault that every request meets, whatever it asks for.
static const struct fault_entry *find_always(const struct chat *chat)
{
    for (size_t i = 0; i < chat->faults.count; i++)
        if (chat->faults.rates[i].kind->always && chat->faults.rates[i].rate >= 1)
            return chat->faults.rates[i].kind;
    return NULL;
}

bool chat_authorize(struct chat *chat, const struct chat_asked *asked, const char *key,
                    struct chat_reply *reply)
{
    const struct protocol *protocol = asked->protocol;
    const struct fault_entry *always = find_always(chat);
    if (always != NULL) {
        struct excuse_values values = {
            .path = asked->path, .actual = always->actual, .limit = always->limit};
        chat_reply_begin(chat, protocol, reply);
        chat_reply_refuse(reply, always->name, &values);
        reply->outcome.fault = always->name;
        return false;
    }
    if (chat->key == NULL || (key != NULL && strcmp(key, chat->key) == 0))
        return true;
    chat_refuse(chat, asked, key != NULL ? "key-wrong" : "key-missing", reply);
    return false;
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
