// JSON as models write it: with single or curly quotes, Python's words, trailing or missing commas,
// comments, bare keys, line breaks and quotes inside strings, and cut off at the token limit.
// Private to parse*.c.
#ifndef VQAGEN_PARSE_JSON_H
#define VQAGEN_PARSE_JSON_H

#include "json.h"

struct found_json {
    cJSON *value;  // an object or an array; owned
    bool complete; // false: the text ended inside it; only closed members are kept
};

// The objects and arrays of a text in their order; one inside another is not listed by itself.
struct found_list {
    struct found_json list[64];
    size_t count;
    bool opened; // something that looks like JSON was there, whether or not it could be read
};

// Text must be valid UTF-8. The work is bounded by a multiple of the text's length.
void found_init(struct found_list *found, const char *text);
void found_clear(struct found_list *found);

// The order in which what was found is tried: the last complete value first, and behind the
// complete ones, unless whole_only, the last one that was cut. *turn: 0 before the first. False: no
// more.
bool found_next(const struct found_list *found, bool whole_only, size_t *turn, size_t *place);

// The member of that name in value or in what is nested in it, the outermost first. names: in order
// of preference, lower case without blanks, '_' and '-'; the list ends with NULL. NULL: none.
const cJSON *found_member(const cJSON *value, const char *const *names);

// Whether a key is one of names in the sense above.
bool found_key_is(const char *key, const char *const *names);

// A string, number, bool, an array of such, or an object that holds a text, as a new string. NULL:
// nothing of the kind is there (null and "" too), or no memory.
char *found_text(const cJSON *value);

#endif
