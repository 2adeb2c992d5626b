#include "tune_table.h"

#include "tune_settings.h"
#include "tune_text.h"

#include <string.h>

typedef bool fill_table(const struct tune_result *, struct tune_grid *, struct error *);

static void write_table(const char *title, fill_table *fill, const struct tune_result *result,
                        struct buffer *out)
{
    struct tune_grid grid;
    if (!fill(result, &grid, NULL)) {
        out->failed = true;
        return;
    }
    if (grid.rows > 1) {
        buffer_append_format(out, "\n%s\n", title);
        tune_grid_write_text(&grid, "  ", out);
    }
    tune_grid_clear(&grid);
}

static void write_spent(const struct tune_result *result, struct buffer *out)
{
    char calls[TUNE_TEXT], cost[TUNE_TEXT], seconds[TUNE_TEXT];
    buffer_append_format(out, "\nSpent: %s calls in %s", tune_text_count(result->calls, calls),
                         tune_text_ms(1000 * result->seconds, seconds));
    if (tune_text_cost(result->cost, cost)[0] != '\0')
        buffer_append_format(out, ", %s", cost);
    buffer_append_char(out, '\n');
    if (result->stopped[0] != '\0')
        buffer_append_format(out, "Ended early: %s\n", result->stopped);
}

void tune_table_write(const struct tune_result *result, struct buffer *out)
{
    if (result->level_count == 0)
        buffer_append_text(out, "No level was measured.\n");
    else
        buffer_append_format(out, "%s%s%s\n", result->endpoint,
                             result->model[0] != '\0' ? ", " : "", result->model);
    write_table("Requests in flight", tune_table_levels, result, out);
    write_table("Image size, compared with the largest", tune_table_sides, result, out);
    write_table("Questions drafted in one call", tune_table_drafts, result, out);
    write_spent(result, out);
    size_t before = out->length;
    buffer_append_text(out, "Recommended: ");
    size_t start = out->length;
    tune_settings_write_options(result, out);
    if (out->length == start)
        buffer_truncate(out, before);
    else if (result->reason[0] != '\0')
        buffer_append_format(out, " - %s", result->reason);
    if (out->length > before)
        buffer_append_char(out, '\n');
    else if (result->reason[0] != '\0')
        buffer_append_format(out, "Nothing is recommended: %s\n", result->reason);
}

// ---- Levels -------------------------------------------------------------------------------------

enum level_column {
    LEVEL_CONCURRENCY,
    LEVEL_CALLS,
    LEVEL_CALLS_RATE,
    LEVEL_ITEMS_RATE,
    LEVEL_P50,
    LEVEL_P95,
    LEVEL_P99,
    LEVEL_FIRST_TOKEN,
    LEVEL_LITTLE,
    LEVEL_INPUT,
    LEVEL_CACHED,
    LEVEL_OUTPUT,
    LEVEL_COST,
    LEVEL_FAULTS,
    LEVEL_NOTE,
    LEVEL_COLUMNS
};

static const char *const level_heads[LEVEL_COLUMNS] = {"level",
                                                       "calls",
                                                       "calls/s",
                                                       "items/s",
                                                       "p50",
                                                       "p95",
                                                       "p99",
                                                       "first token",
                                                       "Little's law",
                                                       "input tokens",
                                                       "cached",
                                                       "output tokens",
                                                       "cost of 1,000 items",
                                                       "errors",
                                                       "note"};

static void set_heads(struct tune_grid *grid, const char *const *heads)
{
    for (size_t column = 0; column < grid->columns; column++)
        tune_grid_set(grid, 0, column, heads[column]);
}

// "rate_limited 12, timeout 3"
static void set_faults(struct tune_grid *grid, size_t row, const struct tune_level *level)
{
    struct buffer text;
    buffer_init(&text, 4096);
    for (size_t i = 0; i < level->fault_count; i++)
        buffer_append_format(&text, "%s%s %lld", i > 0 ? ", " : "", level->faults[i].kind,
                             level->faults[i].count);
    tune_grid_set(grid, row, LEVEL_FAULTS, buffer_text(&text));
    buffer_clear(&text);
}

