#include "show_text.h"

#include "clock.h"
#include "lessons.h"
#include "price.h"

#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 28, ROWS = 20, CHART_HEIGHT = 8, LATENCY_RANKS = 4 };

static const double ranks[LATENCY_RANKS] = {0.50, 0.90, 0.95, 0.99};

static void write_head(const struct census *census, const struct show_run *run, struct buffer *out);
static void write_counts(const char *title, const struct census_counts *counts, struct buffer *out);
static void write_usage(const struct store_totals *totals, struct buffer *out);
static void write_latency(const struct census *census, struct buffer *out);
static void write_endpoints(const struct census *census, struct buffer *out);
static void write_slowest(const struct census *census, struct buffer *out);
static void write_lessons(const struct census *census, struct buffer *out);
static void write_list(const char *title, char *const *texts, size_t count, struct buffer *out);

void show_write_text(const struct census *census, const struct show_run *run, size_t width,
                     struct buffer *out)
{
    write_head(census, run, out);
    write_counts("By topic", &census->topics, out);
    write_counts("Why items failed", &census->kinds, out);
    if (census->minutes.count > 1) {
        buffer_append_text(out, "\nReplies a minute\n");
        show_write_chart(&census->minutes, width, CHART_HEIGHT, out);
    }
    write_latency(census, out);
    write_usage(&census->totals, out);
    write_endpoints(census, out);
    write_slowest(census, out);
    write_lessons(census, out);
    write_list("Vision probes", census->probes, census->probe_count, out);
}

static void write_head(const struct census *census, const struct show_run *run, struct buffer *out)
{
    buffer_append_text(out, run->directory);
    if (run->process > 0)
        buffer_append_format(out, ": a run is going on, process %ld\n", run->process);
    else if (run->ended == NULL)
        buffer_append_text(out, ": no run has come to an end here\n");
    else
        buffer_append_format(out, ": the last run ended %s%s%s\n", run->ended,
                             run->stopped_by != NULL ? ", stopped: " : "",
                             run->stopped_by != NULL ? run->stopped_by : "");
    if (run->input != NULL && run->model != NULL)
        buffer_append_format(out, "  input %s, model %s at %s\n", run->input, run->model,
                             run->endpoint != NULL ? run->endpoint : "?");
    buffer_append_format(out, "\n%lld items", census->items);
    for (int state = 0; state < CENSUS_STATES; state++)
        if (census->by_state[state] > 0 || state == ITEM_ACCEPTED)
            buffer_append_format(out, "  %lld %s", census->by_state[state],
                                 item_state_name((enum item_state)state));
    buffer_append_format(out, "\n%lld replies, %lld faults, %lld requests sent\n",
                         census->totals.replies, census->totals.faults, census->totals.requests);
}

static void write_counts(const char *title, const struct census_counts *counts, struct buffer *out)
{
    if (counts->count == 0)
        return;
    buffer_append_format(out, "\n%-*s %10s %10s %10s\n", NAME_WIDTH, title, "accepted", "rejected",
                         "unknown");
    for (size_t i = 0; i < counts->count && i < ROWS; i++) {
        const struct census_count *row = &counts->list[i];
        buffer_append_format(out, "  %-*s %10lld %10lld %10lld\n", NAME_WIDTH - 2, row->name,
                             row->by_state[ITEM_ACCEPTED], row->by_state[ITEM_REJECTED],
                             row->by_state[ITEM_UNKNOWN]);
    }
    if (counts->count > ROWS)
        buffer_append_format(out, "  and %zu more; --json has them all\n", counts->count - ROWS);
}

// ---- The chart ----------------------------------------------------------------------------------

enum { CHART_COLUMNS = 200, CHART_LABEL = 9 };

// Sums of as many minutes as a column stands for. Returns the number of columns.
static size_t gather(const struct census_sums *minutes, size_t width, int64_t *step,
                     double columns[CHART_COLUMNS])
{
    int64_t first = minutes->list[0].minute;
    int64_t span = minutes->list[minutes->count - 1].minute - first + 1;
    size_t most = width > CHART_LABEL + 10 ? width - CHART_LABEL : 10;
    most = most < CHART_COLUMNS ? most : CHART_COLUMNS;
    *step = (span + (int64_t)most - 1) / (int64_t)most;
    size_t count = (size_t)((span + *step - 1) / *step);
    memset(columns, 0, count * sizeof *columns);
    for (size_t i = 0; i < minutes->count; i++)
        columns[(minutes->list[i].minute - first) / *step] +=
            (double)minutes->list[i].replies / (double)*step;
    return count;
}

// A cell of the chart: eighths of a block from the bottom.
static const char *block(double level)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int eighths = level <= 0 ? 0 : level >= 1 ? 8 : (int)(level * 8 + 0.5);
    return blocks[eighths];
}

static void write_axis(const struct census_sums *minutes, int64_t step, size_t count,
                       struct buffer *out)
{
    char from[32], to[32];
    int64_t first = minutes->list[0].minute, last = minutes->list[minutes->count - 1].minute;
    clock_format_utc(first * 60000, from);
    clock_format_utc((last + 1) * 60000, to);
    buffer_append_format(out, "%*s%.16sZ to %.16sZ", CHART_LABEL, "", from, to);
    if (step > 1)
        buffer_append_format(out, ", %lld minutes a column", (long long)step);
    (void)count;
    buffer_append_char(out, '\n');
}

