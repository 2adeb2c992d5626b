#include "jpeg_copy.h"

#include <stdint.h>
#include <string.h>

enum {
    SOF0 = 0xc0, // baseline
    SOF1 = 0xc1, // extended
    SOF2 = 0xc2, // progressive
    DHT = 0xc4,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    DQT = 0xdb,
    DRI = 0xdd,
    APP0 = 0xe0,
    APP14 = 0xee,
    APP15 = 0xef,
    COM = 0xfe,
};

enum {
    MAX_SCANS = 500,
    UNSEEN = -1, // no scan has coded this coefficient yet
};

struct component {
    unsigned id, across, down, quantization;
    signed char lowest_bit[64]; // of each coefficient, that scans have coded so far
};

struct copying {
    const unsigned char *bytes;
    size_t length, at;
    struct buffer *out;
    unsigned coding; // SOF0-SOF2; 0: no frame yet
    unsigned width, height;
    unsigned count; // of components
    struct component components[3];
    unsigned restart_interval;
    unsigned quantization_tables, dc_tables, ac_tables; // a bit for each that was defined
    unsigned scans;
    bool jfif, adobe;
    unsigned adobe_transform;
};

// A segment behind its marker and length.
struct segment {
    const unsigned char *body;
    size_t length;
};

static bool copy_segment(struct copying *copying, unsigned marker);
static bool is_complete(const struct copying *copying);

bool jpeg_copy(const unsigned char *bytes, size_t length, struct buffer *out)
{
    struct copying copying = {.bytes = bytes, .length = length, .at = 2, .out = out};
    if (length < 4 || bytes[0] != 0xff || bytes[1] != SOI ||
        buffer_reserve(out, length + 32) == NULL || !buffer_append(out, bytes, 2))
        return false;
    for (;;) {
        if (copying.at >= length || bytes[copying.at] != 0xff)
            return false;
        // Any number of fill bytes may stand before a marker.
        while (copying.at < length && bytes[copying.at] == 0xff)
            copying.at++;
        if (copying.at >= length)
            return false;
        unsigned marker = bytes[copying.at++];
        if (marker == EOI)
            break;
        if (!copy_segment(&copying, marker))
            return false;
    }
    return is_complete(&copying) && buffer_append(out, "\xff\xd9", 2);
}

static bool append_segment(struct copying *copying, unsigned marker, struct segment segment)
{
    size_t size = segment.length + 2;
    unsigned char head[4] = {0xff, (unsigned char)marker, (unsigned char)(size >> 8),
                             (unsigned char)size};
    return buffer_append(copying->out, head, sizeof head) &&
           buffer_append(copying->out, segment.body, segment.length);
}

static bool take_frame(struct copying *copying, unsigned marker, struct segment segment)
{
    const unsigned char *body = segment.body;
    if (copying->coding != 0 || segment.length < 6 || body[0] != 8)
        return false;
    copying->coding = marker;
    copying->height = (unsigned)body[1] << 8 | body[2];
    copying->width = (unsigned)body[3] << 8 | body[4];
    copying->count = body[5];
    if (copying->width == 0 || copying->height == 0 ||
        (copying->count != 1 && copying->count != 3) || segment.length != 6 + 3 * copying->count)
        return false;
    for (unsigned i = 0; i < copying->count; i++) {
        struct component *component = &copying->components[i];
        const unsigned char *given = body + 6 + 3 * i;
        *component = (struct component){.id = given[0],
                                        .across = given[1] >> 4,
                                        .down = given[1] & 15,
                                        .quantization = given[2]};
        memset(component->lowest_bit, UNSEEN, sizeof component->lowest_bit);
        for (unsigned j = 0; j < i; j++)
            if (copying->components[j].id == component->id)
                return false;
        bool chroma = i > 0;
        if (component->quantization > 3 || component->across == 0 || component->across == 3 ||
            component->across > 4 || component->down == 0 || component->down > 2 ||
            (chroma && (component->across != 1 || component->down != 1)))
            return false;
    }
    // A single component has no sampling to speak of.
    if (copying->count == 1)
        copying->components[0].across = copying->components[0].down = 1;
    return true;
}

