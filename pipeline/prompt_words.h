// The wording of prompts, by language: private to prompt.c and prompt_words.c. A changed sentence
// changes PROMPT_VERSION.
#ifndef VQAGEN_PROMPT_WORDS_H
#define VQAGEN_PROMPT_WORDS_H

#include "prompt.h"

// The sentences that differ by language, beside the labels above.
struct prompt_sentences {
    const char *system;
    const char *claim_hint, *answer_hint, *draft_taken_hint, *draft_rejected_hint;
    const char *other_topics, *draft_rules, *draft_rules_end;
    const char *choices_hint, *answer_rejected_hint, *answer_rules;
    const char *options_taken_hint, *options_rejected_hint, *options_rules;
    const char *slot_note; // in front of a slot's number in a rejection
    const char *example, *stop;
};
extern const struct prompt_sentences prompt_sentences[]; // by language

#endif
