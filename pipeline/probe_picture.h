// A small known picture, a question on it, and the judgement of a reply: whether an endpoint's
// model sees what it is sent.
//
// Five squares of different colours stand in a row on white. Their order is drawn from seven
// colours, so that one of 2,520 pictures is shown. A reply counts as seen when at least four of the
// five stand in their places: one who does not look succeeds with probability 11/2520 (0.44 %). One
// mistake is allowed, because some models take purple for blue.
#ifndef VQAGEN_PROBE_PICTURE_H
#define VQAGEN_PROBE_PICTURE_H

#include "buffer.h"

#include <stdint.h>

enum { PROBE_SQUARES = 5, PROBE_WIDTH = 560, PROBE_HEIGHT = 224 };

struct probe_picture {
    struct buffer jpeg;          // the picture, about 3 KiB
    const char *question;        // constant; asks for five colours and nothing else
    size_t order[PROBE_SQUARES]; // colours from left to right
    char expected[80];           // "red, green, blue, black, yellow"
};

enum probe_verdict {
    PROBE_SEEN,     // the model sees the picture
    PROBE_INVENTED, // it names other colours: the picture never reached it, or it cannot see
    PROBE_BLIND,    // it says that there is no picture
    PROBE_UNCLEAR,  // it names no colours
};

// Draws the picture of that seed and number. False: ERR_MEMORY, and nothing to clear.
bool probe_picture_make(struct probe_picture *picture, uint64_t seed, unsigned number,
                        struct error *why);
void probe_picture_clear(struct probe_picture *picture);

// Reads a reply to the question, in whatever words.
enum probe_verdict probe_picture_judge(const struct probe_picture *picture, const char *reply);

// "seen", "invented", "blind", "unclear"
const char *probe_verdict_name(enum probe_verdict verdict);

#endif
