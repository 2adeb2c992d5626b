// A CSV file with its header: each row becomes a JSON object of column name and text, so that
// records are read in one way. Blank cells are left out. Columns A, B, C ... (also option_a,
// choice_a, option_1) together become "options"; single letters count from A on without a gap, so
// that columns x and y are none.
#ifndef VQAGEN_TABLE_H
#define VQAGEN_TABLE_H

#include "csv.h"
#include "json.h"

struct table_column {
    char *name;  // as record.h knows it; an option's letter or number alone; owned
    bool option; // one of the columns that make up the options
};

struct table {
    struct csv csv;
    struct table_column *columns; // owned
    size_t count;
};

// Reads the header. False: ERR_INPUT or ERR_MEMORY.
bool table_init(struct table *table, struct reader *reader, size_t max_row_bytes,
                struct error *why);
void table_clear(struct table *table);

// 1: the next row in *row, which the caller deletes, or NULL when it is a bad one: *fault says why.
// 0: the end. -1: ERR_INPUT or ERR_MEMORY. *line: where the row began.
int table_next(struct table *table, cJSON **row, uint64_t *line, struct error *fault,
               struct error *why);

#endif
