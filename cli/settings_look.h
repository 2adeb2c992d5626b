// A look over the settings file before it is loaded: finds what deserves a better message than a
// schema's (unknown keys, keys given twice, keys that hold secrets, aliases, values of the wrong
// shape), and notes the line of each key.
#ifndef VQAGEN_SETTINGS_LOOK_H
#define VQAGEN_SETTINGS_LOOK_H

#include "buffer.h"
#include "option.h"

enum { LOOK_KEY_BYTES = 64, LOOK_TOPIC_KEYS = 5 };

// The key of the user's topics, and the keys of each: name, intent, answer_type, constraints,
// example.
#define LOOK_OWN_TOPICS "own_topics"
extern const char *const look_topic_keys[LOOK_TOPIC_KEYS];

struct look_found {
    size_t line;              // 1-based; 0: the key is not in the file
    bool is_list;             // a sequence of texts in place of one text
    char key[LOOK_KEY_BYTES]; // as written: with dashes or underscores
};

struct look {
    struct buffer endpoints; // the entries under endpoints, one a line, as --endpoints takes them
    struct look_found options[OPTION_COUNT]; // by enum option_id
    struct look_found own_topics;
};

// path: for messages. False: ERR_SETTINGS with the line and what to write instead, ERR_MEMORY.
bool settings_look(struct look *look, const char *path, const struct buffer *text,
                   struct error *why);
void settings_look_clear(struct look *look);

#endif
