// What models take, as far as it is known before the first call: a constant table, which users
// extend with rows of their own (`capabilities:` in the settings file). What the table does not
// know is tried, and refusals teach the rest (lessons.h).
//
// A row says only what it knows. For each property the first row that fits the endpoint and the
// model and says something of it counts; the user's rows come before the built-in ones.
#ifndef VQAGEN_CAPABILITY_H
#define VQAGEN_CAPABILITY_H

#include "error.h"

// X(key in the settings file, what it may be; NULL: a JSON object)
//
// thinking_*: the members that are merged into a request for --thinking off, low, medium and high;
// "{}": nothing need be sent for it.
#define CAPABILITY_PROPERTIES(X)                                                                   \
    X(vision, "yes|no")                                                                            \
    X(temperature, "yes|no")                                                                       \
    X(max_tokens, "max_tokens|max_completion_tokens|none")                                         \
    X(structured, "schema|object|none")                                                            \
    X(stream, "yes|no")                                                                            \
    X(stream_usage, "yes|no")                                                                      \
    X(prefix, "yes|no")                                                                            \
    X(thinking_off, NULL)                                                                          \
    X(thinking_low, NULL)                                                                          \
    X(thinking_medium, NULL)                                                                       \
    X(thinking_high, NULL)

enum capability_property {
#define CAPABILITY_ENUM(name, words) CAPABILITY_##name,
    CAPABILITY_PROPERTIES(CAPABILITY_ENUM)
#undef CAPABILITY_ENUM
        CAPABILITY_COUNT
};

struct capability {
    const char *model;    // pattern: '*' any run of characters, '?' any one; NULL: any model
    const char *endpoint; // the same, for the preset's name or the URL's host; NULL: anywhere
    const char *values[CAPABILITY_COUNT]; // NULL: says nothing of it
};

// The keys of a row: model, endpoint, then the properties in their order.
enum { CAPABILITY_KEYS = 2 + CAPABILITY_COUNT };
const char *capability_key(size_t index);
const char **capability_at(struct capability *row, size_t index); // where that key's value stands

// Whether a user's row says something and no value is a foreign one. False: ERR_SETTINGS.
bool capability_check(const struct capability *row, struct error *why);

// The word for the property; NULL: nobody knows. Names are compared without regard to case; a
// model's also by what stands behind its last '/' ("openai/gpt-5" is gpt-5).
const char *capability_find(const struct capability *own, size_t own_count, const char *endpoint,
                            const char *model, enum capability_property property);

// The built-in rows, in order; NULL past the end.
const struct capability *capability_row(size_t index);

#endif
