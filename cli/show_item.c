#include "show_item.h"

#include "clock.h"
#include "json.h"
#include "price.h"
#include "store_reading.h"

#include <stdlib.h>
#include <string.h>

static void write_text(const struct stored_item *item, const char *id, const char *line,
                       const struct call *calls, size_t count, struct buffer *out);
static void write_json(const struct stored_item *item, const char *id, const char *line,
                       const struct call *calls, size_t count, struct buffer *out);
static int by_time(const void *a, const void *b);

bool show_item(struct store *store, const char *id, bool json, struct buffer *out,
               struct error *why)
{
    struct stored_item item;
    int found = store_find_item(store, id, &item, why);
    if (found <= 0)
        return found < 0 ? false
                         : error_set(why, ERR_INPUT,
                                     "no item is called %.200s; dataset.jsonl, failures.jsonl and "
                                     "the slowest calls of vqagen show DIR name items",
                                     id);
    struct call *calls = NULL;
    size_t count = 0;
    char *line = NULL;
    if (!store_load_calls(store, item.number, &calls, &count, why))
        return false;
    bool good = store_item_line(store, item.number, &line, why);
    if (count > 0)
        qsort(calls, count, sizeof *calls, by_time);
    if (good && json)
        write_json(&item, id, line, calls, count, out);
    else if (good)
        write_text(&item, id, line, calls, count, out);
    free(line);
    for (size_t i = 0; i < count; i++)
        call_clear(&calls[i]);
    free(calls);
    return good;
}

static int by_time(const void *a, const void *b)
{
    const struct call *x = a, *y = b;
    if (x->when_ms != y->when_ms)
        return (x->when_ms > y->when_ms) - (x->when_ms < y->when_ms);
    return memcmp(x->key.bytes, y->key.bytes, DIGEST_BYTES);
}

// ---- For people ---------------------------------------------------------------------------------

static void write_indented(const char *title, const char *text, struct buffer *out)
{
    if (text == NULL || *text == '\0')
        return;
    buffer_append_format(out, "  %s:\n    ", title);
    for (; *text != '\0'; text++) {
        buffer_append_char(out, *text);
        if (*text == '\n' && text[1] != '\0')
            buffer_append_text(out, "    ");
    }
    buffer_append_char(out, '\n');
}

static void write_call(const struct call *call, struct buffer *out)
{
    char time[32], cost[PRICE_TEXT];
    buffer_append_format(out, "\n%s, try %u", call_step_name(call->step), call->try_number);
    if (call->repeat > 0)
        buffer_append_format(out, ", repeat %u", call->repeat);
    if (call->round > 0)
        buffer_append_format(out, ", round %u", call->round);
    buffer_append_format(out, "  %s\n", clock_format_utc(call->when_ms, time));
    buffer_append_format(out, "  %s at %s, %.0f ms, %u request%s",
                         call->model != NULL ? call->model : "?",
                         call->endpoint != NULL ? call->endpoint : "?", call->latency_ms,
                         call->attempts, call->attempts == 1 ? "" : "s");
    if (call->http_status != 0)
        buffer_append_format(out, ", HTTP %d", call->http_status);
    if (call->finish != NULL)
        buffer_append_format(out, ", finish %s", call->finish);
    buffer_append_char(out, '\n');
    if (call->input_tokens >= 0)
        buffer_append_format(out, "  tokens %lld in", call->input_tokens);
    if (call->input_tokens >= 0 && call->output_tokens >= 0)
        buffer_append_format(out, ", %lld out", call->output_tokens);
    if (call->input_tokens >= 0 && call->image_tokens >= 0)
        buffer_append_format(out, ", image %s%lld", call->image_estimated ? "about " : "",
                             call->image_tokens);
    if (call->input_tokens >= 0 && call->cost_nano >= 0)
        buffer_append_format(out, ", %s", price_write(call->cost_nano, cost));
    if (call->input_tokens >= 0)
        buffer_append_char(out, '\n');
    if (!call->replied)
        buffer_append_format(out, "  fault %s: %s\n", call->kind != NULL ? call->kind : "?",
                             call->message != NULL ? call->message : "");
    write_indented("reasoning", call->reasoning, out);
    write_indented(call->replied ? "reply" : "it began", call->text, out);
}

