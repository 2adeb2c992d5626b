// All endpoints of a run, and which of them takes the next call.
#ifndef VQAGEN_UPSTREAMS_H
#define VQAGEN_UPSTREAMS_H

#include "buffer.h"
#include "upstream.h"

#include <stddef.h>

enum { MAX_UPSTREAMS = 32 };

struct upstreams {
    struct upstream *list; // owned
    size_t count;          // 1 or more
};

// Names are told apart: where two endpoints have one name (two ports of a host) and different
// models, the model is put behind it, "gpu1/qwen-vl". Equal names with equal models stay equal, so
// that the dataset does not say which of two like servers it was.
// False: ERR_SETTINGS, as endpoint_init, or when all are fallbacks; *upstreams is then empty.
bool upstreams_init(struct upstreams *upstreams, const struct upstream_settings *settings,
                    size_t count, struct error *why);
void upstreams_clear(struct upstreams *upstreams);

// Who takes the next call: of those that may be sent one now, in turns by their weights (smooth
// weighted round robin: 2 to 1 gives a, b, a and not a, a, b). Fallbacks only when nobody else is
// there. NULL: none is free.
struct upstream *upstreams_choose(struct upstreams *upstreams, const struct demand *demand,
                                  int64_t now_ms);

// As upstream_wait_ms, for the first of them.
int64_t upstreams_wait_ms(const struct upstreams *upstreams, const struct demand *demand,
                          int64_t now_ms);

size_t upstreams_left(const struct upstreams *upstreams);    // how many are there
unsigned upstreams_slots(const struct upstreams *upstreams); // most calls in flight, in all
// As many as are to be expected: where the number is found, no more than 64.
unsigned upstreams_expected(const struct upstreams *upstreams);
unsigned upstreams_limit(const struct upstreams *upstreams); // as many as may be in flight now

// The first with that name, which may be NULL; NULL: there is none.
const struct upstream *upstreams_find(const struct upstreams *upstreams, const char *name);

// What is said of them: "name", "model" or "provider", each once, in order of the alphabet, with
// ", " between.
enum upstream_word { UPSTREAM_NAME, UPSTREAM_MODEL, UPSTREAM_PROVIDER };
const char *upstream_word(const struct upstream *upstream, enum upstream_word word);
void upstreams_write(const struct upstreams *upstreams, enum upstream_word word,
                     struct buffer *out);

#endif
