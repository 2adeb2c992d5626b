// A tuning run's result in a terminal: tables, the recommended line, and a chart.
#ifndef VQAGEN_TUNE_TABLE_H
#define VQAGEN_TUNE_TABLE_H

#include "buffer.h"
#include "tune_grid.h"
#include "tune_result.h"

// The levels, the sides and the drafts that were measured, what was spent, and one line with what
// is recommended and why.
void tune_table_write(const struct tune_result *result, struct buffer *out);

// Several results side by side: a row for each figure, a column for each result.
void tune_table_write_compared(const struct tune_result *const *results, const char *const *names,
                               size_t count, struct buffer *out);

// Throughput over concurrency as columns, with the knee and what is recommended marked; at most
// width columns wide. unicode: blocks, else plain ASCII. Nothing when fewer than two levels were
// measured.
void tune_chart_write(const struct tune_result *result, size_t width, bool unicode,
                      struct buffer *out);

// Whether a terminal shows UTF-8, from the values of LC_ALL, LC_CTYPE and LANG (NULL: not set).
bool tune_chart_is_unicode(const char *lc_all, const char *lc_ctype, const char *lang);

// The tables by themselves, for the page. False: ERR_MEMORY. The caller clears the grid.
bool tune_table_levels(const struct tune_result *result, struct tune_grid *grid, struct error *why);
bool tune_table_sides(const struct tune_result *result, struct tune_grid *grid, struct error *why);
bool tune_table_drafts(const struct tune_result *result, struct tune_grid *grid, struct error *why);
bool tune_table_compared(const struct tune_result *const *results, const char *const *names,
                         size_t count, struct tune_grid *grid, struct error *why);

#endif
