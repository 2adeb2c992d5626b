// What questions are about: the built-in table, and topics that users add in the settings file.
#ifndef VQAGEN_TOPIC_H
#define VQAGEN_TOPIC_H

#include "error.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH };
bool language_find(const char *name, enum language *language); // "en", "zh"
const char *language_name(enum language language);

struct topic {
    const char *name;           // "counting": as in settings and in the dataset
    const char *intent[2];      // by language: what a question of this topic asks for
    const char *answer_type[2]; // "a whole number"
    const char *constraints[2]; // further demands on the question; "" when there are none
    const char *example[2];
    const char *banned[8];  // forms a question must not have, folded; NULL-ended. A question that
                            // contains one as a run of words fails rule question.banned
    const char *aliases[6]; // other names under which inputs and models give it; NULL-ended
};

// The topics of one run: the chosen built-in ones and the user's own.
struct topics {
    struct topic *list; // owned array; the strings live as long as the topics
    size_t count;
    void *text; // private: the user's strings
};

struct topic_definition { // one of the user's, from the settings file; strings are copied
    const char *name, *intent, *answer_type, *constraints, *example;
};

// The built-in table; count is set.
const struct topic *topic_table(size_t *count);

// names: comma-separated names to use, or NULL for all built-in and all user topics. False:
// ERR_SETTINGS for an unknown name (with the known ones) or a user's topic without name or intent.
// A user's topic that has a built-in's name replaces it.
bool topics_init(struct topics *topics, const char *names, const struct topic_definition *own,
                 size_t own_count, struct error *why);
void topics_clear(struct topics *topics);

// By name or alias, folded ('-', '_' and blank alike); NULL: none.
const struct topic *topics_find(const struct topics *topics, const char *name);

#endif
