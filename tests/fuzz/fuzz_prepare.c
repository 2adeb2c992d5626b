// Every decoder through image_prepare. The first byte chooses the limits.
#include "fuzz.h"

#include "prepare.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return 0;
    struct image_limits limits = image_limits_default();
    limits.max_pixels = 1 << 18;
    limits.max_side_px = (bytes[0] & 1) != 0 ? 64 : 2048;
    limits.accept_damaged = (bytes[0] & 2) != 0;
    limits.encode_all = (bytes[0] & 4) != 0;
    limits.verify = (bytes[0] & 8) != 0;
    bytes++;
    length--;
    struct prepared_image image;
    struct error why = {0};
    image_memory(bytes, length, &limits);
    if (image_prepare(bytes, length, &limits, &image, &why)) {
        if (image.width == 0 || image.height == 0 || image.jpeg.length < 100 ||
            image.width > limits.max_side_px || image.height > limits.max_side_px ||
            memcmp(image.jpeg.data, "\xff\xd8\xff", 3) != 0)
            __builtin_trap();
        prepared_image_clear(&image);
    } else if (why.kind == ERR_NONE || image.jpeg.data != NULL) {
        __builtin_trap();
    }
    return 0;
}
