// UTF-8 text: copying, trimming, folding for comparison, repair and cutting.
#ifndef VQAGEN_TEXT_H
#define VQAGEN_TEXT_H

#include "buffer.h"

#include <string.h>

// A copy on the heap; NULL for NULL (and without memory).
char *text_copy(const char *text);
char *text_copy_length(const char *text, size_t length);

// Cuts blanks (Unicode ones too) and control characters from both ends, in place; returns text.
char *text_trim(char *text);

bool text_is_blank(const char *text); // NULL, "" or only blanks

// Every run of blanks and line breaks becomes one space, ends are trimmed, in place.
char *text_one_line(char *text);

bool text_valid_utf8(const char *text, size_t length);

// The bytes as valid UTF-8 without NUL: foreign bytes become U+FFFD. A new string; NULL: no memory.
char *text_repair(const char *bytes, size_t length);

// For comparing: NFKC, case folded, default-ignorable characters removed, blanks collapsed and
// trimmed. "Ｌｅｆｔ " and "left" fold alike. A new string; NULL without memory. Needs valid UTF-8
// (other text is repaired first).
char *text_fold(const char *text);

// Whether both fold alike.
bool text_same_folded(const char *a, const char *b);

// The largest length <= max_bytes at which text can be cut without splitting a character.
size_t text_cut(const char *text, size_t max_bytes);

// The number of Unicode characters.
size_t text_characters(const char *text);

// About how many tokens a model makes of it: 4 bytes of English a token, one character of 3 bytes
// (Chinese). An estimate.
long long text_token_estimate(const char *text);

// Asked of a text for whole lists of words: most differ in their first byte.
static inline bool text_starts(const char *text, const char *prefix)
{
    return *prefix == '\0' || (*text == *prefix && strncmp(text, prefix, strlen(prefix)) == 0);
}

static inline bool text_equal(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

// Whether the text is one of the words; the list ends with NULL.
bool text_is_any(const char *text, const char *const *words);

bool text_ends(const char *text, const char *suffix);

// A whole number from text alone ("16"; not "16x", "" or an overflow).
bool text_to_integer(const char *text, long long *value);
bool text_to_real(const char *text, double *value); // finite, decimal point whatever the locale

#endif
