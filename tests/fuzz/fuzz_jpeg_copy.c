// What is passed on must be what it was copied from: copied again it does not change, and it holds
// none of the segments that stay behind.
#include "fuzz.h"

#include "jpeg_copy.h"
#include "jpeg_header.h"

#include <string.h>

static void check(const struct buffer *once)
{
    struct buffer twice;
    buffer_init(&twice, 1 << 26);
    const unsigned char *bytes = (const unsigned char *)once->data;
    struct jpeg_header header;
    if (!jpeg_copy(bytes, once->length, &twice) || twice.length != once->length ||
        memcmp(twice.data, bytes, once->length) != 0 ||
        !jpeg_header_read(bytes, once->length, &header, NULL) || header.exif != NULL ||
        header.profile_parts > 0)
        __builtin_trap();
    buffer_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct buffer out;
    buffer_init(&out, 1 << 26);
    if (jpeg_copy(bytes, length, &out))
        check(&out);
    buffer_clear(&out);
    return 0;
}
