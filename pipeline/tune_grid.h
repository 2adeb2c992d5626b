// A small table of texts: filled cell by cell, shown in a terminal or in a page. Row 0 is the head;
// columns that have nothing below it are left out.
#ifndef VQAGEN_TUNE_GRID_H
#define VQAGEN_TUNE_GRID_H

#include "buffer.h"

enum { TUNE_CELL = 240 };

struct tune_grid {
    size_t columns, rows;
    char (*cells)[TUNE_CELL]; // owned; row by row; NULL: there was no memory
    bool *texts;              // owned; by column: words, which begin at the left
    size_t marked;            // a row to bring out; 0: none
};

// All cells are "". False: ERR_MEMORY, and the grid is empty.
bool tune_grid_init(struct tune_grid *grid, size_t columns, size_t rows, struct error *why);
void tune_grid_clear(struct tune_grid *grid);

// A cell, TUNE_CELL bytes long, to be written to.
char *tune_grid_cell(const struct tune_grid *grid, size_t row, size_t column);

// Writes a cell: at most TUNE_CELL - 1 bytes, cut between characters, on one line.
void tune_grid_set(struct tune_grid *grid, size_t row, size_t column, const char *text);

// Columns two blanks apart, as wide as their texts; each line after `indent`.
void tune_grid_write_text(const struct tune_grid *grid, const char *indent, struct buffer *out);

// A <table> under its title, which readers of screens get as well.
void tune_grid_write_html(const struct tune_grid *grid, const char *title, struct buffer *out);

#endif
