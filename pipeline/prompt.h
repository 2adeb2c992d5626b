// What the model is told. All prompts of a run share the system prompt, and stand behind the image,
// so that the beginnings of all calls on one image are the same bytes.
//
// The wording is part of a dataset's identity: PROMPT_VERSION changes with it, and stands in every
// item and in every call's key.
#ifndef VQAGEN_PROMPT_H
#define VQAGEN_PROMPT_H

#include "buffer.h"
#include "question.h"
#include "topic.h"

#define PROMPT_VERSION "1"

// The labels at the beginnings of lines, by language. The built-in model reads prompts by them.
struct prompt_words {
    const char *task_draft;   // whole first line of a drafting prompt
    const char *task_answer;  // of an answer prompt
    const char *task_options; // of a wrong-options prompt
    const char *slot;  // "Slot": a drafting slot's line is "Slot N | topic: T | type: Y | ..."
    const char *topic; // "topic"
    const char *type;  // "type"
    const char *answer_kind;    // "answer"
    const char *question;       // "Question"
    const char *claim;          // "Claim"
    const char *known;          // "Known values"
    const char *choices;        // "Choices": lines "A. text" follow
    const char *correct_answer; // "Correct answer"
    const char *count;          // "How many"
    const char *taken;          // "Already used": lines "- text" follow
    const char *rejected;       // "Rejected before": lines "- text: reason" follow
    const char *separator;      // between a label and its value: ": " or "："
};
const struct prompt_words *prompt_words(enum language language);

// The system prompt; `own` (--system-prompt) replaces it when not NULL.
const char *prompt_system(enum language language, const char *own);

// Something the model gave before that a rule refused, or a reason without a text.
struct prompt_rejection {
    const char *text;   // or NULL
    const char *reason; // a sentence in the prompt's language
};

struct prompt_slot {
    unsigned number; // 1 ...: as in the item's id
    const struct topic *topic;
    enum question_type type;
    const struct prompt_rejection *rejections;
    size_t rejection_count;
};

// All missing slots of one image. topics: the topics to which a slot may turn when its own does not
// apply. claim/prefilled/answer: of the record, or NULL (then there is one slot). taken: questions
// accepted already for this image.
struct prompt_draft {
    const struct prompt_slot *slots;
    size_t slot_count;
    const struct topics *topics;
    const char *claim, *prefilled, *answer;
    const char *const *taken;
    size_t taken_count;
};
void prompt_write_draft(struct buffer *out, enum language language,
                        const struct prompt_draft *draft);

// choices: options that the input gave without an answer; the model picks one. May be NULL.
struct prompt_answer {
    const char *question;
    const struct topic *topic; // or NULL
    char *const *choices;
    size_t choice_count;
    const struct prompt_rejection *rejections;
    size_t rejection_count;
};
void prompt_write_answer(struct buffer *out, enum language language,
                         const struct prompt_answer *answer);

struct prompt_options {
    const char *question, *answer;
    size_t count; // how many wrong options are wanted
    const char *const *taken;
    size_t taken_count;
    const struct prompt_rejection *rejections;
    size_t rejection_count;
};
void prompt_write_options(struct buffer *out, enum language language,
                          const struct prompt_options *options);

// JSON Schemas of the wanted replies (strict: every key required, additionalProperties false).
// draft: {"questions":[{"slot":1,"topic":"counting","question":"...","declined":false}]}
// answer: {"answer":"...","explanation":"..."}   options: {"options":["...","..."]}
extern const char prompt_schema_draft[], prompt_schema_answer[], prompt_schema_options[];

#endif
