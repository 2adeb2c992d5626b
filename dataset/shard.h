// A part of an input, by hand: `--shard 2/8`. The parts are disjoint, together they are the whole,
// and a record stays in its part whatever else the input holds. Shards go by image: all questions
// on one image fall into one part, where they share its payload and its draft.
#ifndef VQAGEN_SHARD_H
#define VQAGEN_SHARD_H

#include "question.h"

struct shard {
    unsigned index; // 1 to count
    unsigned count; // 0 and 1: the whole
};

bool shard_is_part(const struct shard *shard);

// Whether the record belongs to it: by a digest of how the input names the image (the path below
// the input, the URL, the base64 itself), or of the record's id when it names none.
bool shard_holds(const struct shard *shard, const struct question *question);

// "2/8". False when the text is none, or the index is not in 1 to count.
bool shard_parse(const char *text, struct shard *shard);

#endif
