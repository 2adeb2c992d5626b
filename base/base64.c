#include "base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

size_t base64_length(size_t length)
{
    return (length + 2) / 3 * 4;
}

bool base64_encode(const void *bytes, size_t length, struct buffer *out)
{
    size_t encoded = base64_length(length);
    if (length > INT_MAX / 2) {
        out->failed = true;
        return false;
    }
    char *end = buffer_reserve(out, encoded);
    if (end == NULL)
        return false;
    EVP_EncodeBlock((unsigned char *)end, bytes, (int)length);
    end[encoded] = '\0';
    out->length += encoded;
    return true;
}

// The character's place in the standard alphabet: 0-63, or -1 for blanks and padding, -2 for
// others.
static int alphabet_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t')
        return -1;
    return -2;
}

bool base64_decode(const char *text, size_t length, struct buffer *out, struct error *why)
{
    char *end = buffer_reserve(out, length / 4 * 3 + 3);
    if (end == NULL)
        return buffer_check(out, "decoded base64", why);
    size_t written = 0, digits = 0;
    unsigned held = 0;
    size_t i = 0;
    for (; i < length && text[i] != '='; i++) {
        int value = alphabet_value((unsigned char)text[i]);
        if (value == -1)
            continue;
        if (value < 0)
            return error_set(why, ERR_RECORD,
                             "not base64: byte 0x%02x at position %zu is outside the alphabet",
                             (unsigned char)text[i], i);
        held = held << 6 | (unsigned)value;
        if (++digits % 4 == 0) {
            end[written++] = (char)(held >> 16);
            end[written++] = (char)(held >> 8);
            end[written++] = (char)held;
        }
    }
    for (; i < length; i++)
        if (text[i] != '=' && alphabet_value((unsigned char)text[i]) != -1)
            return error_set(why, ERR_RECORD, "not base64: text after the padding, at position %zu",
                             i);
    if (digits % 4 == 1)
        return error_set(why, ERR_RECORD, "not base64: %zu characters, cut in the middle", digits);
    if (digits % 4 >= 2)
        end[written++] = (char)(held >> (digits % 4 == 2 ? 4 : 10));
    if (digits % 4 == 3)
        end[written++] = (char)(held >> 2);
    end[written] = '\0';
    out->length += written;
    return true;
}
