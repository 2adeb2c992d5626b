#include "tune_grid.h"

#include "html.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool tune_grid_init(struct tune_grid *grid, size_t columns, size_t rows, struct error *why)
{
    *grid = (struct tune_grid){.columns = columns, .rows = rows};
    grid->cells = calloc(columns * rows + 1, sizeof *grid->cells);
    grid->texts = calloc(columns + 1, sizeof *grid->texts);
    if (grid->cells != NULL && grid->texts != NULL)
        return true;
    tune_grid_clear(grid);
    return error_set(why, ERR_MEMORY, "no memory for a table of %zu rows", rows);
}

void tune_grid_clear(struct tune_grid *grid)
{
    free(grid->cells);
    free(grid->texts);
    *grid = (struct tune_grid){0};
}

char *tune_grid_cell(const struct tune_grid *grid, size_t row, size_t column)
{
    return grid->cells[row * grid->columns + column];
}

void tune_grid_set(struct tune_grid *grid, size_t row, size_t column, const char *text)
{
    char *cell = tune_grid_cell(grid, row, column);
    size_t length = text_cut(text, TUNE_CELL - 1);
    memcpy(cell, text, length);
    cell[length] = '\0';
    for (char *at = cell; *at != '\0'; at++) // names of folders may hold anything
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
}

static bool has_column(const struct tune_grid *grid, size_t column)
{
    for (size_t row = 1; row < grid->rows; row++)
        if (tune_grid_cell(grid, row, column)[0] != '\0')
            return true;
    return false;
}

// ---- In a terminal ------------------------------------------------------------------------------

// Columns of the screen that text takes.
static size_t width_of(const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    size_t width = 0;
    while (*at != '\0') {
        utf8proc_int32_t character;
        utf8proc_ssize_t used = utf8proc_iterate(at, -1, &character);
        width += used > 0 ? (size_t)utf8proc_charwidth(character) : 1;
        at += used > 0 ? used : 1;
    }
    return width;
}

static size_t column_width(const struct tune_grid *grid, size_t column)
{
    size_t widest = 0;
    for (size_t row = 0; row < grid->rows; row++) {
        size_t width = width_of(tune_grid_cell(grid, row, column));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void write_blanks(size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_append_char(out, ' ');
}

static void write_line(const struct tune_grid *grid, size_t row, const size_t *widths,
                       struct buffer *out)
{
    size_t owed = 0; // blanks are written before what follows them, never at a line's end
    for (size_t column = 0; column < grid->columns; column++) {
        if (widths[column] == 0)
            continue;
        const char *cell = tune_grid_cell(grid, row, column);
        size_t blanks = widths[column] - width_of(cell);
        owed += grid->texts[column] ? 0 : blanks;
        if (cell[0] != '\0') {
            write_blanks(owed, out);
            buffer_append_text(out, cell);
            owed = 0;
        }
        owed += (grid->texts[column] ? blanks : 0) + 2;
    }
    buffer_append_char(out, '\n');
}

void tune_grid_write_text(const struct tune_grid *grid, const char *indent, struct buffer *out)
{
    size_t *widths = calloc(grid->columns + 1, sizeof *widths);
    if (widths == NULL) {
        out->failed = true;
        return;
    }
    for (size_t column = 0; column < grid->columns; column++)
        widths[column] = has_column(grid, column) ? column_width(grid, column) : 0;
    for (size_t row = 0; row < grid->rows; row++) {
        buffer_append_text(out, indent);
        write_line(grid, row, widths, out);
    }
    free(widths);
}

// ---- In a page ----------------------------------------------------------------------------------

static void write_row(const struct tune_grid *grid, size_t row, struct buffer *out)
{
    buffer_append_text(out, row > 0 && row == grid->marked ? "<tr class=\"marked\">" : "<tr>");
    bool first = true;
    for (size_t column = 0; column < grid->columns; column++) {
        if (!has_column(grid, column))
            continue;
        const char *tag = row == 0 || first ? "th" : "td";
        buffer_append_format(out, "<%s%s%s>", tag,
                             row == 0 ? " scope=\"col\""
                             : first  ? " scope=\"row\""
                                      : "",
                             grid->texts[column] ? " class=\"words\"" : "");
        html_write_text(out, tune_grid_cell(grid, row, column));
        buffer_append_format(out, "</%s>", tag);
        first = false;
    }
    buffer_append_text(out, "</tr>\n");
}

void tune_grid_write_html(const struct tune_grid *grid, const char *title, struct buffer *out)
{
    buffer_append_text(out, "<h3>");
    html_write_text(out, title);
    // The table scrolls by itself where it is wider than the screen, with the keyboard too. A
    // <caption> would scroll out of sight with it.
    buffer_append_text(out,
                       "</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_write_text(out, title);
    buffer_append_text(out, "\"><table aria-label=\"");
    html_write_text(out, title);
    buffer_append_text(out, "\">\n<thead>");
    for (size_t row = 0; row < grid->rows; row++) {
        write_row(grid, row, out);
        if (row == 0)
            buffer_append_text(out, "</thead>\n<tbody>\n");
    }
    buffer_append_text(out, "</tbody></table></div>\n");
}
