// The census as one line of JSON.
#include "json.h"
#include "show_text.h"

#include "clock.h"

static void write_states(const long long states[CENSUS_STATES], struct buffer *out)
{
    buffer_append_char(out, '{');
    for (int state = 0; state < CENSUS_STATES; state++)
        json_write_integer_field(out, item_state_name((enum item_state)state), states[state]);
    buffer_append_char(out, '}');
}

static void write_counts(const char *name, const struct census_counts *counts, struct buffer *out)
{
    json_write_name(out, name);
    buffer_append_char(out, '{');
    for (size_t i = 0; i < counts->count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        json_write_string(out, counts->list[i].name);
        buffer_append_char(out, ':');
        write_states(counts->list[i].by_state, out);
    }
    buffer_append_char(out, '}');
}

static void write_sums(const char *name, const struct census_sums *sums, struct buffer *out)
{
    json_write_name(out, name);
    buffer_append_char(out, '[');
    for (size_t i = 0; i < sums->count; i++) {
        const struct census_sum *sum = &sums->list[i];
        char time[32];
        buffer_append_text(out, i > 0 ? ",{" : "{");
        if (sum->name != NULL)
            json_write_string_field(out, "endpoint", sum->name);
        else
            json_write_string_field(out, "minute", clock_format_utc(sum->minute * 60000, time));
        json_write_integer_field(out, "replies", sum->replies);
        json_write_integer_field(out, "faults", sum->faults);
        json_write_integer_field(out, "requests", sum->requests);
        if (sum->name == NULL)
            json_write_integer_field(out, "items", sum->items);
        json_write_integer_field(out, "input_tokens", sum->input_tokens);
        json_write_integer_field(out, "output_tokens", sum->output_tokens);
        json_write_real_field(out, "cost_usd", (double)sum->cost_nano / 1e9);
        json_write_name(out, "mean_latency_ms");
        if (sum->replies > 0)
            buffer_append_format(out, "%.3f", sum->latency_ms / (double)sum->replies);
        else
            buffer_append_text(out, "null");
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void write_totals(const struct store_totals *totals, struct buffer *out)
{
    json_write_integer_field(out, "calls", totals->calls);
    json_write_integer_field(out, "requests", totals->requests);
    json_write_integer_field(out, "replies", totals->replies);
    json_write_integer_field(out, "faults", totals->faults);
    json_write_name(out, "tokens");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "input", totals->input_tokens);
    json_write_integer_field(out, "cached", totals->cached_tokens);
    json_write_integer_field(out, "cache_write", totals->cache_write_tokens);
    json_write_integer_field(out, "image", totals->image_tokens);
    json_write_integer_field(out, "image_estimated", totals->images_estimated);
    json_write_integer_field(out, "output", totals->output_tokens);
    json_write_integer_field(out, "reasoning", totals->reasoning_tokens);
    buffer_append_char(out, '}');
    json_write_real_field(out, "cost_usd", (double)(totals->cost_nano + totals->other_nano) / 1e9);
    json_write_real_field(out, "cost_beside_replies_usd", (double)totals->other_nano / 1e9);
    json_write_integer_field(out, "replies_without_price", totals->unpriced);
}

static void write_latency(const struct census *census, struct buffer *out)
{
    json_write_name(out, "latency_ms");
    if (histogram_percentile(census->latencies, 0.5) < 0) {
        buffer_append_text(out, "null");
        return;
    }
    buffer_append_char(out, '{');
    histogram_write(census->latencies, out);
    buffer_append_char(out, '}');
}

static void write_slowest(const struct census *census, struct buffer *out)
{
    json_write_name(out, "slowest");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < census->slow_count; i++) {
        buffer_append_text(out, i > 0 ? ",{" : "{");
        json_write_string_field(out, "item", census->slowest[i].item);
        json_write_string_field(out, "step", call_step_name(census->slowest[i].step));
        json_write_name(out, "latency_ms");
        buffer_append_format(out, "%.1f}", census->slowest[i].latency_ms);
    }
    buffer_append_char(out, ']');
}

static void write_texts(const char *name, char *const *texts, size_t count, struct buffer *out)
{
    json_write_name(out, name);
    buffer_append_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        json_write_string(out, texts[i]);
    }
    buffer_append_char(out, ']');
}

void show_write_json(const struct census *census, const struct show_run *run, struct buffer *out)
{
    buffer_append_char(out, '{');
    json_write_string_field(out, "directory", run->directory);
    json_write_bool_field(out, "running", run->process > 0);
    json_write_string_field(out, "ended", run->ended);
    json_write_string_field(out, "stopped_by", run->stopped_by);
    json_write_string_field(out, "input", run->input);
    json_write_string_field(out, "model", run->model);
    json_write_integer_field(out, "items", census->items);
    json_write_name(out, "states");
    write_states(census->by_state, out);
    write_counts("topics", &census->topics, out);
    write_counts("kinds", &census->kinds, out);
    write_totals(&census->totals, out);
    write_latency(census, out);
    write_sums("minutes", &census->minutes, out);
    write_sums("endpoints", &census->endpoints, out);
    write_slowest(census, out);
    write_texts("lessons", census->lessons, census->lesson_count, out);
    write_texts("probes", census->probes, census->probe_count, out);
    buffer_append_char(out, '}');
}
