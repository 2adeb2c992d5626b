// What an endpoint's model takes: where it begins is said by client/capability.h, and refusals
// teach the rest. Never part of a call's key.
#ifndef VQAGEN_LESSONS_H
#define VQAGEN_LESSONS_H

#include "buffer.h"

// Which structured output is asked for; a refusal moves it down one step for the rest of the run.
enum structured_output { STRUCTURED_NONE, STRUCTURED_OBJECT, STRUCTURED_SCHEMA };

struct endpoint_lessons {
    enum structured_output structured;
    bool no_temperature;        // the model takes only its default
    bool max_completion_tokens; // the newer name of max_tokens is wanted
    bool cap_renamed;           // a refusal said so, or the opposite: the other name is not taken
    bool no_max_tokens;
    int max_tokens_cap;   // 0: unknown; else the largest value accepted
    bool stream;          // replies are asked for as streams
    bool stream_wanted;   // the endpoint wants that
    bool no_stream_usage; // stream_options is not taken
    bool thinking;        // the members that switch thinking are sent
    bool prefix;          // the reply's beginning is sent, to be gone on with
};

// Appends what `now` does without that `before` did not, as words with blanks between
// ("no_temperature structured=object max_tokens_cap=512"); "" when nothing was learned.
void lessons_write(const struct endpoint_lessons *before, const struct endpoint_lessons *now,
                   struct buffer *out);

// Applies such words. Words that are not known are passed over: another version wrote them.
void lessons_read(struct endpoint_lessons *lessons, const char *words);

// Appends such words as people read them: "temperature is not taken, max_tokens is at most 512".
void lessons_tell(const char *words, struct buffer *out);

#endif
