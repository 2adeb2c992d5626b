// A prompt taken apart: what is asked for, and the texts under its labels (pipeline/prompt.h).
// Prompts of other programs are read as far as they say "Question:" and "Correct answer:".
#ifndef VQAGEN_READING_H
#define VQAGEN_READING_H

#include "prompt.h"

enum task {
    TASK_DRAFT,
    TASK_ANSWER,
    TASK_OPTIONS,
    TASK_PLAIN_ANSWER,  // not ours: a question, or any text
    TASK_PLAIN_OPTIONS, // not ours: wrong options, one a line
};

struct slot {
    unsigned number;
    const char *topic;
    bool fill_in;
};

// Lines of the prompt, borrowed from the reading.
struct lines {
    const char **list;
    size_t count;
};

struct reading {
    enum task task;
    enum language language;
    struct slot *slots;
    size_t slot_count;
    const char *question; // or NULL
    const char *correct;  // the correct answer; or NULL
    size_t count;         // wrong options wanted
    struct lines choices;
    struct lines taken;    // used already
    struct lines rejected; // "text: reason"
    struct lines offered;  // "topic: ..." of topics to turn to
    char *copy;            // private: holds all texts
};

// False: ERR_MEMORY; the reading is cleared then.
bool reading_init(struct reading *reading, const char *prompt, struct error *why);
void reading_clear(struct reading *reading);

// Whether a line of the list is the text, or begins with it and a colon.
bool lines_hold(const struct lines *lines, const char *text, enum language language);

#endif
