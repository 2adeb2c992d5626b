// Numbers in short texts: "12", "1,200 m", "three dogs", "二十五", "about a third", "百分之三十".
// Private to rules*.c.
#ifndef VQAGEN_RULES_NUMBER_H
#define VQAGEN_RULES_NUMBER_H

#include "rules_form.h"

// Sets the form's number, value, percent, digits and unit when the whole folded text is a number
// with at most one word of unit behind it. Clock times, ranges and codes ("3:30", "10-12", "7up")
// are no numbers.
void number_read(const char *folded, struct form *form);

// The bytes of a Chinese measure word (个, 只, ...) at text, or 0.
size_t number_measure(const char *text);

// Whether a folded text holds any number, as figures or as a word.
bool number_in(const char *folded);

#endif
