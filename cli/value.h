// A setting's text as a value of its type and range. Pure functions; the messages name the text,
// what is allowed, and an example.
#ifndef VQAGEN_VALUE_H
#define VQAGEN_VALUE_H

#include "error.h"
#include "option.h"
#include "shard.h"

struct value {
    bool yes;           // TYPE_SWITCH
    uint64_t number;    // TYPE_WHOLE, TYPE_SIZE (bytes), TYPE_DURATION (milliseconds)
    double real;        // TYPE_REAL; -1 for "none"
    unsigned shares[2]; // TYPE_SHARES: multiple choice, fill-in
    struct shard shard; // TYPE_SHARD
};

// False: ERR_USAGE. The message begins with the text, so that callers put the option's name in
// front of it. TYPE_PROSE and TYPE_JSON are checked by their readers, when "@FILE" was read.
bool value_parse(const struct option_entry *option, const char *text, struct value *value,
                 struct error *why);

// Bytes: "7340032", "500k", "7MiB", "1.5 GB". False when it is no size or above 2^63.
bool value_parse_size(const char *text, uint64_t *bytes);

// Milliseconds: "120" (seconds), "0.5", "500ms", "90s", "2m", "1h", "1d".
bool value_parse_duration(const char *text, uint64_t *milliseconds);

// Writes a size or a duration as people do ("7 MiB", "2 min"); out needs 32 bytes, is returned.
char *value_write_size(uint64_t bytes, char *out);
char *value_write_duration(uint64_t milliseconds, char *out);

// What the option takes, as a phrase for help and messages: "a whole number from 1 to 1000". out
// needs 160 bytes and is returned.
enum { VALUE_PHRASE_BYTES = 160 };
char *value_phrase(const struct option_entry *option, char *out);

#endif