void show_write_chart(const struct census_sums *minutes, size_t width, unsigned height,
                      struct buffer *out)
{
    double columns[CHART_COLUMNS], most = 0;
    int64_t step;
    if (minutes->count == 0)
        return;
    size_t count = gather(minutes, width, &step, columns);
    for (size_t i = 0; i < count; i++)
        most = columns[i] > most ? columns[i] : most;
    for (unsigned line = 0; most > 0 && line < height; line++) {
        double bottom = (double)(height - 1 - line);
        if (line == 0 || line == height - 1)
            buffer_append_format(out, "%*.0f ", CHART_LABEL - 1, line == 0 ? most : 0.0);
        else
            buffer_append_format(out, "%*s", CHART_LABEL, "");
        for (size_t i = 0; i < count; i++)
            buffer_append_text(out, block(columns[i] / most * height - bottom));
        buffer_append_char(out, '\n');
    }
    write_axis(minutes, step, count, out);
}

// ---- Numbers ------------------------------------------------------------------------------------

static void write_ms(double milliseconds, struct buffer *out)
{
    if (milliseconds >= 10000)
        buffer_append_format(out, "%.1f s", milliseconds / 1000);
    else if (milliseconds >= 1000)
        buffer_append_format(out, "%.2f s", milliseconds / 1000);
    else
        buffer_append_format(out, "%.*f ms", milliseconds < 10 ? 1 : 0, milliseconds);
}

static void write_latency(const struct census *census, struct buffer *out)
{
    if (histogram_percentile(census->latencies, 0.5) < 0)
        return;
    buffer_append_text(out, "\nLatency of replies ");
    for (int i = 0; i < LATENCY_RANKS; i++) {
        buffer_append_format(out, "  p%.0f ", 100 * ranks[i]);
        write_ms(histogram_percentile(census->latencies, ranks[i]), out);
    }
    buffer_append_char(out, '\n');
}

static void write_usage(const struct store_totals *totals, struct buffer *out)
{
    char cost[PRICE_TEXT], other[PRICE_TEXT];
    buffer_append_format(out,
                         "\nTokens   input %lld (cached %lld, put into a cache %lld, images %s%lld)"
                         "  output %lld (reasoning %lld)\n",
                         totals->input_tokens, totals->cached_tokens, totals->cache_write_tokens,
                         totals->images_estimated > 0 ? "about " : "", totals->image_tokens,
                         totals->output_tokens, totals->reasoning_tokens);
    buffer_append_format(out, "Cost     %s",
                         price_write(totals->cost_nano + totals->other_nano, cost));
    if (totals->other_nano > 0)
        buffer_append_format(out, ", up to %s of it for probes and requests without a reply",
                             price_write(totals->other_nano, other));
    if (totals->unpriced > 0)
        buffer_append_format(out, "; price unknown for %lld replies", totals->unpriced);
    buffer_append_char(out, '\n');
}

static void write_endpoints(const struct census *census, struct buffer *out)
{
    char cost[PRICE_TEXT];
    if (census->endpoints.count == 0)
        return;
    buffer_append_format(out, "\n%-*s %10s %10s %10s %12s\n", NAME_WIDTH, "Endpoint", "replies",
                         "faults", "mean", "cost");
    for (size_t i = 0; i < census->endpoints.count && i < ROWS; i++) {
        const struct census_sum *row = &census->endpoints.list[i];
        char mean[32];
        snprintf(mean, sizeof mean, "%.0f ms",
                 row->replies > 0 ? row->latency_ms / (double)row->replies : 0);
        buffer_append_format(out, "  %-*s %10lld %10lld %10s %12s\n", NAME_WIDTH - 2, row->name,
                             row->replies, row->faults, mean, price_write(row->cost_nano, cost));
    }
}

static void write_slowest(const struct census *census, struct buffer *out)
{
    if (census->slow_count == 0)
        return;
    buffer_append_text(out, "\nSlowest calls\n");
    for (size_t i = 0; i < census->slow_count; i++) {
        const struct census_slow *slow = &census->slowest[i];
        buffer_append_format(out, "  %-8s ", call_step_name(slow->step));
        write_ms(slow->latency_ms, out);
        buffer_append_format(out, "  %s\n", slow->item);
    }
}

// "openai, gpt-5: no_temperature", whose words are put for people.
static void write_lessons(const struct census *census, struct buffer *out)
{
    if (census->lesson_count > 0)
        buffer_append_text(out, "\nLearned from refusals\n");
    for (size_t i = 0; i < census->lesson_count; i++) {
        const char *text = census->lessons[i], *words = strrchr(text, ':');
        buffer_append_text(out, "  ");
        if (words != NULL) {
            buffer_append(out, text, (size_t)(words - text));
            buffer_append_text(out, ": ");
            words += 1 + strspn(words + 1, " ");
        }
        lessons_tell(words != NULL ? words : text, out);
        buffer_append_char(out, '\n');
    }
}

static void write_list(const char *title, char *const *texts, size_t count, struct buffer *out)
{
    if (count > 0)
        buffer_append_format(out, "\n%s\n", title);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, "  %s\n", texts[i]);
}
