// Rows of comma-separated values (RFC 4180): quotes, quotes doubled inside quotes, line breaks
// inside quotes, CRLF or LF. One row is in memory at a time.
#ifndef VQAGEN_CSV_H
#define VQAGEN_CSV_H

#include "buffer.h"
#include "reader.h"

enum { CSV_MAX_FIELDS = 4096 };

struct csv {
    struct reader *reader; // borrowed
    char delimiter;
    struct buffer text; // the row's fields, one behind the other; its ceiling is the row's
    size_t ends[CSV_MAX_FIELDS];
    size_t count;
    uint64_t line;      // on which the row began
    const char *broken; // what is wrong with the row, static; its fields are then not to be used
    bool oversized;

    // Of the row being read.
    enum { CSV_START, CSV_PLAIN, CSV_QUOTED, CSV_QUOTE_ENDED } state;
};

void csv_init(struct csv *csv, struct reader *reader, char delimiter, size_t max_row_bytes);
void csv_clear(struct csv *csv);

// 1: the next row that is not empty. 0: the end. -1: ERR_INPUT.
int csv_next(struct csv *csv, struct error *why);

// A field's bytes, not NUL-terminated; "" and 0 behind the last one.
const char *csv_field(const struct csv *csv, size_t index, size_t *length);

// The delimiter (',', ';' or tab) that a header line uses most outside quotes. length: up to the
// line's end or more.
char csv_guess_delimiter(const char *header, size_t length);

#endif
