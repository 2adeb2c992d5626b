#include "progress.h"

#include "log.h"
#include "price.h"

enum { TERMINAL_INTERVAL_MS = 100, PLAIN_INTERVAL_MS = 10000, RATE_INTERVAL_MS = 500 };

void progress_begin(struct progress *progress, int64_t now_ms)
{
    *progress = (struct progress){.begun_ms = now_ms, .shown_ms = now_ms, .rate_since_ms = now_ms};
}

void progress_add_latency(struct progress *progress, double milliseconds)
{
    progress->latency[histogram_bucket(milliseconds)]++;
    progress->latencies++;
    progress->latency_sum_ms += milliseconds;
}

void progress_add_first_token(struct progress *progress, double milliseconds)
{
    progress->first_token[histogram_bucket(milliseconds)]++;
    progress->first_tokens++;
    progress->first_token_sum_ms += milliseconds;
}

double progress_first_token_percentile(const struct progress *progress, double share)
{
    return histogram_percentile(progress->first_token, share);
}

static long long finished(const struct progress *progress)
{
    return progress->accepted + progress->rejected + progress->unknown;
}

static void write_duration(struct buffer *out, double seconds)
{
    long long s = (long long)(seconds + 0.5);
    if (s >= 86400)
        buffer_append_format(out, "%lldd%02lldh", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        buffer_append_format(out, "%lldh%02lldm", s / 3600, s / 60 % 60);
    else if (s >= 60)
        buffer_append_format(out, "%lldm%02llds", s / 60, s % 60);
    else
        buffer_append_format(out, "%llds", s);
}

static void write_count(struct buffer *out, long long count)
{
    if (count >= 10000000)
        buffer_append_format(out, "%.1fM", (double)count / 1e6);
    else if (count >= 10000)
        buffer_append_format(out, "%.1fk", (double)count / 1e3);
    else
        buffer_append_format(out, "%lld", count);
}

static void write_cost(const struct progress *progress, struct buffer *out)
{
    char text[PRICE_TEXT];
    if (progress->cost_nano > 0)
        buffer_append_format(out, "  %s", price_write(progress->cost_nano, text));
    if (progress->cost_nano > 0 && progress->limit_nano > 0)
        buffer_append_format(out, " of %s", price_write(progress->limit_nano, text));
}

static void write_time(const struct progress *progress, long long left, int64_t now_ms,
                       bool stopping, struct buffer *out)
{
    bool known = progress->all_admitted && progress->rate > 0 && !stopping;
    buffer_append_text(out, "  ");
    write_duration(out, known ? (double)left / progress->rate
                              : (double)(now_ms - progress->begun_ms) / 1000);
    if (known)
        buffer_append_text(out, " left");
}

// What matters most stands first: a narrow terminal cuts the end off.
void progress_write(const struct progress *progress, int64_t now_ms, bool stopping,
                    struct buffer *out)
{
    long long done = progress->done_before + finished(progress);
    buffer_append_format(out, "%s%lld/%lld%s items", stopping ? "stopping: " : "", done,
                         progress->items, progress->all_admitted ? "" : "+");
    buffer_append_format(out, "  %.1f/s", progress->rate);
    write_time(progress, progress->items - done, now_ms, stopping, out);
    buffer_append_format(out, "  %u in flight", progress->in_flight);
    if (progress->limit > 0)
        buffer_append_format(out, " of %u (%s)", progress->limit, progress->limit_word);
    if (progress->endpoints > 1)
        buffer_append_format(out, "  %zu of %zu endpoints", progress->there, progress->endpoints);
    if (progress->retries > 0)
        buffer_append_format(out, progress->retries == 1 ? "  %lld retry" : "  %lld retries",
                             progress->retries);
    if (progress->screened > 0)
        buffer_append_format(out, "  %lld screened", progress->screened);
    long long failed = progress->rejected - progress->screened + progress->unknown;
    if (failed > 0)
        buffer_append_format(out, "  %lld failed", failed);
    if (progress->first_tokens > 0) {
        double seconds = progress_first_token_percentile(progress, 0.5) / 1000;
        buffer_append_format(out, "  first token %.*fs", seconds < 10 ? 2 : 0, seconds);
    }
    buffer_append_text(out, "  tokens ");
    write_count(out, progress->input_tokens);
    buffer_append_text(out, " in ");
    write_count(out, progress->output_tokens);
    buffer_append_text(out, " out");
    write_cost(progress, out);
}

static void measure_rate(struct progress *progress, int64_t now_ms)
{
    int64_t elapsed = now_ms - progress->rate_since_ms;
    if (elapsed < (progress->rate > 0 ? RATE_INTERVAL_MS : TERMINAL_INTERVAL_MS))
        return;
    double rate = (double)(finished(progress) - progress->rate_items) * 1000 / (double)elapsed;
    // Half of what is shown is at most three seconds old, whatever the interval was.
    double share = (double)elapsed / (double)(elapsed + 3000);
    progress->rate = progress->rate > 0 ? (1 - share) * progress->rate + share * rate : rate;
    progress->rate_items = finished(progress);
    progress->rate_since_ms = now_ms;
}

void progress_show(struct progress *progress, int64_t now_ms, bool stopping)
{
    measure_rate(progress, now_ms);
    bool terminal = log_is_terminal();
    if (now_ms - progress->shown_ms < (terminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS))
        return;
    progress->shown_ms = now_ms;
    struct buffer line;
    buffer_init(&line, 512);
    progress_write(progress, now_ms, stopping, &line);
    if (terminal)
        log_progress(buffer_text(&line));
    else
        log_note("%s", buffer_text(&line));
    buffer_clear(&line);
}
