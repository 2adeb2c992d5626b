// A look over the settings file before it is loaded: finds what deserves a better message than a
// schema's (unknown keys, keys given twice, keys that hold secrets, aliases, values of the wrong
// shape), and notes the line of each key.
#ifndef VQAGEN_SETTINGS_LOOK_H
#define VQAGEN_SETTINGS_LOOK_H

#include "buffer.h"
#include "option.h"

enum { LOOK_KEY_BYTES = 64 };

// The keys whose value is a list of mappings with texts: the user's topics, and what the user knows
// of models (client/capability.h).
enum look_list_id { LOOK_OWN_TOPICS, LOOK_CAPABILITIES, LOOK_LISTS };
enum { LOOK_TOPIC_KEYS = 5, LOOK_ENTRY_KEYS = 20 }; // of a topic; of an entry of any list, at most

struct look_list {
    const char *key;                   // "own_topics"
    const char *what;                  // of an entry, for messages: "topic"
    const char *a_what;                // "a topic"
    const char *shape;                 // what the key takes, as a clause
    const char *keys[LOOK_ENTRY_KEYS]; // of an entry; NULL-ended
    const char *needs[2];              // keys that each entry needs; NULL-ended
    const char *lacking[2];            // what to say when one is missing
};

const struct look_list *look_list_at(enum look_list_id id);

struct look_found {
    size_t line;              // 1-based; 0: the key is not in the file
    bool is_list;             // a sequence of texts in place of one text
    char key[LOOK_KEY_BYTES]; // as written: with dashes or underscores
};

struct look {
    struct buffer endpoints; // the entries under endpoints, one a line, as --endpoints takes them
    struct look_found options[OPTION_COUNT]; // by enum option_id
    struct look_found lists[LOOK_LISTS];     // by enum look_list_id
};

// path: for messages. False: ERR_SETTINGS with the line and what to write instead, ERR_MEMORY.
bool settings_look(struct look *look, const char *path, const struct buffer *text,
                   struct error *why);
void settings_look_clear(struct look *look);

#endif
