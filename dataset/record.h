// One record of the input, a parsed JSON object, to a question. CSV rows become objects first, so
// that there is one reading of records.
#ifndef VQAGEN_RECORD_H
#define VQAGEN_RECORD_H

#include "json.h"
#include "question.h"

struct record_context {
    const char *folder; // relative image paths begin here
    const char *unit;   // "line" or "record": the beginning of ids that were not given
    bool (*is_image)(const void *bytes, size_t length);
    // The file found last: the next records are mostly on the same one, and need not ask the file
    // system again. Owned by whoever owns the context; NULL: each asks.
    char **found;
};

// Fills *out, which the caller clears. line: see question.h. text: the record as it stands, for
// numbers that a double cannot hold; or NULL. The object may be taken apart: long texts move to
// *out. A record that cannot be used has out->fault set. False: ERR_MEMORY.
bool record_read(cJSON *record, const struct record_context *context, uint64_t line,
                 const char *text, struct question *out, struct error *why);

// As record_read for a record that could not be parsed at all.
bool record_refuse(const struct record_context *context, uint64_t line, const char *message,
                   struct question *out, struct error *why);

// Whether a CSV column of this (lower-case) name gives the image.
bool record_is_image_field(const char *name);

// The parts of record_read, each in its own file. False: ERR_RECORD (the record cannot be used) or
// ERR_MEMORY.
bool record_read_image(cJSON *record, const struct record_context *context, struct question *out,
                       struct error *why);

// Reads the options, and resolves out->answer among them.
bool record_read_options(const cJSON *record, struct question *out, struct error *why);

// A value as text, trimmed: strings, numbers and booleans. *text is NULL when it is absent, null or
// blank. name: for the message. False: ERR_RECORD or ERR_MEMORY.
bool record_text(const cJSON *value, const char *name, char **text, struct error *why);

#endif
