#include "asked.h"

#include <stdlib.h>
#include <string.h>

// The key is a SHA-256: any eight bytes of it are a good hash.
static struct task **bucket_of(const struct asked *asked, const struct digest *key)
{
    uint64_t hash;
    memcpy(&hash, key->bytes, sizeof hash);
    return &asked->buckets[hash & (asked->room - 1)];
}

struct task *asked_find(const struct asked *asked, const struct task *task)
{
    if (asked->room == 0)
        return NULL;
    for (struct task *at = *bucket_of(asked, &task->key); at != NULL; at = at->next_asked)
        if (digest_equal(&at->key, &task->key))
            return at != task ? at : NULL;
    return NULL;
}

static void put(struct asked *asked, struct task *task)
{
    struct task **bucket = bucket_of(asked, &task->key);
    task->next_asked = *bucket;
    *bucket = task;
}

static bool grow(struct asked *asked)
{
    enum { FIRST_ROOM = 64 };
    struct asked larger = {.room = asked->room > 0 ? 2 * asked->room : FIRST_ROOM,
                           .count = asked->count};
    larger.buckets = calloc(larger.room, sizeof *larger.buckets);
    if (larger.buckets == NULL)
        return false;
    for (size_t i = 0; i < asked->room; i++)
        while (asked->buckets[i] != NULL) {
            struct task *task = asked->buckets[i];
            asked->buckets[i] = task->next_asked;
            put(&larger, task);
        }
    free(asked->buckets);
    *asked = larger;
    return true;
}

bool asked_add(struct asked *asked, struct task *task)
{
    if (task->is_asked)
        return true;
    if (asked->count == asked->room && !grow(asked))
        return false;
    put(asked, task);
    task->is_asked = true;
    asked->count++;
    return true;
}

void asked_remove(struct asked *asked, struct task *task)
{
    if (!task->is_asked)
        return;
    struct task **at = bucket_of(asked, &task->key);
    while (*at != task)
        at = &(*at)->next_asked;
    *at = task->next_asked;
    task->is_asked = false;
    asked->count--;
}

void asked_clear(struct asked *asked)
{
    free(asked->buckets);
    *asked = (struct asked){0};
}
