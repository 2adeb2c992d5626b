#include "image.h"

#include "heap.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

// Base64 is hashed as text: records that carry the same picture carry the same text, and hashing is
// far cheaper than preparing it once for each.
struct digest image_key(const struct question *question)
{
    struct digester digester = digester_begin();
    unsigned char origin = (unsigned char)question->origin;
    digester_add(&digester, &origin, 1);
    digester_add_field(&digester, question->image);
    return digester_end(&digester);
}

static struct image **bucket_of(const struct image_table *table, const struct digest *key)
{
    size_t hash;
    memcpy(&hash, key->bytes, sizeof hash);
    return &table->buckets[hash % table->bucket_count];
}

static bool grow(struct image_table *table)
{
    if (table->count < table->bucket_count)
        return true;
    struct image_table larger = {.bucket_count =
                                     table->bucket_count > 0 ? table->bucket_count * 2 : 1024,
                                 .count = table->count};
    larger.buckets = calloc(larger.bucket_count, sizeof(struct image *));
    if (larger.buckets == NULL)
        return false;
    for (size_t i = 0; i < table->bucket_count; i++)
        while (table->buckets[i] != NULL) {
            struct image *image = table->buckets[i];
            table->buckets[i] = image->next;
            struct image **bucket = bucket_of(&larger, &image->key);
            image->next = *bucket;
            *bucket = image;
        }
    free(table->buckets);
    *table = larger;
    return true;
}

struct image *image_find(struct image_table *table, struct question *question, uint64_t order,
                         struct error *why)
{
    struct digest key = image_key(question);
    struct image *image = NULL;
    if (table->bucket_count > 0)
        for (image = *bucket_of(table, &key); image != NULL; image = image->next)
            if (digest_equal(&image->key, &key))
                break;
    if (image == NULL) {
        image = grow(table) ? calloc(1, sizeof *image) : NULL;
        if (image == NULL) {
            error_set(why, ERR_MEMORY, "no memory for an image");
            return NULL;
        }
        *image = (struct image){.key = key,
                                .origin = question->origin,
                                .source = question->image,
                                .order = order,
                                .heap_place = (size_t)HEAP_OUTSIDE};
        question->image = NULL;
        struct image **bucket = bucket_of(table, &key);
        image->next = *bucket;
        *bucket = image;
        table->count++;
    }
    free(question->image);
    question->image = NULL;
    return image;
}

void image_attach(struct image *image, struct subject *subject)
{
    subject->image = image;
    subject->next_of_image = NULL;
    if (image->subjects == NULL)
        image->subjects = subject;
    else
        image->last_subject->next_of_image = subject;
    image->last_subject = subject;
}

bool image_detach(struct image *image, struct subject *subject)
{
    struct subject **at = &image->subjects, *before = NULL;
    while (*at != NULL && *at != subject) {
        before = *at;
        at = &before->next_of_image;
    }
    if (*at != NULL)
        *at = subject->next_of_image;
    if (image->last_subject == subject)
        image->last_subject = before;
    subject->image = NULL;
    return image->subjects == NULL;
}

static void image_free(struct image *image)
{
    payload_drop(image->payload);
    free(image->source);
    free(image->kept);
    free(image->refusal);
    free(image);
}

void image_remove(struct image_table *table, struct image *image)
{
    struct image **at = bucket_of(table, &image->key);
    while (*at != image)
        at = &(*at)->next;
    *at = image->next;
    table->count--;
    image_free(image);
}

void image_table_clear(struct image_table *table)
{
    for (size_t i = 0; i < table->bucket_count; i++)
        while (table->buckets[i] != NULL) {
            struct image *image = table->buckets[i];
            table->buckets[i] = image->next;
            image_free(image);
        }
    free(table->buckets);
    *table = (struct image_table){0};
}

bool image_in_use(const struct image *image)
{
    for (const struct subject *s = image->subjects; s != NULL; s = s->next_of_image)
        if (s->ready != NULL || s->in_flight > 0)
            return true;
    return false;
}
