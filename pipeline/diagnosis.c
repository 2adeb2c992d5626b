#include "diagnosis.h"

#include "json.h"
#include "secret.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *title;
} rungs[RUNG_COUNT] = {
    [RUNG_SETTINGS] = {"settings", "settings"},
    [RUNG_DNS] = {"dns", "name of the host"},
    [RUNG_TCP] = {"tcp", "connection"},
    [RUNG_TLS] = {"tls", "encryption"},
    [RUNG_HTTP] = {"http", "address and protocol"},
    [RUNG_KEY] = {"key", "key"},
    [RUNG_MODEL] = {"model", "model"},
    [RUNG_TEXT] = {"text", "a call with text"},
    [RUNG_TINY_IMAGE] = {"tiny_image", "a tiny image"},
    [RUNG_IMAGE] = {"image", "an image as configured"},
    [RUNG_VISION] = {"vision", "the image is seen"},
    [RUNG_PARAMETERS] = {"parameters", "request parameters"},
    [RUNG_STRUCTURED] = {"structured", "structured output"},
    [RUNG_STREAM] = {"stream", "streaming"},
    [RUNG_TOGETHER] = {"together", "three calls at once"},
    [RUNG_REPLAY] = {"replay", "the failed call, again"},
};

const char *rung_name(enum rung_id id)
{
    return rungs[id].name;
}

const char *rung_title(enum rung_id id)
{
    return rungs[id].title;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"healthy", "diagnosed", "not_understood"};
    return names[verdict];
}

void diagnosis_clear(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->rung_count; i++) {
        free(diagnosis->rungs[i].tried);
        free(diagnosis->rungs[i].seen);
    }
    free(diagnosis->steps);
    free(diagnosis->groups);
    *diagnosis = (struct diagnosis){0};
}

static void tell(const struct diagnosis *diagnosis, const char *line)
{
    if (diagnosis->tell != NULL)
        diagnosis->tell(diagnosis->context, line);
}

// A copy on one line, in valid UTF-8, without secrets.
static char *clean(const char *text)
{
    char *copy = text != NULL ? text_repair(text, strlen(text)) : NULL;
    return copy != NULL ? secret_hide(text_one_line(copy)) : NULL;
}

void diagnosis_add(struct diagnosis *diagnosis, enum rung_id id, enum rung_result result,
                   const char *tried, const char *seen)
{
    static const char *const marks[] = {"ok    ", "BROKEN", "-     "};
    if (diagnosis->rung_count == RUNG_COUNT)
        return;
    struct rung *rung = &diagnosis->rungs[diagnosis->rung_count++];
    *rung = (struct rung){id, result, clean(tried), clean(seen)};
    struct buffer line;
    buffer_init(&line, 1 << 16);
    buffer_append_format(&line, "%s %s", marks[result], rung_title(id));
    if (rung->tried != NULL && *rung->tried != '\0')
        buffer_append_format(&line, ": %s", rung->tried);
    if (rung->seen != NULL && *rung->seen != '\0')
        buffer_append_format(&line, " -> %s", rung->seen);
    tell(diagnosis, buffer_text(&line));
    buffer_clear(&line);
}

void diagnosis_step(struct diagnosis *diagnosis, const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *line = clean(text);
    if (line == NULL)
        return;
    struct buffer shown;
    buffer_init(&shown, 1 << 16);
    buffer_append_format(&shown, "         %s", line);
    tell(diagnosis, buffer_text(&shown));
    buffer_clear(&shown);
    struct buffer all;
    buffer_init(&all, 1 << 16);
    if (diagnosis->steps != NULL)
        buffer_append_format(&all, "%s\n", diagnosis->steps);
    buffer_append_text(&all, line);
    free(diagnosis->steps);
    diagnosis->steps = buffer_take(&all);
    free(line);
}

static void put(char *to, size_t room, const char *text)
{
    char *copy = clean(text);
    size_t length = copy != NULL ? text_cut(copy, room - 1) : 0;
    if (length > 0)
        memcpy(to, copy, length);
    to[length] = '\0';
    free(copy);
}

