// Throughput over concurrency, drawn with characters.
#include "tune_table.h"

#include "tune_text.h"

#include <stdio.h>
#include <string.h>

enum { HEIGHT = 10, LABEL = 8, WIDEST = 7 };

struct chart {
    const struct tune_result *result;
    size_t step; // columns of the screen that a level takes
    size_t fill; // of them filled; the rest is a gap
    size_t count;
    bool items, unicode;
    double most;
    struct buffer *out;
};

static double rate_of(const struct chart *chart, size_t level)
{
    const struct tune_level *at = &chart->result->levels[level];
    double rate = chart->items ? at->items_per_second : at->calls_per_second;
    return rate > 0 ? rate : 0;
}

// One cell: filled to `level` of it.
static const char *block(bool unicode, double level)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {" ", " ", ".", ".", ":", ":", "|", "|", "#"};
    int eighths = level <= 0 ? 0 : level >= 1 ? 8 : (int)(level * 8 + 0.5);
    return (unicode ? blocks : plain)[eighths];
}

static void write_blanks(struct buffer *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_append_char(out, ' ');
}

static void write_bars(const struct chart *chart, int line)
{
    char label[TUNE_TEXT] = "";
    if (line == 0 || line == HEIGHT / 2)
        tune_text_real(chart->most * (HEIGHT - line) / HEIGHT, label);
    buffer_append_format(chart->out, "%*s %s", LABEL, label, chart->unicode ? "│" : "|");
    for (size_t i = 0; i < chart->count; i++) {
        double level = rate_of(chart, i) / chart->most * HEIGHT - (HEIGHT - 1 - line);
        for (size_t column = 0; column < chart->fill; column++)
            buffer_append_text(chart->out, block(chart->unicode, level));
        write_blanks(chart->out, chart->step - chart->fill);
    }
    while (chart->out->length > 0 && chart->out->data[chart->out->length - 1] == ' ')
        buffer_truncate(chart->out, chart->out->length - 1);
    buffer_append_char(chart->out, '\n');
}

static void write_axis(const struct chart *chart)
{
    buffer_append_format(chart->out, "%*d %s", LABEL, 0, chart->unicode ? "└" : "+");
    for (size_t i = 0; i < chart->count * chart->step; i++)
        buffer_append_text(chart->out, chart->unicode ? "─" : "-");
    buffer_append_char(chart->out, '\n');
}

// The levels' numbers under their columns: every so many of them that there is room.
static void write_levels(const struct chart *chart)
{
    size_t longest =
        (size_t)snprintf(NULL, 0, "%u", chart->result->levels[chart->count - 1].concurrency);
    size_t stride = (longest + chart->step) / chart->step, written = 0;
    write_blanks(chart->out, LABEL + 2);
    for (size_t i = 0; i < chart->count; i += stride) {
        char text[32];
        write_blanks(chart->out, i * chart->step - written);
        written = i * chart->step +
                  (size_t)snprintf(text, sizeof text, "%u", chart->result->levels[i].concurrency);
        buffer_append_text(chart->out, text);
    }
    buffer_append_char(chart->out, '\n');
}

// The level nearest to a number of calls in flight; a knee may lie between two levels.
static size_t nearest_level(const struct chart *chart, unsigned concurrency)
{
    size_t best = 0;
    long long least = -1;
    for (size_t i = 0; i < chart->count; i++) {
        long long away = (long long)chart->result->levels[i].concurrency - (long long)concurrency;
        away = away < 0 ? -away : away;
        if (least < 0 || away < least) {
            best = i;
            least = away;
        }
    }
    return best;
}

static void write_mark(const struct chart *chart, unsigned concurrency, const char *what)
{
    if (concurrency == 0)
        return;
    write_blanks(chart->out, LABEL + 2 + nearest_level(chart, concurrency) * chart->step);
    buffer_append_format(chart->out, "%s %s %u\n", chart->unicode ? "▲" : "^", what, concurrency);
}

void tune_chart_write(const struct tune_result *result, size_t width, bool unicode,
                      struct buffer *out)
{
    struct chart chart = {.result = result,
                          .count = result->level_count,
                          .items = tune_counts_items(result),
                          .unicode = unicode,
                          .out = out};
    for (size_t i = 0; i < chart.count; i++)
        chart.most = rate_of(&chart, i) > chart.most ? rate_of(&chart, i) : chart.most;
    size_t room = width > LABEL + 8 ? width - LABEL - 8 : 0; // the last number needs some, too
    if (chart.count < 2 || chart.most <= 0 || room < chart.count)
        return;
    chart.step = room / chart.count < WIDEST ? room / chart.count : WIDEST;
    chart.fill = chart.step > 1 ? chart.step - 1 : 1;
    buffer_append_format(out, "\n%s a second over requests in flight\n",
                         chart.items ? "Items" : "Calls");
    for (int line = 0; line < HEIGHT; line++)
        write_bars(&chart, line);
    write_axis(&chart);
    write_levels(&chart);
    if (result->knee == result->concurrency) {
        write_mark(&chart, result->knee, "knee, and recommended:");
    } else {
        write_mark(&chart, result->knee, "knee:");
        write_mark(&chart, result->concurrency, "recommended:");
    }
}

bool tune_chart_is_unicode(const char *lc_all, const char *lc_ctype, const char *lang)
{
    // The first that is set and not empty counts (POSIX, 8.2).
    const char *values[] = {lc_all, lc_ctype, lang};
    for (int i = 0; i < 3; i++)
        if (values[i] != NULL && values[i][0] != '\0')
            return strcasestr(values[i], "utf-8") != NULL || strcasestr(values[i], "utf8") != NULL;
    return false;
}
