#include "tune_settings.h"

#include "tune_text.h"

#include <stdio.h>
#include <utf8proc.h>

enum { SETTINGS = 4, LINE = 72 };

struct setting_row {
    const char *name; // of the option, which is the file's word too
    unsigned value;   // 0: the run does not tell
};

static void list_settings(const struct tune_result *result, struct setting_row rows[SETTINGS])
{
    rows[0] = (struct setting_row){"concurrency", result->concurrency};
    rows[1] = (struct setting_row){"batch-size", result->batch_size};
    rows[2] = (struct setting_row){"max-side", result->max_side};
    rows[3] = (struct setting_row){"per-image", result->per_image};
}

// Bytes of a comment as YAML allows them: a line break would end it, and a parser refuses the whole
// file for a control character or for what is not UTF-8.
static void write_plain(const char *bytes, size_t length, struct buffer *out)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes;
    while (length > 0) {
        utf8proc_int32_t character;
        utf8proc_ssize_t used = utf8proc_iterate(at, (utf8proc_ssize_t)length, &character);
        bool plain = used > 0 && character >= 0x20 && (character < 0x7f || character > 0x9f) &&
                     character != 0xfeff && character != 0xfffe && character != 0xffff;
        if (plain)
            buffer_append(out, at, (size_t)used);
        else
            buffer_append_char(out, ' ');
        at += used > 0 ? used : 1;
        length -= used > 0 ? (size_t)used : 1;
    }
}

// A comment, broken at blanks.
static void write_comment(const char *text, struct buffer *out)
{
    const char *at = text;
    while (*at != '\0') {
        size_t end = 0, blank = 0;
        while (at[end] != '\0' && (end < LINE || blank == 0)) {
            if (at[end] == ' ')
                blank = end;
            end++;
        }
        if (at[end] == '\0')
            blank = end;
        buffer_append_text(out, "# ");
        write_plain(at, blank, out);
        buffer_append_char(out, '\n');
        at += blank;
        while (*at == ' ')
            at++;
    }
}

static void write_origin(const struct tune_result *result, struct buffer *out)
{
    char line[400];
    snprintf(line, sizeof line, "Measured by vqagen tune%s%s at %s with %s.",
             result->when[0] != '\0' ? ", " : "", result->when,
             result->endpoint[0] != '\0' ? result->endpoint : "an endpoint",
             result->model[0] != '\0' ? result->model : "its model");
    write_comment(line, out);
    write_comment(result->reason, out);
    if (result->stopped[0] != '\0') {
        snprintf(line, sizeof line, "The measurement ended early: %s", result->stopped);
        write_comment(line, out);
    }
    write_comment(
        "Use it with: vqagen generate INPUT -o DIR --settings FILE, and the endpoint, model "
        "and other options that it was measured with.",
        out);
}

static void comment_concurrency(const struct tune_result *result, struct buffer *out)
{
    char line[300], rate[TUNE_TEXT], p95[TUNE_TEXT];
    const struct tune_level *level = tune_recommended_level(result);
    if (level == NULL)
        return;
    bool items = tune_counts_items(result);
    tune_text_real(items ? level->items_per_second : level->calls_per_second, rate);
    tune_text_ms(level->p95_ms, p95);
    snprintf(line, sizeof line, "Requests in flight. With %u: %s %s a second%s%s.",
             level->concurrency, rate, items ? "items" : "calls",
             p95[0] != '\0' ? ", 95 of 100 replies within " : "", p95);
    write_comment(line, out);
}

static void comment_side(const struct tune_result *result, struct buffer *out)
{
    char line[300], share[TUNE_TEXT];
    for (size_t i = 0; i < result->side_count; i++) {
        const struct tune_side *side = &result->sides[i];
        if (side->side_px != result->max_side || side->agreement < 0)
            continue;
        snprintf(line, sizeof line,
                 "Longest side of an image in pixels. Answers agreed with those at %u px in %s of "
                 "%lld questions. Another value is another dataset: start it in a new DIR.",
                 result->sides[0].side_px, tune_text_share(side->agreement, share),
                 side->questions);
        write_comment(line, out);
        return;
    }
    write_comment("Longest side of an image in pixels.", out);
}

void tune_settings_write(const struct tune_result *result, struct buffer *out)
{
    struct setting_row rows[SETTINGS];
    list_settings(result, rows);
    write_origin(result, out);
    for (int i = 0; i < SETTINGS; i++) {
        if (rows[i].value == 0)
            continue;
        buffer_append_char(out, '\n');
        if (i == 0)
            comment_concurrency(result, out);
        else if (i == 1)
            write_comment("Items worked on at once: enough to keep these requests in flight.", out);
        else if (i == 2)
            comment_side(result, out);
        else
            write_comment("Questions drafted of an image in one call.", out);
        buffer_append_format(out, "%s: %u\n", rows[i].name, rows[i].value);
    }
}

void tune_settings_write_options(const struct tune_result *result, struct buffer *out)
{
    struct setting_row rows[SETTINGS];
    list_settings(result, rows);
    const char *gap = "";
    for (int i = 0; i < SETTINGS; i++) {
        if (rows[i].value == 0)
            continue;
        buffer_append_format(out, "%s--%s %u", gap, rows[i].name, rows[i].value);
        gap = " ";
    }
}
