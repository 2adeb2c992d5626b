// A stretch of the input: consecutive records of a file, and the items that they became. When its
// bytes and its images are what they were, and its items' rows too, then reading the records again
// would come to the same rows, and they need not be read.
//
// What a stretch came to is noted in the store (store_stretch.h) while its records are admitted; it
// is a note and no more: its digest is over all that the rows depend on beside the settings of the
// dataset, which the store compares itself. A note that is out of date is not believed.
#ifndef VQAGEN_STRETCH_H
#define VQAGEN_STRETCH_H

#include "buffer.h"
#include "digest.h"

#include <stdint.h>

// A stretch ends where the number of records is divisible by this, or with the input.
enum { STRETCH_RECORDS = 1024 };

struct stretch_row {
    int64_t number, place;
    struct digest fingerprint;
};

struct stretch {
    // Of the input; see source.h.
    int64_t record; // so many are before it
    int64_t line;   // on which it begins
    int64_t records, lines, bytes;
    struct digester input; // over the bytes, and over what else their reading depends on
    struct buffer ids;     // of each record, eight bytes (seen.h)
    bool ends_array;       // the bytes end with the array's end

    struct buffer images; // their paths, each with its NUL
    struct buffer facts;  // size and time of change of each, eight bytes each

    int64_t place, places;    // of its items; not all need be items of this dataset (--shard)
    struct stretch_row *rows; // owned
    size_t row_count, row_room;
    int64_t first_number,
        last_number; // of the rows; the last is below the first when there is none
};

void stretch_init(struct stretch *stretch);
void stretch_clear(struct stretch *stretch);

// An image on which its items depend. The one that was added last is not added again. False: no
// memory.
bool stretch_add_image(struct stretch *stretch, const char *path, int64_t size, int64_t changed_ns);
bool stretch_add_row(struct stretch *stretch, int64_t number, int64_t place,
                     const struct digest *fingerprint);

// Notes the images' facts as they are now. False: one is gone, or no memory.
bool stretch_look_at_images(struct stretch *stretch);

// Of all the above. The rows are put into the order of their numbers.
struct digest stretch_digest(struct stretch *stretch);

#endif
