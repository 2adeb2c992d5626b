#include "tune_page.h"

#include "html.h"
#include "tune_figure.h"
#include "tune_grid.h"
#include "tune_settings.h"
#include "tune_table.h"
#include "tune_text.h"

static void write_head(const struct tune_set *set, struct buffer *out);
static void write_one(const struct tune_set *set, struct buffer *out);
static void write_several(const struct tune_set *set, struct buffer *out);
static void write_settings(const struct tune_result *result, struct buffer *out);

void tune_page_write(const struct tune_result *const *results, const char *const *names,
                     size_t count, struct buffer *out)
{
    const struct tune_set set = {results, names, count};
    write_head(&set, out);
    if (count == 1)
        write_one(&set, out);
    else if (count > 1)
        write_several(&set, out);
    else
        buffer_append_text(out, "<p>There are no results.</p>\n");
    buffer_append_text(out, "</main>\n<footer>Made by vqagen " VQAGEN_VERSION
                            ".</footer>\n</body>\n</html>\n");
}

static void write_head(const struct tune_set *set, struct buffer *out)
{
    // The policy keeps the page to itself whatever a text in it says.
    buffer_append_text(
        out, "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
             "<meta charset=\"utf-8\"/>\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "style-src 'unsafe-inline'\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
             "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>vqagen tune");
    if (set->count == 1 && set->results[0]->model[0] != '\0') {
        buffer_append_text(out, ": ");
        html_write_text(out, set->results[0]->model);
    } else if (set->count > 1) {
        buffer_append_format(out, ": %zu results compared", set->count);
    }
    buffer_append_text(out, "</title>\n<style>\n");
    for (size_t i = 0; tune_style[i] != NULL; i++)
        buffer_append_text(out, tune_style[i]);
    buffer_append_text(out, "</style>\n</head>\n<body>\n<main>\n");
}

// ---- One result ---------------------------------------------------------------------------------

static void write_subject(const struct tune_result *result, struct buffer *out)
{
    char text[TUNE_TEXT];
    buffer_append_text(out, "<header>\n<h1>");
    html_write_text(out, result->model[0] != '\0' ? result->model : "An endpoint");
    buffer_append_text(out, "</h1>\n<p class=\"subject\">");
    html_write_text(out, result->endpoint);
    buffer_append_text(out, result->endpoint[0] != '\0' && result->when[0] != '\0' ? ", " : "");
    html_write_text(out, result->when);
    if (result->calls > 0) {
        buffer_append_format(out, "; %s calls", tune_text_count((double)result->calls, text));
        buffer_append_format(out, " in %s", tune_text_ms(1000 * result->seconds, text));
        if (tune_text_cost(result->cost, text)[0] != '\0')
            buffer_append_format(out, " for %s", text);
    }
    buffer_append_text(out, "</p>\n");
    if (result->stopped[0] != '\0') {
        buffer_append_text(out, "<p class=\"stopped\">Ended early: ");
        html_write_text(out, result->stopped);
        buffer_append_text(out, "</p>\n");
    }
    buffer_append_text(out, "</header>\n");
}

static void write_tile(const char *name, const char *value, struct buffer *out)
{
    if (value[0] == '\0')
        return;
    buffer_append_text(out, "<div><dt>");
    html_write_text(out, name);
    buffer_append_text(out, "</dt><dd>");
    html_write_text(out, value);
    buffer_append_text(out, "</dd></div>\n");
}

static void write_number_tile(const char *name, unsigned value, struct buffer *out)
{
    char text[TUNE_TEXT];
    if (value > 0)
        write_tile(name, tune_text_count(value, text), out);
}

static void write_level_tiles(const struct tune_result *result, struct buffer *out)
{
    const struct tune_level *level = tune_recommended_level(result);
    char text[TUNE_TEXT];
    if (level == NULL)
        return;
    if (tune_counts_items(result))
        write_tile("items a second", tune_text_real(level->items_per_second, text), out);
    else
        write_tile("calls a second", tune_text_real(level->calls_per_second, text), out);
    write_tile("latency, p95", tune_text_ms(level->p95_ms, text), out);
    write_tile("per 1,000 items", tune_text_cost(level->cost_per_1000_items, text), out);
}

