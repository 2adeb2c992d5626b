#include "stretch.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void stretch_init(struct stretch *stretch)
{
    *stretch =
        (struct stretch){.input = digester_begin(), .first_number = INT64_MAX, .last_number = -1};
    buffer_init(&stretch->ids, SIZE_MAX / 4);
    buffer_init(&stretch->images, SIZE_MAX / 4);
    buffer_init(&stretch->facts, SIZE_MAX / 4);
}

void stretch_clear(struct stretch *stretch)
{
    buffer_clear(&stretch->ids);
    buffer_clear(&stretch->images);
    buffer_clear(&stretch->facts);
    free(stretch->rows);
    stretch_init(stretch);
}

static bool is_last_image(const struct stretch *stretch, const char *path)
{
    size_t length = strlen(path) + 1, end = stretch->images.length;
    if (length > end || memcmp(stretch->images.data + end - length, path, length) != 0)
        return false;
    return length == end || stretch->images.data[end - length - 1] == '\0';
}

static bool add_facts(struct stretch *stretch, int64_t size, int64_t changed_ns)
{
    int64_t facts[] = {size, changed_ns};
    return buffer_append(&stretch->facts, facts, sizeof facts);
}

bool stretch_add_image(struct stretch *stretch, const char *path, int64_t size, int64_t changed_ns)
{
    return is_last_image(stretch, path) ||
           (buffer_append(&stretch->images, path, strlen(path) + 1) &&
            add_facts(stretch, size, changed_ns));
}

bool stretch_add_row(struct stretch *stretch, int64_t number, int64_t place,
                     const struct digest *fingerprint)
{
    if (stretch->row_count == stretch->row_room) {
        size_t room = stretch->row_room > 0 ? 2 * stretch->row_room : STRETCH_RECORDS;
        struct stretch_row *rows = realloc(stretch->rows, room * sizeof *rows);
        if (rows == NULL)
            return false;
        stretch->rows = rows;
        stretch->row_room = room;
    }
    stretch->rows[stretch->row_count++] = (struct stretch_row){number, place, *fingerprint};
    if (number < stretch->first_number)
        stretch->first_number = number;
    if (number > stretch->last_number)
        stretch->last_number = number;
    return true;
}

bool stretch_look_at_images(struct stretch *stretch)
{
    buffer_empty(&stretch->facts);
    const char *path = stretch->images.data;
    size_t left = stretch->images.length;
    while (left > 0) {
        size_t length = strnlen(path, left) + 1;
        struct stat facts;
        if (length > left || stat(path, &facts) != 0 ||
            !add_facts(stretch, facts.st_size, file_changed_ns(&facts)))
            return false;
        path += length;
        left -= length;
    }
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct stretch_row *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void add_bytes(struct digester *digester, const struct buffer *bytes)
{
    uint64_t length = bytes->length;
    digester_add(digester, &length, sizeof length);
    digester_add(digester, bytes->data, bytes->length);
}

struct digest stretch_digest(struct stretch *stretch)
{
    if (stretch->row_count > 0)
        qsort(stretch->rows, stretch->row_count, sizeof *stretch->rows, by_number);
    const int64_t numbers[] = {stretch->record, stretch->line,  stretch->records, stretch->lines,
                               stretch->bytes,  stretch->place, stretch->places};
    struct digester input = stretch->input; // a copy: it may go on
    struct digest input_digest = digester_end(&input);
    struct digester digester = digester_begin();
    // Another version may read records otherwise.
    digester_add_field(&digester, VQAGEN_VERSION);
    digester_add(&digester, numbers, sizeof numbers);
    digester_add(&digester, input_digest.bytes, DIGEST_BYTES);
    add_bytes(&digester, &stretch->ids);
    add_bytes(&digester, &stretch->images);
    add_bytes(&digester, &stretch->facts);
    digester_add(&digester, stretch->rows, stretch->row_count * sizeof *stretch->rows);
    return digester_end(&digester);
}