static bool check_huffman(struct copying *copying, struct segment segment)
{
    while (segment.length > 0) {
        if (segment.length < 17 || (segment.body[0] & 0xec) != 0)
            return false;
        unsigned *defined =
            (segment.body[0] & 0x10) != 0 ? &copying->ac_tables : &copying->dc_tables;
        size_t codes = 0;
        for (int i = 1; i <= 16; i++)
            codes += segment.body[i];
        if (codes == 0 || codes > 256 || codes > segment.length - 17)
            return false;
        *defined |= 1u << (segment.body[0] & 3);
        segment.body += 17 + codes;
        segment.length -= 17 + codes;
    }
    return true;
}

static bool check_quantization(struct copying *copying, struct segment segment)
{
    while (segment.length > 0) {
        unsigned wide = segment.body[0] >> 4, number = segment.body[0] & 15;
        size_t size = wide == 0 ? 65 : 129;
        if (wide > 1 || number > 3 || segment.length < size)
            return false;
        copying->quantization_tables |= 1u << number;
        segment.body += size;
        segment.length -= size;
    }
    return true;
}

// JFIF: version, density; a thumbnail may follow, which is cut off.
static bool copy_jfif(struct copying *copying, struct segment segment)
{
    if (segment.length < 14 || memcmp(segment.body, "JFIF", 5) != 0 || copying->jfif)
        return true;
    copying->jfif = true;
    unsigned char plain[14];
    memcpy(plain, segment.body, sizeof plain);
    plain[12] = plain[13] = 0;
    return append_segment(copying, APP0, (struct segment){plain, sizeof plain});
}

static bool copy_adobe(struct copying *copying, struct segment segment)
{
    if (segment.length < 12 || memcmp(segment.body, "Adobe", 5) != 0 || copying->adobe)
        return true;
    copying->adobe = true;
    copying->adobe_transform = segment.body[11];
    return append_segment(copying, APP14, (struct segment){segment.body, 12});
}

static struct component *find_component(struct copying *copying, unsigned id)
{
    for (unsigned i = 0; i < copying->count; i++)
        if (copying->components[i].id == id)
            return &copying->components[i];
    return NULL;
}

// The part of the spectrum that a scan codes, and the bits of it.
struct scan {
    unsigned count;
    struct component *components[3];
    unsigned first, last, high, low;
};

static bool check_spectrum(const struct copying *copying, const struct scan *scan)
{
    if (copying->coding != SOF2)
        return scan->first == 0 && scan->last == 63 && scan->high == 0 && scan->low == 0;
    bool dc = scan->first == 0;
    return scan->last < 64 && scan->last >= scan->first && (!dc || scan->last == 0) &&
           (dc || scan->count == 1) && scan->low <= 13 &&
           (scan->high == 0 || scan->high == scan->low + 1);
}

// Each coefficient is coded once, and in a progressive picture refined bit by bit.
static bool advance(struct component *component, const struct scan *scan)
{
    for (unsigned k = scan->first; k <= scan->last; k++) {
        signed char expected = scan->high == 0 ? UNSEEN : (signed char)scan->high;
        if (component->lowest_bit[k] != expected ||
            (k > 0 && component->lowest_bit[0] == UNSEEN && scan->first > 0))
            return false;
        component->lowest_bit[k] = (signed char)scan->low;
    }
    return true;
}

static bool read_scan(struct copying *copying, struct segment segment, struct scan *scan)
{
    const unsigned char *body = segment.body;
    *scan = (struct scan){.count = segment.length > 0 ? body[0] : 0};
    if (copying->coding == 0 || scan->count == 0 || scan->count > copying->count ||
        segment.length != 4 + 2 * scan->count || ++copying->scans > MAX_SCANS)
        return false;
    const unsigned char *end = body + 1 + 2 * scan->count;
    scan->first = end[0];
    scan->last = end[1];
    scan->high = end[2] >> 4;
    scan->low = end[2] & 15;
    if (!check_spectrum(copying, scan))
        return false;
    for (unsigned i = 0; i < scan->count; i++) {
        struct component *component = find_component(copying, body[1 + 2 * i]);
        unsigned dc = body[2 + 2 * i] >> 4, ac = body[2 + 2 * i] & 15;
        bool needs_dc = scan->first == 0 && scan->high == 0, needs_ac = scan->last > 0;
        if (component == NULL || dc > 3 || ac > 3 ||
            (needs_dc && (copying->dc_tables >> dc & 1) == 0) ||
            (needs_ac && (copying->ac_tables >> ac & 1) == 0) ||
            (copying->quantization_tables >> component->quantization & 1) == 0 ||
            !advance(component, scan))
            return false;
        scan->components[i] = component;
    }
    return true;
}

