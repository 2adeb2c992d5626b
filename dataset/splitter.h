// Cuts JSON input into records without reading it whole: the elements of an array, the lines of
// JSONL, or objects one after another over several lines. Each record's text is parsed elsewhere;
// here only strings, brackets, commas and line breaks count, and just enough of the grammar to
// notice a broken record early and to find the next one.
#ifndef VQAGEN_SPLITTER_H
#define VQAGEN_SPLITTER_H

#include "buffer.h"
#include "reader.h"

enum split_form {
    SPLIT_LINES,   // a record a line
    SPLIT_OBJECTS, // objects, each on one line or on several; the first one tells, see splitter.c
    SPLIT_ARRAY,   // elements between '[' and ']'
};

enum { SPLIT_MAX_DEPTH = 1000 }; // cJSON's own limit

struct raw_record {
    struct buffer text; // owned; without the comma or line break behind it
    uint64_t line;      // on which it begins
    uint64_t index;     // from 1
    bool oversized;     // larger than the limit: text is empty
    const char *broken; // what is wrong with its shape, static; NULL: nothing was noticed
};

struct splitter {
    struct reader *reader; // borrowed
    enum split_form form;
    uint64_t count; // records so far
    bool inside;    // SPLIT_ARRAY: behind its '['
    bool ended;
    bool lines_settled; // SPLIT_OBJECTS turned out to be one record a line, or not to be
    bool objects_settled;

    // Of the record being read.
    size_t depth;
    unsigned char kinds[SPLIT_MAX_DEPTH]; // the open brackets
    bool in_string, escaped;
    bool line_first;     // only blanks since the last line break
    size_t column;       // the number of those blanks
    bool begun_first;    // the record was the first on its line,
    size_t begun_column; // behind that many blanks
    char last;           // the last character outside strings that is not blank; '"': text
    struct raw_record *into;
    bool ended_array;
};

void splitter_init(struct splitter *splitter, struct reader *reader, enum split_form form);

// 1: *record is the next record (record->text is emptied first). 0: the end. -1: ERR_INPUT.
int splitter_next(struct splitter *splitter, struct raw_record *record, struct error *why);

#endif
