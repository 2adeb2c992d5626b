// The questions that the built-in model can ask and answer: forms with places for colours and
// parts of the image, each tied to a topic and to a fact.
//
// A repertoire holds the forms in the normal form in which questions are compared. It is made once
// and only read afterwards, so threads may share it.
#ifndef VQAGEN_REPERTOIRE_H
#define VQAGEN_REPERTOIRE_H

#include "buffer.h"
#include "look.h"

struct repertoire;

struct repertoire *repertoire_new(struct error *why); // NULL: ERR_MEMORY
void repertoire_free(struct repertoire *repertoire);

// What kind of thing an answer is.
enum answer_kind {
    ANSWER_COLOUR,
    ANSWER_ABSENT, // a colour that does not appear
    ANSWER_PLACE,
    ANSWER_NUMBER,
    ANSWER_PERCENT,
    ANSWER_BRIGHTNESS,
    ANSWER_ORIENTATION,
    ANSWER_DIRECTION,
    ANSWER_GROUND,  // the kind of surroundings
    ANSWER_SIDE,    // which sides of the frame are the longer ones
    ANSWER_COLOURS, // of the shapes from left to right: digits to the base COLOUR_NONE, last first
    ANSWER_SENTENCE,
    ANSWER_NONE,
};

// A question of the repertoire, its places filled.
struct asked {
    const struct form *form; // NULL: none
    enum colour a, b;        // COLOUR_NONE where the form has no such place
    enum place place;        // PLACE_NONE likewise
};

// An answer: value is an enum of its kind, a count or a percentage. Sentences stand for the facts.
struct answer {
    enum answer_kind kind;
    int value;
};

// Reads a question as people and prompts write it. False: not in the repertoire.
bool repertoire_find(const struct repertoire *repertoire, const char *question,
                     enum language language, struct asked *asked);

// The answer that the facts give; false when the facts do not tell.
bool repertoire_answer(const struct asked *asked, const struct facts *facts, struct answer *answer);

enum answer_kind repertoire_kind(const struct asked *asked);
bool repertoire_same(const struct asked *a, const struct asked *b);

// All questions on a topic that the facts answer clearly; returns how many were put into list.
// fill_in: those that have but one right answer.
size_t repertoire_list(const char *topic, bool fill_in, const struct facts *facts,
                       struct asked *list, size_t room);

// Appends the question's text; variant chooses among wordings.
void repertoire_write(const struct asked *asked, enum language language, unsigned variant,
                      struct buffer *out);

// The kinds of answers as text; the sentence needs the facts. out is emptied first.
void answer_write(const struct answer *answer, const struct facts *facts, enum language language,
                  struct buffer *out);

// One sentence that says how the facts give the answer.
void answer_explain(const struct asked *asked, const struct answer *answer,
                    const struct facts *facts, enum language language, struct buffer *out);

// A text in the form in which questions and answers are compared: folded, without punctuation and
// filling words, spellings made one. A new string; NULL without memory.
char *normal_form(const char *text, enum language language);

// Whether both mean the same ("on the left" and "left").
bool normal_same(const char *a, const char *b, enum language language);

#endif
