#include "payload.h"

#include "base64.h"

#include <stdlib.h>

// OpenAI's limit for a whole request, the largest of all (guide "Images and vision").
static const size_t max_jpeg_bytes = (size_t)512 << 20;

struct payload *payload_new(const void *jpeg, size_t length, unsigned width, unsigned height,
                            struct error *why)
{
    if (length > max_jpeg_bytes) {
        error_set(why, ERR_TOO_LARGE, "a JPEG of %zu bytes is larger than any endpoint takes",
                  length);
        return NULL;
    }
    struct buffer text;
    buffer_init(&text, base64_length(length));
    if (!base64_encode(jpeg, length, &text)) {
        buffer_check(&text, "the base64 of an image", why);
        buffer_clear(&text);
        return NULL;
    }
    struct payload *payload = calloc(1, sizeof *payload);
    size_t encoded = text.length;
    char *base64 = buffer_take(&text);
    if (payload == NULL || base64 == NULL) {
        free(payload);
        free(base64);
        error_set(why, ERR_MEMORY, "no memory for the base64 of an image (%zu bytes)", length);
        return NULL;
    }
    payload->base64 = base64;
    payload->length = encoded;
    payload->users = 1;
    payload->width = width;
    payload->height = height;
    return payload;
}

struct payload *payload_hold(struct payload *payload)
{
    payload->users++;
    return payload;
}

void payload_drop(struct payload *payload)
{
    if (payload == NULL || --payload->users > 0)
        return;
    free(payload->base64);
    free(payload);
}
