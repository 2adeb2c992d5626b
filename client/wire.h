// What the wire formats share: the user's own members in a request, and the reading of bodies.
// Private to the provider_*.c files and to reply_*.c, which read their streams.
#ifndef VQAGEN_WIRE_H
#define VQAGEN_WIRE_H

#include "provider.h"

#include <cjson/cJSON.h>

// The object of --extra-body, checked, with the members that switch thinking unless the user set
// them; NULL: there is neither. The caller frees it.
bool wire_parse_extra(const struct endpoint *endpoint, const struct ask *ask, cJSON **extra,
                      struct error *why);

// Whether the user's own member stands in the place of ours.
bool wire_replaced(const cJSON *extra, const char *name);

// Appends the user's members; an object called `merged` is left out, because it was written
// together with ours. False: no memory.
bool wire_write_extra(const cJSON *extra, const char *merged, struct buffer *out);

// Appends the members of the user's own object to ours, which stands open. False: no memory.
bool wire_write_members(const cJSON *object, struct buffer *out);

// The cap on the answer as the lessons leave it; 0: none is to be sent.
int wire_cap(const struct endpoint_lessons *lessons, int max_tokens);

// A copy as valid UTF-8; NULL for NULL, and without memory.
char *wire_copy(const char *text);

long long wire_count(const cJSON *object, const char *name); // -1: not there, or not a count
long long wire_first(long long a, long long b);              // the first that is not negative

// The gathered text as valid UTF-8; clears the buffer. NULL: no memory.
char *wire_take(struct buffer *text);

// The body of a 200 as JSON. NULL: ERR_REPLY when it is none.
cJSON *wire_parse(const char *body, size_t length, struct error *why);

#endif
