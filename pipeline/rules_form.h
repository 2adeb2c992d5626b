// Short texts brought into a form in which equal meanings look alike: "on the left side" and
// "Left", "左侧" and "在左边", "three" and "3", "a quarter" and "25%". Private to rules*.c.
#ifndef VQAGEN_RULES_FORM_H
#define VQAGEN_RULES_FORM_H

#include <stdbool.h>
#include <stddef.h>

enum yes_no { NOT_YES_NO, YES, NO };

struct form {
    char text[600];       // folded words without articles, in their common spelling
    char preposition[12]; // cut from the front of text; "" for none
    bool number;          // the whole text is a number, with or without a unit
    double value;         // of a share: in percent
    bool percent, digits; // a share; written in digits
    char unit[24];        // "" for none
    enum yes_no yes_no;
    bool place;      // a part of the image and nothing else: "top left", "左上角"
    bool cjk, latin; // has characters of that script
};

// Reads a text; one longer than the form is cut.
void form_read(const char *text, struct form *form);

// Whether both mean the same.
bool form_same(const struct form *a, const struct form *b);

// Whether what is `whole` is `part`, too: `part` is its end with nothing but modifiers before it
// ("car", "red car"), or a less exact place ("left", "upper left").
bool form_is_head(const struct form *part, const struct form *whole);

// A text folded, with straight apostrophes, on the heap; NULL without memory.
char *form_fold(const char *text);

// Whether a folded text holds a phrase as a run of whole words; in Chinese anywhere.
bool text_has_words(const char *folded, const char *phrase);

// The first of the phrases (NULL-ended) that the text holds, or NULL.
const char *text_has_any(const char *folded, const char *const *phrases);

bool text_has_cjk(const char *text);
bool text_has_letters(const char *text); // a letter or digit of any script

// Columns on a terminal, about: a Chinese character counts as two.
size_t text_width(const char *text);

#endif