static void write_text(const struct stored_item *item, const char *id, const char *line,
                       const struct call *calls, size_t count, struct buffer *out)
{
    buffer_append_format(out, "%s: %s", id, item_state_name(item->state));
    if (item->round > 0)
        buffer_append_format(out, ", in round %u", item->round);
    buffer_append_char(out, '\n');
    cJSON *value =
        line != NULL && item->state != ITEM_OPEN ? json_parse(line, strlen(line), NULL) : NULL;
    char *printed = value != NULL ? cJSON_Print(value) : NULL;
    if (printed != NULL)
        buffer_append_format(out, "\n%s\n", printed);
    cJSON_free(printed);
    cJSON_Delete(value);
    buffer_append_format(out, "\n%zu stored call%s%s\n", count, count == 1 ? "" : "s",
                         count == 0 ? "; the image's draft lies with its first item" : "");
    for (size_t i = 0; i < count; i++)
        write_call(&calls[i], out);
}

// ---- For programs -------------------------------------------------------------------------------

static void write_tokens(const char *name, long long tokens, struct buffer *out)
{
    if (tokens >= 0)
        json_write_integer_field(out, name, tokens);
    else
        json_write_string_field(out, name, NULL); // not said
}

static void write_call_json(const struct call *call, struct buffer *out)
{
    char time[32], key[DIGEST_HEX + 1];
    buffer_append_char(out, '{');
    digest_hex(&call->key, key);
    json_write_string_field(out, "key", key);
    json_write_string_field(out, "step", call_step_name(call->step));
    json_write_integer_field(out, "try", call->try_number);
    json_write_integer_field(out, "repeat", call->repeat);
    json_write_integer_field(out, "round", call->round);
    json_write_string_field(out, "when", clock_format_utc(call->when_ms, time));
    json_write_string_field(out, "endpoint", call->endpoint);
    json_write_string_field(out, "model", call->model);
    json_write_integer_field(out, "http_status", call->http_status);
    json_write_integer_field(out, "requests", call->attempts);
    json_write_real_field(out, "latency_ms", call->latency_ms);
    json_write_string_field(out, "finish", call->finish);
    write_tokens("input_tokens", call->input_tokens, out);
    write_tokens("cached_tokens", call->cached_tokens, out);
    write_tokens("cache_write_tokens", call->cache_write_tokens, out);
    write_tokens("image_tokens", call->image_tokens, out);
    json_write_bool_field(out, "image_estimated", call->image_estimated);
    write_tokens("output_tokens", call->output_tokens, out);
    write_tokens("reasoning_tokens", call->reasoning_tokens, out);
    if (call->cost_nano >= 0)
        json_write_real_field(out, "cost_usd", (double)call->cost_nano / 1e9);
    else
        json_write_string_field(out, "cost_usd", NULL);
    json_write_string_field(out, "fault", call->kind);
    json_write_string_field(out, "message", call->message);
    json_write_string_field(out, "text", call->text);
    json_write_string_field(out, "reasoning", call->reasoning);
    buffer_append_char(out, '}');
}

static void write_json(const struct stored_item *item, const char *id, const char *line,
                       const struct call *calls, size_t count, struct buffer *out)
{
    buffer_append_char(out, '{');
    json_write_string_field(out, "id", id);
    json_write_string_field(out, "state", item_state_name(item->state));
    json_write_integer_field(out, "round", item->round);
    json_write_name(out, "record");
    buffer_append_text(out, line != NULL && item->state != ITEM_OPEN ? line : "null");
    json_write_name(out, "calls");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        write_call_json(&calls[i], out);
    }
    buffer_append_text(out, "]}");
}
