// A small known picture, a question on it, and the judgement of a reply: whether an endpoint's
// model sees what it is sent.
//
// Five squares of different colours stand in a row on white. Their order is drawn from seven
// colours, so that one of 2,520 pictures is shown. A reply counts as seen when at least four of the
// five stand in their places: one who does not look succeeds with probability 11/2520 (0.44 %). One
// mistake is allowed, because some models take purple for blue.
#ifndef VQAGEN_SIGHT_H
#define VQAGEN_SIGHT_H

#include "buffer.h"

#include <stdint.h>

enum { SIGHT_SQUARES = 5, SIGHT_WIDTH = 560, SIGHT_HEIGHT = 224 };

struct sight {
    struct buffer jpeg;          // the picture, about 3 KiB
    const char *question;        // constant; asks for five colours and nothing else
    size_t order[SIGHT_SQUARES]; // colours from left to right
    char expected[80];           // "red, green, blue, black, yellow"
};

enum sight_verdict {
    SIGHT_SEEN,     // the model sees the picture
    SIGHT_INVENTED, // it names other colours: the picture never reached it, or it cannot see
    SIGHT_BLIND,    // it says that there is no picture
    SIGHT_UNCLEAR,  // it names no colours
};

// Draws the picture of that seed and number. False: ERR_MEMORY, and nothing to clear.
bool sight_make(struct sight *picture, uint64_t seed, unsigned number, struct error *why);
void sight_clear(struct sight *picture);

// Reads a reply to the question, in whatever words.
enum sight_verdict sight_judge(const struct sight *picture, const char *reply);

// "seen", "invented", "blind", "unclear"
const char *sight_verdict_name(enum sight_verdict verdict);

#endif
