// English words that forms treat in a way of their own: other spellings and synonyms of a word,
// words that say nothing, words of place. One sorted table, so that each word of a text is looked
// up once. Private to rules*.c.
#ifndef VQAGEN_RULES_WORDS_H
#define VQAGEN_RULES_WORDS_H

#include <stddef.h>

enum word_kind {
    WORD_FILLER = 1,      // says nothing: "the", "color"
    WORD_DIRECTION = 2,   // a part of the image: "left"
    WORD_AROUND = 4,      // what stands beside it: "side", "of", "image"
    WORD_PREPOSITION = 8, // can be cut from the front
};

struct word {
    const char *text;
    const char *common; // the word that stands for it; NULL: it does so itself
    unsigned kinds;     // of the word that stands for it
};

extern const struct word rules_words[]; // by text, in the order of strcmp
extern const size_t rules_word_count;

// The word's row, or NULL.
const struct word *word_find(const char *text);

#endif