static void write_recommendation(const struct tune_result *result, struct buffer *out)
{
    buffer_append_text(out, "<section class=\"card recommendation\">\n<h2>Recommended</h2>\n<p>");
    html_write_text(out, result->reason);
    if (result->concurrency == 0)
        buffer_append_text(out, " Nothing can be recommended.");
    buffer_append_text(out, "</p>\n");
    if (result->concurrency > 0) {
        buffer_append_text(out, "<dl class=\"tiles\">\n");
        write_number_tile("requests in flight", result->concurrency, out);
        write_number_tile("batch size", result->batch_size, out);
        write_number_tile("longest side, px", result->max_side, out);
        write_number_tile("questions a call", result->per_image, out);
        write_level_tiles(result, out);
        buffer_append_text(out, "</dl>\n");
    }
    buffer_append_text(out, "</section>\n");
}

static void write_settings(const struct tune_result *result, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, 16 * 1024);
    tune_settings_write_options(result, &text);
    if (text.length > 0) {
        buffer_append_text(out, "<section class=\"card\">\n<h2>Settings to copy</h2>\n<p>As "
                                "options; a click selects all.</p>\n<pre "
                                "tabindex=\"0\">vqagen generate INPUT -o DIR ");
        html_write_text(out, buffer_text(&text));
        buffer_append_text(
            out, "</pre>\n<p>As a file for <code>--settings</code>.</p>\n<pre class=\"file\" "
                 "tabindex=\"0\">");
        buffer_empty(&text);
        tune_settings_write(result, &text);
        html_write_text(out, buffer_text(&text));
        buffer_append_text(out, "</pre>\n</section>\n");
    }
    buffer_clear(&text);
}

static void write_grid(struct tune_grid *grid, const char *title, struct buffer *out)
{
    if (grid->rows > 1)
        tune_grid_write_html(grid, title, out);
    tune_grid_clear(grid);
}

static void write_tables(const struct tune_result *result, struct buffer *out)
{
    struct tune_grid levels = {0}, sides = {0}, drafts = {0};
    if (tune_table_levels(result, &levels, NULL) && tune_table_sides(result, &sides, NULL) &&
        tune_table_drafts(result, &drafts, NULL)) {
        write_grid(&levels, "By requests in flight", out);
        write_grid(&sides, "By image size, compared with the largest", out);
        write_grid(&drafts, "By questions drafted in one call", out);
        return;
    }
    out->failed = true;
    tune_grid_clear(&levels);
    tune_grid_clear(&sides);
    tune_grid_clear(&drafts);
}

static void write_figures(const struct tune_set *set, struct buffer *out)
{
    buffer_append_text(out, "<section class=\"figures\" aria-label=\"Charts and settings\">\n");
    tune_figure_throughput(set, out);
    tune_figure_latency(set, out);
    tune_figure_outcomes(set, out);
    tune_figure_histogram(set, out);
    tune_figure_agreement(set, out);
    if (set->count == 1)
        write_settings(set->results[0], out); // beside the last chart
    buffer_append_text(out, "</section>\n");
}

static void write_one(const struct tune_set *set, struct buffer *out)
{
    const struct tune_result *result = set->results[0];
    write_subject(result, out);
    write_recommendation(result, out);
    if (result->level_count == 0)
        buffer_append_text(out, "<p class=\"card\">No level was measured.</p>\n");
    write_figures(set, out);
    if (result->level_count + result->side_count + result->draft_count > 0) {
        buffer_append_text(out, "<section class=\"card\">\n<h2>Measured</h2>\n");
        write_tables(result, out);
        buffer_append_text(out, "</section>\n");
    }
}

// ---- Several results ----------------------------------------------------------------------------

static void write_details(const struct tune_set *set, struct buffer *out)
{
    for (size_t i = 0; i < set->count; i++) {
        buffer_append_text(out, "<details class=\"card\"><summary>");
        html_write_text(out, set->names[i]);
        buffer_append_text(out, "</summary>\n<p>");
        html_write_text(out, set->results[i]->reason);
        buffer_append_text(out, "</p>\n");
        write_tables(set->results[i], out);
        buffer_append_text(out, "</details>\n");
    }
}

static void write_several(const struct tune_set *set, struct buffer *out)
{
    struct tune_grid grid;
    buffer_append_format(
        out,
        "<header>\n<h1>%zu results compared</h1>\n<p class=\"subject\">Figures are "
        "those of each result's own recommended level.</p>\n</header>\n"
        "<section class=\"card compared\">\n",
        set->count);
    if (tune_table_compared(set->results, set->names, set->count, &grid, NULL))
        write_grid(&grid, "Side by side", out);
    else
        out->failed = true;
    buffer_append_text(out, "</section>\n");
    write_figures(set, out);
    write_details(set, out);
}
