#include "item.h"

#include "clock.h"
#include "json.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REPLY_SHOWN = 2000 };

static void write_full_question(const struct item_record *item, struct buffer *out);
static void write_answer(const struct item_record *item, struct buffer *out);
static void write_checks(const struct item_record *item, struct buffer *out);
static void write_provenance(const struct item_record *item, struct buffer *out);
static void write_tokens(struct buffer *out, const char *name, long long tokens);

void item_write_accepted(const struct item_record *item, struct buffer *out)
{
    size_t start = out->length;
    // json_write_name puts a comma unless the text ends in '{', so the bracket is all it needs.
    buffer_append_char(out, '{');
    json_write_string_field(out, "id", item->id);
    json_write_string_field(out, "image", item->image);
    json_write_string_field(out, "image_sha256", item->image_sha256);
    json_write_string_field(out, "topic", item->topic);
    json_write_string_field(out, "question_type", question_type_name(item->type));
    json_write_string_field(out, "question", item->question);
    write_full_question(item, out);
    if (item->claim != NULL)
        json_write_string_field(out, "claim", item->claim);
    if (item->prefilled != NULL) {
        json_write_name(out, "prefilled_values");
        buffer_append_text(out, item->prefilled);
    }
    write_answer(item, out);
    json_write_string_field(out, "explanation", item->explanation);
    json_write_string_field(out, "status", "accepted");
    write_checks(item, out);
    write_provenance(item, out);
    json_write_name(out, "usage");
    buffer_append_char(out, '{');
    write_tokens(out, "input_tokens", item->input_tokens);
    write_tokens(out, "output_tokens", item->output_tokens);
    buffer_append_text(out, "}}");
    if (out->failed)
        buffer_truncate(out, start);
}

static void write_full_question(const struct item_record *item, struct buffer *out)
{
    struct buffer full;
    buffer_init(&full, out->ceiling);
    buffer_append_text(&full, item->question);
    for (size_t i = 0; i < item->option_count; i++)
        buffer_append_format(&full, "\n%c. %s", (char)('A' + i), item->options[i]);
    if (full.failed)
        out->failed = true;
    json_write_string_field(out, "full_question", buffer_text(&full));
    buffer_clear(&full);
}

// An item without options has {} for them, so that a reader can go over them without asking.
static void write_answer(const struct item_record *item, struct buffer *out)
{
    json_write_name(out, "options");
    buffer_append_char(out, '{');
    for (size_t i = 0; i < item->option_count; i++) {
        const char letter[2] = {(char)('A' + i), '\0'};
        json_write_string_field(out, letter, item->options[i]);
    }
    buffer_append_char(out, '}');
    bool lettered = item->option_count > 0;
    const char letter[2] = {(char)('A' + item->correct), '\0'};
    json_write_string_field(out, "answer", lettered ? letter : item->answer_text);
    json_write_string_field(out, "answer_text", item->answer_text);
    json_write_string_field(out, "correct_option", lettered ? item->options[item->correct] : NULL);
}

static void write_checks(const struct item_record *item, struct buffer *out)
{
    json_write_name(out, "checks");
    buffer_append_char(out, '{');
    for (size_t i = 0; i < item->check_count; i++)
        json_write_string_field(out, item->checks[i].rule, item->checks[i].result);
    buffer_append_char(out, '}');
}

static void write_provenance(const struct item_record *item, struct buffer *out)
{
    json_write_name(out, "provenance");
    buffer_append_char(out, '{');
    json_write_string_field(out, "endpoint", item->endpoint);
    json_write_string_field(out, "provider", item->provider);
    json_write_string_field(out, "model", item->model);
    json_write_name(out, "seed");
    buffer_append_format(out, "%" PRIu64, item->seed);
    json_write_string_field(out, "prompt_version", item->prompt_version);
    json_write_name(out, "calls");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < item->call_count; i++) {
        char hex[DIGEST_HEX + 1];
        digest_hex(&item->call_keys[i], hex);
        buffer_append_format(out, "%s\"%s\"", i > 0 ? "," : "", hex);
    }
    buffer_append_char(out, ']');
    json_write_integer_field(out, "repeats", item->repeats);
    if (item->agreement < 0)
        json_write_string_field(out, "agreement", NULL);
    else
        json_write_real_field(out, "agreement", item->agreement);
    buffer_append_char(out, '}');
}

static void write_tokens(struct buffer *out, const char *name, long long tokens)
{
    if (tokens < 0)
        json_write_string_field(out, name, NULL);
    else
        json_write_integer_field(out, name, tokens);
}

// The line of the input is the last member of all.
static const char line_member[] = ",\"line\":";

bool item_write_moved(const char *failed, uint64_t line, struct buffer *out)
{
    size_t length = strlen(failed), name = sizeof line_member - 1;
    if (length < 3) // no members
        return false;
    size_t end = length - 1, kept = end; // without the brace
    while (failed[kept - 1] >= '0' && failed[kept - 1] <= '9')
        kept--;
    if (kept > name && memcmp(failed + kept - name, line_member, name) == 0) {
        if (strtoull(failed + kept, NULL, 10) == line)
            return false;
        end = kept - name;
    }
    buffer_append(out, failed, end);
    buffer_append_format(out, "%s%" PRIu64 "}", line_member, line);
    return true;
}

void item_write_failed(const struct item_failure *failure, struct buffer *out)
{
    size_t start = out->length;
    char when[32];
    buffer_append_char(out, '{');
    json_write_string_field(out, "id", failure->id);
    json_write_string_field(out, "image", failure->image);
    json_write_string_field(out, "image_sha256", failure->image_sha256);
    json_write_string_field(out, "topic", failure->topic);
    json_write_string_field(out, "question", failure->question);
    json_write_string_field(out, "stage", failure->stage);
    json_write_string_field(out, "verdict", failure->verdict);
    json_write_string_field(out, "kind", failure->kind);
    write_tokens(out, "http_status", failure->http_status > 0 ? failure->http_status : -1);
    json_write_string_field(out, "message", failure->message);
    json_write_integer_field(out, "attempts", failure->attempts);
    char *reply = NULL;
    if (failure->reply != NULL) {
        reply = text_copy_length(failure->reply, text_cut(failure->reply, MAX_REPLY_SHOWN));
        if (reply == NULL)
            out->failed = true;
    }
    json_write_string_field(out, "reply", reply);
    free(reply);
    if (failure->endpoint != NULL)
        json_write_string_field(out, "endpoint", failure->endpoint);
    json_write_string_field(out, "when", clock_format_utc(failure->when_ms, when));
    if (failure->line != 0) {
        json_write_name(out, "line");
        buffer_append_format(out, "%" PRIu64, failure->line);
    }
    buffer_append_char(out, '}');
    if (out->failed)
        buffer_truncate(out, start);
}