void diagnosis_blame(struct diagnosis *diagnosis, enum cause_id id, const struct fault *fault,
                     const char *detail, const char *fix)
{
    const struct cause *cause = cause_at(id);
    diagnosis->cause = id;
    diagnosis->verdict = id == CAUSE_none          ? VERDICT_HEALTHY
                         : id == CAUSE_unexplained ? VERDICT_NOT_UNDERSTOOD
                                                   : VERDICT_DIAGNOSED;
    put(diagnosis->detail, sizeof diagnosis->detail, detail != NULL ? detail : cause->what);
    put(diagnosis->fix, sizeof diagnosis->fix, fix != NULL ? fix : cause->fix);
    if (fault == NULL)
        return;
    put(diagnosis->kind, sizeof diagnosis->kind, fault->kind);
    put(diagnosis->message, sizeof diagnosis->message, fault->message);
}

static void write_steps(const struct diagnosis *diagnosis, struct buffer *out)
{
    json_write_name(out, "steps");
    buffer_append_char(out, '[');
    for (const char *at = diagnosis->steps; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        char *line = text_copy_length(at, length);
        if (at != diagnosis->steps)
            buffer_append_char(out, ',');
        json_write_string(out, line);
        free(line);
        at += length + (at[length] == '\n');
    }
    buffer_append_char(out, ']');
}

void diagnosis_write_json(const struct diagnosis *diagnosis, struct buffer *out)
{
    static const char *const results[] = {"passed", "broken", "skipped"};
    buffer_append_char(out, '{');
    json_write_string_field(out, "verdict", verdict_name(diagnosis->verdict));
    json_write_string_field(out, "kind", *diagnosis->kind != '\0' ? diagnosis->kind : NULL);
    json_write_string_field(out, "cause", cause_at(diagnosis->cause)->name);
    json_write_string_field(out, "detail", diagnosis->detail);
    json_write_string_field(out, "fix", diagnosis->fix);
    json_write_string_field(out, "message",
                            *diagnosis->message != '\0' ? diagnosis->message : NULL);
    json_write_integer_field(out, "calls", diagnosis->calls);
    json_write_integer_field(out, "tokens", diagnosis->tokens);
    json_write_name(out, "rungs");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < diagnosis->rung_count; i++) {
        const struct rung *rung = &diagnosis->rungs[i];
        buffer_append_text(out, i > 0 ? ",{" : "{");
        json_write_string_field(out, "rung", rung_name(rung->id));
        json_write_string_field(out, "result", results[rung->result]);
        json_write_string_field(out, "tried", rung->tried);
        json_write_string_field(out, "seen", rung->seen);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_steps(diagnosis, out);
    if (diagnosis->groups != NULL) {
        json_write_name(out, "failures");
        buffer_append_text(out, diagnosis->groups);
    }
    buffer_append_char(out, '}');
}

void diagnosis_write_verdict(const struct diagnosis *diagnosis, struct buffer *out)
{
    static const char *const titles[] = {"healthy", "diagnosed", "not understood"};
    buffer_append_format(out, "Verdict: %s (%s%s%s). %s\n", titles[diagnosis->verdict],
                         cause_at(diagnosis->cause)->name,
                         *diagnosis->kind != '\0' ? ", kind " : "", diagnosis->kind,
                         diagnosis->detail);
    if (diagnosis->verdict != VERDICT_HEALTHY) {
        if (*diagnosis->message != '\0')
            buffer_append_format(out, "It said: %s\n", diagnosis->message);
        buffer_append_format(out, "Fix: %s\n", diagnosis->fix);
    }
    if (diagnosis->calls > 0)
        buffer_append_format(out, "%u request%s sent, about %lld tokens.\n", diagnosis->calls,
                             diagnosis->calls == 1 ? " was" : "s were", diagnosis->tokens);
}
