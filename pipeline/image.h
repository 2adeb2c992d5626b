// An image of the input while items of it are under work, shared by all records that name it: read
// once, prepared once, its payload used by every call on it.
#ifndef VQAGEN_IMAGE_H
#define VQAGEN_IMAGE_H

#include "digest.h"
#include "figures.h"
#include "payload.h"
#include "question.h"

#include <stdint.h>

enum image_state {
    IMAGE_WANTED,   // not prepared yet
    IMAGE_WORKING,  // a worker has it
    IMAGE_READY,    // payload is there
    IMAGE_RELEASED, // the payload was given back; it can be made again
    IMAGE_FAILED,   // cannot be used, or changed while the run goes on
};

struct image {
    struct digest key;        // of what the records name it by
    enum image_origin origin; // of the first record; IMAGE_FILE once its bytes lie on disk
    char *source;             // path, base64 text or URL; owned
    char *kept;               // "images/..." below DIR when it was kept there; owned; or NULL
    struct digest digest;     // of its bytes
    bool digest_known;
    int64_t size, changed_ns; // of the input's file when its digest was had
    enum image_state state;

    // Of screening; see screen_queue.h.
    bool unjudged;      // it waits for its turn
    bool figures_known; // and for nothing else
    struct picture_figures figures;
    char *refusal; // why it is left out; owned; NULL: it is not
    const char *refusal_kind;
    struct image *unjudged_next, *unjudged_previous;

    struct payload *payload;  // NULL unless ready
    uint64_t order;           // of the first subject that named it
    struct subject *subjects; // linked by subject->next_of_image, in order of admission
    struct subject *last_subject;
    size_t heap_place;  // in the queue of images that wait for a worker
    struct image *next; // in its bucket of the table
};

// The images under work, by key.
struct image_table {
    struct image **buckets;
    size_t bucket_count, count;
};

// What a record names its image by, as a hash: two records with the same key mean one image.
struct digest image_key(const struct question *question);

// The image that a record names: an entry of the table, or a new one, which takes the record's
// image text. NULL: ERR_MEMORY.
struct image *image_find(struct image_table *table, struct question *question, uint64_t order,
                         struct error *why);

void image_attach(struct image *image, struct subject *subject);

// Takes the subject off. True when it was the last one.
bool image_detach(struct image *image, struct subject *subject);

// Takes it out of the table and frees it; its payload must have been given back.
void image_remove(struct image_table *table, struct image *image);

void image_table_clear(struct image_table *table); // frees all images, payloads too

// Whether a call of some record of it is ready to be sent or under way.
bool image_in_use(const struct image *image);

#endif
