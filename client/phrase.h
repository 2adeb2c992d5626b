// The text of a refusal as plain words, so that one idea is found however it is written: "Model Not
// Exist", "model_not_exist", "ModelNotExist" and "The model doesn't exist" all hold "model" and
// "not exist" in one sentence.
//
// Sentences end in a line break. Their words are in lower case with one blank on both sides; names
// written in one (camelCase, snake_case) are taken apart, "n't" is " not", addresses and names with
// digits in them ("gpt-4o-2024-11-20") are left out: they are not about anything.
#ifndef VQAGEN_PHRASE_H
#define VQAGEN_PHRASE_H

#include "buffer.h"

// Appends the text, valid UTF-8, as sentences.
void phrase_append(struct buffer *sentences, const char *text);

// Takes a name that may stand within the sentences, such as the model's, out of them.
void phrase_hide(struct buffer *sentences, const char *name);

// Whether one sentence holds one of the alternatives of `about` and one of `says`; NULL: any.
// Alternatives are "a|b|c", each the beginning of a word, whole with a blank behind; "not~found"
// allows up to three words in between.
bool phrase_says(const char *sentences, const char *about, const char *says);

#endif
