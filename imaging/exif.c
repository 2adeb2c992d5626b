#include "exif.h"

#include "memory.h"

#include <libexif/exif-data.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int read_orientation(ExifData *exif);

// A JPEG cannot hold more; the orientation is in the first directory, near the beginning.
enum { MAX_BLOCK = 65536 };

static void *allocate(ExifLong size)
{
    return memory_noted(calloc(1, size)); // libexif counts on zeros
}

static void *reallocate(void *old, ExifLong size)
{
    return memory_noted(realloc(old, size));
}

int exif_orientation(const unsigned char *bytes, size_t length)
{
    static const char signature[6] = "Exif\0";
    if (length < 8)
        return 1;
    if (length > MAX_BLOCK)
        length = MAX_BLOCK;
    // libexif wants the signature that JPEG puts in front; PNG and most WebP files lack it.
    bool bare = memcmp(bytes, signature, sizeof signature) != 0;
    size_t front = bare ? sizeof signature : 0;
    // A picture that lies on its side for want of memory would be another picture.
    unsigned char *block = memory_noted(malloc(front + length));
    ExifMem *memory = memory_noted(exif_mem_new(allocate, reallocate, free));
    ExifData *exif = memory != NULL ? memory_noted(exif_data_new_mem(memory)) : NULL;
    int orientation = 1;
    if (block != NULL && exif != NULL) {
        memcpy(block, signature, front);
        memcpy(block + front, bytes, length);
        // Otherwise libexif adds and changes entries to please the specification.
        exif_data_unset_option(exif, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
        exif_data_load_data(exif, block, (unsigned)(front + length));
        orientation = read_orientation(exif);
    }
    exif_data_unref(exif);
    exif_mem_unref(memory);
    free(block);
    return orientation;
}

static int read_orientation(ExifData *exif)
{
    ExifEntry *entry = exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry == NULL || entry->components < 1 || entry->data == NULL)
        return 1;
    ExifByteOrder order = exif_data_get_byte_order(exif);
    unsigned value = 1;
    if (entry->format == EXIF_FORMAT_SHORT && entry->size >= 2)
        value = exif_get_short(entry->data, order);
    else if (entry->format == EXIF_FORMAT_LONG && entry->size >= 4)
        value = exif_get_long(entry->data, order);
    else if (entry->format == EXIF_FORMAT_BYTE && entry->size >= 1)
        value = entry->data[0];
    return value >= 1 && value <= 8 ? (int)value : 1;
}
