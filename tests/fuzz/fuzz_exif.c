// The orientation out of an EXIF block, and where JPEG and PNG carry one.
#include "fuzz.h"

#include "exif.h"
#include "jpeg_header.h"
#include "png_colours.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    int orientation = exif_orientation(bytes, length);
    if (orientation < 1 || orientation > 8)
        __builtin_trap();
    struct jpeg_header header;
    struct buffer profile;
    buffer_init(&profile, 1 << 24);
    if (jpeg_header_read(bytes, length, &header, NULL))
        jpeg_header_profile(&header, &profile);
    buffer_clear(&profile);
    size_t size;
    const unsigned char *chunk = png_find_chunk(bytes, length, "eXIf", &size);
    if (chunk != NULL)
        exif_orientation(chunk, size);
    return 0;
}