static void set_note(struct tune_grid *grid, size_t row, const struct tune_result *result,
                     const struct tune_level *level)
{
    char note[TUNE_CELL] = "";
    const struct {
        bool holds;
        const char *words;
    } notes[] = {
        {level == tune_recommended_level(result), "recommended"},
        {level->concurrency == result->knee, "knee"},
        {level->saturated, "saturated"},
        {level->client_bound, "the client was the limit"},
        {level->refined, "measured again"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        if (!notes[i].holds)
            continue;
        strcat(note, note[0] != '\0' ? ", " : "");
        strcat(note, notes[i].words);
    }
    tune_grid_set(grid, row, LEVEL_NOTE, note);
}

// Counts of nothing are left blank, so that a column without any is left out.
static void set_count(struct tune_grid *grid, size_t row, size_t column, long long count)
{
    if (count > 0)
        tune_text_count((double)count, tune_grid_cell(grid, row, column));
}

static void set_real(struct tune_grid *grid, size_t row, size_t column, double value)
{
    if (value > 0)
        tune_text_real(value, tune_grid_cell(grid, row, column));
}

static void set_level(struct tune_grid *grid, size_t row, const struct tune_result *result,
                      const struct tune_level *level)
{
    tune_text_count(level->concurrency, tune_grid_cell(grid, row, LEVEL_CONCURRENCY));
    tune_text_count((double)level->calls, tune_grid_cell(grid, row, LEVEL_CALLS));
    tune_text_real(level->calls_per_second, tune_grid_cell(grid, row, LEVEL_CALLS_RATE));
    set_real(grid, row, LEVEL_ITEMS_RATE, level->items_per_second);
    tune_text_ms(level->p50_ms, tune_grid_cell(grid, row, LEVEL_P50));
    tune_text_ms(level->p95_ms, tune_grid_cell(grid, row, LEVEL_P95));
    tune_text_ms(level->p99_ms, tune_grid_cell(grid, row, LEVEL_P99));
    tune_text_ms(level->first_token_p50_ms, tune_grid_cell(grid, row, LEVEL_FIRST_TOKEN));
    set_real(grid, row, LEVEL_LITTLE, level->littles_ratio);
    set_count(grid, row, LEVEL_INPUT, level->input_tokens);
    set_count(grid, row, LEVEL_CACHED, level->cached_tokens);
    set_count(grid, row, LEVEL_OUTPUT, level->output_tokens);
    tune_text_cost(level->cost_per_1000_items, tune_grid_cell(grid, row, LEVEL_COST));
    set_faults(grid, row, level);
    set_note(grid, row, result, level);
}

bool tune_table_levels(const struct tune_result *result, struct tune_grid *grid, struct error *why)
{
    if (!tune_grid_init(grid, LEVEL_COLUMNS, result->level_count + 1, why))
        return false;
    set_heads(grid, level_heads);
    grid->texts[LEVEL_FAULTS] = grid->texts[LEVEL_NOTE] = true;
    for (size_t i = 0; i < result->level_count; i++) {
        set_level(grid, i + 1, result, &result->levels[i]);
        if (&result->levels[i] == tune_recommended_level(result))
            grid->marked = i + 1;
    }
    return true;
}

// ---- Sides and drafts ---------------------------------------------------------------------------

bool tune_table_sides(const struct tune_result *result, struct tune_grid *grid, struct error *why)
{
    static const char *const heads[] = {"longest side",       "questions",    "agreed",
                                        "agreement",          "input tokens", "image KiB",
                                        "cost of 1,000 items"};
    if (!tune_grid_init(grid, sizeof heads / sizeof heads[0], result->side_count + 1, why))
        return false;
    set_heads(grid, heads);
    bool qualities = tune_qualities_differ(result);
    for (size_t i = 0; i < result->side_count; i++) {
        const struct tune_side *side = &result->sides[i];
        tune_text_side(side, qualities, tune_grid_cell(grid, i + 1, 0));
        tune_text_count((double)side->questions, tune_grid_cell(grid, i + 1, 1));
        if (side->agreement >= 0)
            tune_text_count((double)side->agreed, tune_grid_cell(grid, i + 1, 2));
        tune_text_share(side->agreement, tune_grid_cell(grid, i + 1, 3));
        set_real(grid, i + 1, 4, side->mean_input_tokens);
        set_real(grid, i + 1, 5, side->mean_image_bytes / 1024);
        tune_text_cost(side->cost_per_1000_items, tune_grid_cell(grid, i + 1, 6));
        if (side->side_px == result->max_side && grid->marked == 0)
            grid->marked = i + 1;
    }
    return true;
}

bool tune_table_drafts(const struct tune_result *result, struct tune_grid *grid, struct error *why)
{
    static const char *const heads[] = {"questions a call", "usable", "calls an item",
                                        "seconds an item", "tokens an item"};
    if (!tune_grid_init(grid, sizeof heads / sizeof heads[0], result->draft_count + 1, why))
        return false;
    set_heads(grid, heads);
    for (size_t i = 0; i < result->draft_count; i++) {
        const struct tune_draft *draft = &result->drafts[i];
        tune_text_count(draft->questions, tune_grid_cell(grid, i + 1, 0));
        tune_text_share(draft->usable, tune_grid_cell(grid, i + 1, 1));
        tune_text_real(draft->calls_per_item, tune_grid_cell(grid, i + 1, 2));
        tune_text_real(draft->seconds_per_item, tune_grid_cell(grid, i + 1, 3));
        tune_text_real(draft->tokens_per_item, tune_grid_cell(grid, i + 1, 4));
        if (draft->questions == result->per_image)
            grid->marked = i + 1;
    }
    return true;
}
