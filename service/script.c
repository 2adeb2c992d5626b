#include "script.h"

#include <stdlib.h>
#include <string.h>

enum { ODD_PIECE = 7 }; // bytes: cuts lines, names and characters at every place sooner or later

static size_t event_end(const struct buffer *body, size_t start);
static void add_lines(struct buffer *out, const char *text, size_t length, bool crlf);

void script_clear(struct script *script)
{
    free(script->pieces);
    *script = (struct script){0};
}

void script_add(struct script *script, size_t end, int64_t wait_ns)
{
    if (wait_ns == 0 && script->count > 0)
        script->pieces[script->count - 1].end = end;
    else
        script_add_apart(script, end, wait_ns);
}

void script_add_apart(struct script *script, size_t end, int64_t wait_ns)
{
    if (script->count == script->room) {
        size_t room = script->room * 2 + 8;
        struct script_piece *pieces = realloc(script->pieces, room * sizeof *pieces);
        if (pieces == NULL) {
            script->failed = true;
            return;
        }
        script->pieces = pieces;
        script->room = room;
    }
    script->pieces[script->count++] = (struct script_piece){end, wait_ns};
}

bool script_waits(const struct script *script)
{
    for (size_t i = 0; i < script->count; i++)
        if (script->pieces[i].wait_ns > 0)
            return true;
    return script->end == SCRIPT_STALL;
}

// Walks over the events of a body with the wait before each.
struct walk {
    const struct script *script;
    const struct buffer *body;
    size_t start, end, piece;
    int64_t wait_ns;
};

static bool walk_next(struct walk *walk)
{
    walk->start = walk->end;
    if (walk->start >= walk->body->length)
        return false;
    walk->end = event_end(walk->body, walk->start);
    walk->wait_ns = 0;
    const struct script_piece *pieces = walk->script->pieces;
    while (walk->piece < walk->script->count &&
           (walk->piece == 0 ? 0 : pieces[walk->piece - 1].end) <= walk->start)
        walk->wait_ns += pieces[walk->piece++].wait_ns;
    return true;
}

// Behind the blank line that ends the event.
static size_t event_end(const struct buffer *body, size_t start)
{
    const char *end = strstr(body->data + start, "\n\n");
    return end != NULL ? (size_t)(end - body->data) + 2 : body->length;
}

// The end of the event in the middle: something has come, and something is missing.
static size_t middle(const struct script *script, const struct buffer *body)
{
    struct walk walk = {.script = script, .body = body};
    while (walk_next(&walk) && walk.end < body->length / 2)
        continue;
    return walk.end < body->length ? walk.end : body->length / 2;
}

static void shorten(struct script *script, struct buffer *body, size_t length)
{
    buffer_truncate(body, length);
    while (script->count > 1 && script->pieces[script->count - 2].end >= length)
        script->count--;
    if (script->count > 0 && script->pieces[script->count - 1].end > length)
        script->pieces[script->count - 1].end = length;
}

static void break_off(struct script *script, struct buffer *body, const struct buffer *error)
{
    shorten(script, body, middle(script, body));
    if (strncmp(body->data, "event: ", 7) == 0)
        buffer_append_text(body, "event: error\n");
    buffer_append_text(body, "data: ");
    buffer_append(body, error->data, error->length);
    buffer_append_text(body, "\n\n");
    script_add(script, body->length, 0);
}

// Writes the events anew, with comments between them, other line ends, or in odd pieces.
static void rewrite(struct script *script, struct buffer *body, bool comments, bool crlf,
                    bool split)
{
    struct script changed = {.end = script->end};
    struct buffer text;
    struct walk walk = {.script = script, .body = body};
    buffer_init(&text, body->ceiling);
    while (walk_next(&walk)) {
        size_t before = text.length;
        if (comments)
            add_lines(&text, ": keep-alive\n\n", 14, crlf);
        add_lines(&text, body->data + walk.start, walk.end - walk.start, crlf);
        int64_t wait = walk.wait_ns;
        for (size_t end = before + ODD_PIECE; split && end < text.length; end += ODD_PIECE) {
            script_add_apart(&changed, end, wait);
            wait = 0;
        }
        if (split)
            script_add_apart(&changed, text.length, wait);
        else
            script_add(&changed, text.length, wait);
    }
    changed.failed = changed.failed || script->failed || text.failed;
    buffer_clear(body);
    script_clear(script);
    *body = text;
    *script = changed;
}

static void add_lines(struct buffer *out, const char *text, size_t length, bool crlf)
{
    for (size_t i = 0; i < length && crlf; i++) {
        if (text[i] == '\n')
            buffer_append_char(out, '\r');
        buffer_append_char(out, text[i]);
    }
    if (!crlf)
        buffer_append(out, text, length);
}

void script_disturb(struct script *script, struct buffer *body, enum fault_action action,
                    const struct buffer *error)
{
    if (body->length == 0)
        return;
    switch (action) {
    case FAULT_ACT_STREAM_CUT:
    case FAULT_ACT_STREAM_STALL:
        // In the middle of an event's line, where a reader holds half of it.
        shorten(script, body, middle(script, body) - 3);
        script->end = action == FAULT_ACT_STREAM_CUT ? SCRIPT_CUT : SCRIPT_STALL;
        break;
    case FAULT_ACT_STREAM_ERROR:
        break_off(script, body, error);
        break;
    case FAULT_ACT_STREAM_COMMENTS:
        rewrite(script, body, true, false, false);
        break;
    case FAULT_ACT_STREAM_CRLF:
        rewrite(script, body, false, true, false);
        break;
    case FAULT_ACT_STREAM_SPLIT:
        rewrite(script, body, false, false, true);
        break;
    case FAULT_ACT_STREAM_ODD:
        rewrite(script, body, true, true, true);
        break;
    default:
        break;
    }
}

void script_keep_alive(struct script *script, struct buffer *body, const char *text, unsigned count,
                       int64_t wait_ns)
{
    struct script changed = {.end = script->end};
    struct buffer whole;
    buffer_init(&whole, body->ceiling);
    for (unsigned i = 0; i < count; i++) {
        buffer_append_text(&whole, text);
        script_add_apart(&changed, whole.length, i == 0 ? 0 : wait_ns / count);
    }
    size_t before = whole.length;
    buffer_append(&whole, body->data, body->length);
    for (size_t i = 0; i < script->count; i++)
        script_add_apart(&changed, before + script->pieces[i].end,
                         script->pieces[i].wait_ns + (i == 0 ? wait_ns / count : 0));
    if (script->count == 0)
        script_add_apart(&changed, whole.length, wait_ns / count);
    changed.failed = changed.failed || script->failed || whole.failed;
    buffer_clear(body);
    script_clear(script);
    *body = whole;
    *script = changed;
}
