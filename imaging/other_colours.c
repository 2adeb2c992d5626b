#include "other_colours.h"

#include <string.h>

struct profile {
    const unsigned char *bytes; // NULL: none
    size_t length;
};

static struct profile find_in_psd(const unsigned char *bytes, size_t length);
static struct profile find_in_bmp(const unsigned char *bytes, size_t length);

struct colours *other_colours(const unsigned char *bytes, size_t length, bool grey)
{
    struct profile profile = {0};
    if (length > 4 && memcmp(bytes, "8BPS", 4) == 0)
        profile = find_in_psd(bytes, length);
    else if (length > 2 && memcmp(bytes, "BM", 2) == 0)
        profile = find_in_bmp(bytes, length);
    if (profile.bytes == NULL)
        return NULL;
    return colours_from_profile(profile.bytes, profile.length, grey ? COLOURS_GREY : COLOURS_RGB);
}

static uint32_t big_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t little_number(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// Adobe's "Photoshop File Formats": behind the header of 26 bytes stand the palette and then the
// resources, each section with its length in front. A resource is "8BIM", its number, a name with
// its length in a byte, its length, and its bytes; name and bytes fill whole 16-bit words.
static struct profile find_in_psd(const unsigned char *bytes, size_t length)
{
    enum { HEADER = 26, ICC_PROFILE = 1039 };
    size_t at = HEADER, end = length;
    for (int section = 0; section < 2; section++) {
        if (at > length || length - at < 4)
            return (struct profile){0};
        size_t size = big_number(bytes + at);
        at += 4;
        if (section == 1)
            end = size < length - at ? at + size : length;
        else
            at = size <= length - at ? at + size : length;
    }
    while (end - at >= 12 && memcmp(bytes + at, "8BIM", 4) == 0) {
        unsigned number = (unsigned)bytes[at + 4] << 8 | bytes[at + 5];
        size_t name = ((size_t)bytes[at + 6] + 2) / 2 * 2;
        at += 6;
        if (end - at < name + 4)
            break;
        size_t size = big_number(bytes + at + name);
        at += name + 4;
        if (size > end - at)
            break;
        if (number == ICC_PROFILE)
            return (struct profile){bytes + at, size};
        size += size % 2;
        at = size <= end - at ? at + size : end;
    }
    return (struct profile){0};
}

// Microsoft's BITMAPV5HEADER, which follows a header of 14 bytes: the kind of colour space, and
// where the profile stands, counted from the header's own beginning.
static struct profile find_in_bmp(const unsigned char *bytes, size_t length)
{
    enum { HEADER = 14, VERSION_5 = 124, KIND = 56, PLACE = 112, SIZE = 116 };
    if (length < HEADER + VERSION_5 || little_number(bytes + HEADER) < VERSION_5 ||
        memcmp(bytes + HEADER + KIND, "DEBM", 4) != 0) // "MBED", the lowest byte first
        return (struct profile){0};
    uint64_t place = (uint64_t)HEADER + little_number(bytes + HEADER + PLACE);
    uint64_t size = little_number(bytes + HEADER + SIZE);
    if (size == 0 || place > length || size > length - place)
        return (struct profile){0};
    return (struct profile){bytes + place, (size_t)size};
}