static unsigned divide_up(unsigned a, unsigned b)
{
    return a / b + (a % b != 0);
}

// The units that a scan is coded in: whole blocks of its one component, or of all together.
static uint64_t count_units(const struct copying *copying, const struct scan *scan)
{
    unsigned across = copying->components[0].across, down = copying->components[0].down;
    if (scan->count > 1)
        return (uint64_t)divide_up(copying->width, 8 * across) *
               divide_up(copying->height, 8 * down);
    const struct component *component = scan->components[0];
    return (uint64_t)divide_up(divide_up(copying->width * component->across, across), 8) *
           divide_up(divide_up(copying->height * component->down, down), 8);
}

// Copies the coded data up to the next marker, which is left where it is.
static bool copy_data(struct copying *copying, const struct scan *scan)
{
    const unsigned char *bytes = copying->bytes;
    size_t start = copying->at;
    uint64_t units = count_units(copying, scan), restarts = 0;
    for (;;) {
        const unsigned char *next =
            memchr(bytes + copying->at, 0xff, copying->length - copying->at);
        if (next == NULL || (size_t)(next - bytes) + 1 >= copying->length)
            return false;
        copying->at = (size_t)(next - bytes) + 2;
        unsigned code = next[1];
        if (code == 0)
            continue;
        if (code < RST0 || code > RST7)
            break;
        if (copying->restart_interval == 0 || code != RST0 + restarts++ % 8)
            return false;
    }
    copying->at -= 2;
    size_t size = copying->at - start;
    uint64_t expected =
        copying->restart_interval > 0
            ? (units + copying->restart_interval - 1) / copying->restart_interval - 1
            : 0;
    // A block takes two bits and more, where no run of empty blocks is coded as one.
    bool enough = size > 0 && (copying->coding == SOF2 || size >= units * scan->count / 4);
    return enough && restarts == expected && buffer_append(copying->out, bytes + start, size);
}

static bool copy_segment(struct copying *copying, unsigned marker)
{
    size_t left = copying->length - copying->at;
    const unsigned char *at = copying->bytes + copying->at;
    size_t size = left >= 2 ? (size_t)at[0] << 8 | at[1] : 0;
    if (size < 2 || size > left)
        return false;
    struct segment segment = {at + 2, size - 2};
    copying->at += size;
    struct scan scan;
    switch (marker) {
    case SOF0:
    case SOF1:
    case SOF2:
        return take_frame(copying, marker, segment) && append_segment(copying, marker, segment);
    case DHT:
        return check_huffman(copying, segment) && append_segment(copying, marker, segment);
    case DQT:
        return check_quantization(copying, segment) && append_segment(copying, marker, segment);
    case DRI:
        if (segment.length != 2)
            return false;
        copying->restart_interval = (unsigned)segment.body[0] << 8 | segment.body[1];
        return append_segment(copying, marker, segment);
    case SOS:
        return read_scan(copying, segment, &scan) && append_segment(copying, marker, segment) &&
               copy_data(copying, &scan);
    case APP0:
        return copy_jfif(copying, segment);
    case APP14:
        return copy_adobe(copying, segment);
    default:
        return marker == COM || (marker > APP0 && marker <= APP15);
    }
}

// Whether three components are Y, Cb and Cr, as libjpeg decides it.
static bool is_ycbcr(const struct copying *copying)
{
    const struct component *components = copying->components;
    if (copying->jfif)
        return true;
    if (copying->adobe)
        return copying->adobe_transform == 1;
    return components[0].id != 'R' || components[1].id != 'G' || components[2].id != 'B';
}

static bool is_complete(const struct copying *copying)
{
    for (unsigned i = 0; i < copying->count; i++)
        for (unsigned k = 0; k < 64; k++)
            if (copying->components[i].lowest_bit[k] != 0)
                return false;
    return copying->coding != 0 && (copying->count == 1 || is_ycbcr(copying));
}
