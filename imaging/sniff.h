// What a file is, by its first bytes, never by its name.
#ifndef VQAGEN_SNIFF_H
#define VQAGEN_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

enum picture_format {
    PICTURE_UNKNOWN,
    PICTURE_JPEG,
    PICTURE_PNG,
    PICTURE_GIF,
    PICTURE_BMP,
    PICTURE_PNM,
    PICTURE_TGA,
    PICTURE_PSD,
    PICTURE_WEBP,
    PICTURE_HEIC,
    PICTURE_AVIF,
    PICTURE_TIFF,
    // Recognised, to be named in an error, but not read.
    PICTURE_SVG,
    PICTURE_PDF,
    PICTURE_HTML,
    PICTURE_VIDEO,
};

enum { SNIFF_BYTES = 512 }; // enough of a file's beginning to tell

enum picture_format sniff_format(const void *bytes, size_t length);
const char *sniff_name(enum picture_format format); // "JPEG", "PNG", ..., "unknown"

// Whether vqagen reads pictures of this format.
bool sniff_readable(enum picture_format format);

#endif
