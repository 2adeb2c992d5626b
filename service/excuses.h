// Excuses: what each provider answers to each kind of fault (faults.h): status, headers and body.
// Constant tables, one entry a kind and provider.
#ifndef VQAGEN_EXCUSES_H
#define VQAGEN_EXCUSES_H

#include "player.h"

struct excuse {
    const char *kind;
    enum player_id player;
    struct protocol_error error;
};

// The tables: the entry at index over all of them; NULL past the end.
const struct excuse *excuse_at(size_t index);

// The provider's own words for the kind, else those of its protocol's provider, else OpenAI's, else
// anybody's: words of others get the provider's shape. NULL: nobody has any.
const struct protocol_error *excuse_find(const char *kind, const struct player *player);

// What the words speak of: {model}, {name}, {actual}, {limit}, {used}, {wait}, {path} in a
// message, in details, headers and whole bodies. Texts may be NULL.
struct excuse_values {
    const char *model;
    const char *name; // of a parameter
    const char *path;
    long long actual, limit, used;
    int64_t wait_ms;
};

struct excuse_out {
    struct buffer *body, *headers; // headers: lines "Name: value\n"
    const char *content_type;
};
void excuse_write(const struct player *player, const struct protocol_error *error,
                  const struct excuse_values *values, struct excuse_out *out);

// Appends a line for each kind of fault: its name, and who has words of their own for it.
void excuses_list(struct buffer *out);

// "84ms", "1.146s", "6m0s": durations as Go and OpenAI's headers write them. text: 32 bytes.
char *excuse_duration(int64_t ms, char *text);

// The tables themselves; for excuses.c.
extern const struct excuse excuses_openai[], excuses_clouds[], excuses_servers[],
    excuses_anthropic[], excuses_gemini[];

#endif
