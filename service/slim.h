// A request body with its base64 cut out, so that megabytes of it need not pass through the JSON
// library. Each piece is replaced by "@N" and kept as a span of the body.
#ifndef VQAGEN_SLIM_H
#define VQAGEN_SLIM_H

#include "buffer.h"

enum { SLIM_SPANS = 64 };

struct slim {
    struct buffer text; // the body without the spans
    size_t count;
    struct {
        const char *text; // borrowed from the body
        size_t length;
    } spans[SLIM_SPANS];
};

// False: no memory.
bool slim_init(struct slim *slim, const char *body, size_t length);

// The same with nothing cut out: for a body whose base64 is written with JSON escapes ("\/").
bool slim_init_whole(struct slim *slim, const char *body, size_t length);
void slim_clear(struct slim *slim);

// The text behind ";base64,": a span when it is "@N", else the text itself.
const char *slim_base64(const struct slim *slim, const char *text, size_t *length);

#endif
