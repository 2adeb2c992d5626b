// Replies, read leniently: JSON (fenced, prefixed, with text behind it, nested in another object,
// with single quotes, trailing commas or unescaped line breaks), labelled lines in English and
// Chinese (full-width colons too), <think> blocks, a reasoning field when the text is empty, lists
// with letters, numbers or bullets. What was read is judged in rules.h.
#ifndef VQAGEN_PARSE_H
#define VQAGEN_PARSE_H

#include "error.h"

#include <stddef.h>

struct parsed_question {
    unsigned slot;  // as the reply says; else by order, 1 ...
    char *question; // owned; NULL when declined
    char *topic;    // owned; NULL: not said
    char *reason;   // why it was declined; owned; or NULL
    bool declined;
};

struct parsed_draft {
    struct parsed_question *list;
    size_t count;
};

// reasoning: of the reply, or NULL. False: ERR_REPLY, with what stood there instead.
bool parse_draft(const char *text, const char *reasoning, struct parsed_draft *draft,
                 struct error *why);
void parsed_draft_clear(struct parsed_draft *draft);

struct parsed_answer {
    char *answer;      // owned; one line, trimmed, quotes and a lone final full stop cut
    char *explanation; // owned; or NULL
};
bool parse_answer(const char *text, const char *reasoning, struct parsed_answer *answer,
                  struct error *why);
void parsed_answer_clear(struct parsed_answer *answer);

struct parsed_options {
    char **list; // owned texts without letters, numbers, bullets and quotes
    size_t count;
};
bool parse_options(const char *text, const char *reasoning, struct parsed_options *options,
                   struct error *why);
void parsed_options_clear(struct parsed_options *options);

// Which of the choices an answer means: by letter ("B", "(b)", "B. red", "Option B", "选项B") or by
// folded text. -1: none, or not one only.
int parse_choice(const char *answer, char *const *choices, size_t count);

#endif
