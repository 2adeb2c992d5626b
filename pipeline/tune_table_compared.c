// Several tuning runs side by side.
#include "tune_table.h"

#include "tune_text.h"

#include <string.h>

enum figure {
    FIGURE_ENDPOINT,
    FIGURE_MODEL,
    FIGURE_WHEN,
    FIGURE_KNEE,
    FIGURE_CONCURRENCY,
    FIGURE_BATCH_SIZE,
    FIGURE_MAX_SIDE,
    FIGURE_PER_IMAGE,
    FIGURE_CALLS_RATE,
    FIGURE_ITEMS_RATE,
    FIGURE_ALONE,
    FIGURE_P50,
    FIGURE_P95,
    FIGURE_P99,
    FIGURE_FIRST_TOKEN,
    FIGURE_FAULTS,
    FIGURE_AGREEMENT,
    FIGURE_COST,
    FIGURE_CALLS,
    FIGURE_SPENT,
    FIGURE_STOPPED,
    FIGURES
};

static const char *const figure_names[FIGURES] = {"endpoint",      "model",
                                                  "measured",      "knee",
                                                  "concurrency",   "batch size",
                                                  "longest side",  "questions a call",
                                                  "calls/s",       "items/s",
                                                  "latency alone", "p50",
                                                  "p95",           "p99",
                                                  "first token",   "calls with errors",
                                                  "agreement",     "cost of 1,000 items",
                                                  "calls spent",   "spent",
                                                  "ended early"};

static void set_settings(struct tune_grid *grid, size_t column, const struct tune_result *result)
{
    const struct {
        enum figure figure;
        unsigned value;
    } rows[] = {{FIGURE_KNEE, result->knee},
                {FIGURE_CONCURRENCY, result->concurrency},
                {FIGURE_BATCH_SIZE, result->batch_size},
                {FIGURE_MAX_SIDE, result->max_side},
                {FIGURE_PER_IMAGE, result->per_image}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value > 0)
            tune_text_count(rows[i].value, tune_grid_cell(grid, rows[i].figure + 1, column));
}

// What was measured at the recommended level.
static void set_level(struct tune_grid *grid, size_t column, const struct tune_level *level)
{
#define CELL(figure) tune_grid_cell(grid, (figure) + 1, column)
    tune_text_real(level->calls_per_second, CELL(FIGURE_CALLS_RATE));
    if (level->items_per_second > 0)
        tune_text_real(level->items_per_second, CELL(FIGURE_ITEMS_RATE));
    tune_text_ms(level->p50_ms, CELL(FIGURE_P50));
    tune_text_ms(level->p95_ms, CELL(FIGURE_P95));
    tune_text_ms(level->p99_ms, CELL(FIGURE_P99));
    tune_text_ms(level->first_token_p50_ms, CELL(FIGURE_FIRST_TOKEN));
    tune_text_cost(level->cost_per_1000_items, CELL(FIGURE_COST));
    double faults = 0;
    for (size_t i = 0; i < level->fault_count; i++)
        faults += (double)level->faults[i].count;
    if (level->calls > 0)
        tune_text_share(faults / (double)level->calls, CELL(FIGURE_FAULTS));
}

static void set_result(struct tune_grid *grid, size_t column, const struct tune_result *result,
                       const char *name)
{
    tune_grid_set(grid, 0, column, name);
    tune_grid_set(grid, FIGURE_ENDPOINT + 1, column, result->endpoint);
    tune_grid_set(grid, FIGURE_MODEL + 1, column, result->model);
    tune_grid_set(grid, FIGURE_WHEN + 1, column, result->when);
    set_settings(grid, column, result);
    if (result->base_ms > 0)
        tune_text_ms(result->base_ms, CELL(FIGURE_ALONE));
    if (tune_recommended_level(result) != NULL)
        set_level(grid, column, tune_recommended_level(result));
    for (size_t i = 0; i < result->side_count; i++)
        if (result->sides[i].side_px == result->max_side)
            tune_text_share(result->sides[i].agreement, CELL(FIGURE_AGREEMENT));
    tune_text_count((double)result->calls, CELL(FIGURE_CALLS));
    tune_text_cost(result->cost, CELL(FIGURE_SPENT));
    tune_grid_set(grid, FIGURE_STOPPED + 1, column, result->stopped);
#undef CELL
}

// Moves the rows that have a figure up, and drops the others.
static void drop_empty_rows(struct tune_grid *grid)
{
    size_t kept = 1;
    for (size_t row = 1; row < grid->rows; row++) {
        bool has = false;
        for (size_t column = 1; column < grid->columns; column++)
            has = has || tune_grid_cell(grid, row, column)[0] != '\0';
        if (!has)
            continue;
        if (kept != row)
            memcpy(tune_grid_cell(grid, kept, 0), tune_grid_cell(grid, row, 0),
                   grid->columns * sizeof *grid->cells);
        kept++;
    }
    grid->rows = kept;
}

bool tune_table_compared(const struct tune_result *const *results, const char *const *names,
                         size_t count, struct tune_grid *grid, struct error *why)
{
    if (!tune_grid_init(grid, count + 1, FIGURES + 1, why))
        return false;
    grid->texts[0] = true;
    for (size_t figure = 0; figure < FIGURES; figure++)
        tune_grid_set(grid, figure + 1, 0, figure_names[figure]);
    for (size_t i = 0; i < count; i++)
        set_result(grid, i + 1, results[i], names[i]);
    drop_empty_rows(grid);
    return true;
}

void tune_table_write_compared(const struct tune_result *const *results, const char *const *names,
                               size_t count, struct buffer *out)
{
    struct tune_grid grid;
    if (!tune_table_compared(results, names, count, &grid, NULL)) {
        out->failed = true;
        return;
    }
    tune_grid_write_text(&grid, "", out);
    tune_grid_clear(&grid);
}
