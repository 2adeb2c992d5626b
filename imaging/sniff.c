#include "sniff.h"

#include <string.h>
#include <strings.h>

struct bytes {
    const unsigned char *at;
    size_t length;
};

static bool begins(struct bytes file, size_t offset, const char *text, size_t length);
static enum picture_format sniff_container(struct bytes file);
static enum picture_format sniff_brand(struct bytes file);
static enum picture_format sniff_markup(struct bytes file);
static bool is_bmp(struct bytes file);
static bool is_pnm(struct bytes file);
static bool is_tga(struct bytes file);
static bool holds_jpeg(struct bytes file);

static const struct {
    const char *text;
    size_t length;
    enum picture_format format;
} magics[] = {
    {"\xff\xd8\xff", 3, PICTURE_JPEG},
    {"\x89PNG\r\n\x1a\n", 8, PICTURE_PNG},
    {"GIF87a", 6, PICTURE_GIF},
    {"GIF89a", 6, PICTURE_GIF},
    {"8BPS\0\1", 6, PICTURE_PSD},
    {"II*\0", 4, PICTURE_TIFF},
    {"MM\0*", 4, PICTURE_TIFF},
    {"II+\0", 4, PICTURE_TIFF},
    {"MM\0+", 4, PICTURE_TIFF},
    {"%PDF-", 5, PICTURE_PDF},
    {"\x1a\x45\xdf\xa3", 4, PICTURE_VIDEO}, // Matroska, WebM
    {"\0\0\1\xba", 4, PICTURE_VIDEO},       // MPEG programme stream
    {"\0\0\1\xb3", 4, PICTURE_VIDEO},       // MPEG video
    {"FLV\1", 4, PICTURE_VIDEO},
    {"OggS", 4, PICTURE_VIDEO},
    {"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8, PICTURE_VIDEO}, // Windows Media
};

static const struct {
    const char *name;
    bool readable;
} formats[] = {
    [PICTURE_UNKNOWN] = {"unknown", false}, [PICTURE_JPEG] = {"JPEG", true},
    [PICTURE_PNG] = {"PNG", true},          [PICTURE_GIF] = {"GIF", true},
    [PICTURE_BMP] = {"BMP", true},          [PICTURE_PNM] = {"PNM", true},
    [PICTURE_TGA] = {"TGA", true},          [PICTURE_PSD] = {"PSD", true},
    [PICTURE_WEBP] = {"WebP", true},        [PICTURE_HEIC] = {"HEIC", true},
    [PICTURE_AVIF] = {"AVIF", true},        [PICTURE_TIFF] = {"TIFF", true},
    [PICTURE_SVG] = {"SVG", false},         [PICTURE_PDF] = {"PDF", false},
    [PICTURE_HTML] = {"HTML", false},       [PICTURE_VIDEO] = {"video", false},
};

enum picture_format sniff_format(const void *bytes, size_t length)
{
    struct bytes file = {bytes, length < SNIFF_BYTES ? length : SNIFF_BYTES};
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (begins(file, 0, magics[i].text, magics[i].length))
            return magics[i].format;
    enum picture_format format = sniff_container(file);
    if (format == PICTURE_UNKNOWN && is_bmp(file))
        format = PICTURE_BMP;
    if (format == PICTURE_UNKNOWN && is_pnm(file))
        format = PICTURE_PNM;
    if (format == PICTURE_UNKNOWN)
        format = sniff_markup(file);
    if (format == PICTURE_UNKNOWN && holds_jpeg(file))
        format = PICTURE_JPEG;
    // Last, for TGA has no magic: its header is only checked for being possible.
    if (format == PICTURE_UNKNOWN && is_tga(file))
        format = PICTURE_TGA;
    return format;
}

const char *sniff_name(enum picture_format format)
{
    return formats[format].name;
}

bool sniff_readable(enum picture_format format)
{
    return formats[format].readable;
}

static bool begins(struct bytes file, size_t offset, const char *text, size_t length)
{
    return file.length >= length && offset <= file.length - length &&
           memcmp(file.at + offset, text, length) == 0;
}

static enum picture_format sniff_container(struct bytes file)
{
    if (begins(file, 0, "RIFF", 4)) {
        if (begins(file, 8, "WEBP", 4))
            return PICTURE_WEBP;
        return begins(file, 8, "AVI ", 4) ? PICTURE_VIDEO : PICTURE_UNKNOWN;
    }
    if (begins(file, 4, "ftyp", 4))
        return sniff_brand(file);
    if (begins(file, 4, "moov", 4) || begins(file, 4, "mdat", 4) || begins(file, 4, "wide", 4))
        return PICTURE_VIDEO; // QuickTime from before there were brands
    if (file.length > 376 && file.at[0] == 0x47 && file.at[188] == 0x47 && file.at[376] == 0x47)
        return PICTURE_VIDEO; // MPEG transport stream: packets of 188 bytes
    return PICTURE_UNKNOWN;
}

// The brands of an ISO base media file: the major one at 8, compatible ones from 16. "mif1" and
// "msf1" only say that it holds pictures; a compatible brand then says how they are coded.
static enum picture_format sniff_brand(struct bytes file)
{
    static const char *const heic[] = {"heic", "heix", "hevc", "hevx",
                                       "heim", "heis", "hevm", "hevs"};
    size_t box = file.length >= 8 ? (size_t)file.at[2] << 8 | file.at[3] : 0;
    size_t end = box < file.length ? box : file.length;
    for (size_t at = 8; at + 4 <= end || at == 8; at += at == 8 ? 8 : 4) {
        if (begins(file, at, "avif", 4) || begins(file, at, "avis", 4))
            return PICTURE_AVIF;
        for (size_t i = 0; i < sizeof heic / sizeof heic[0]; i++)
            if (begins(file, at, heic[i], 4))
                return PICTURE_HEIC;
    }
    if (begins(file, 8, "mif1", 4) || begins(file, 8, "msf1", 4))
        return PICTURE_HEIC;
    // Canon's raw pictures use the same container.
    return begins(file, 8, "crx ", 4) ? PICTURE_UNKNOWN : PICTURE_VIDEO;
}

static bool holds_tag(struct bytes file, size_t from, const char *tag)
{
    size_t length = strlen(tag);
    for (size_t at = from; at + length <= file.length; at++)
        if (strncasecmp((const char *)file.at + at, tag, length) == 0)
            return true;
    return false;
}

static enum picture_format sniff_markup(struct bytes file)
{
    static const char *const html[] = {"<!doctype html", "<html", "<head",  "<body",
                                       "<script",        "<meta", "<title", "<style"};
    size_t at = begins(file, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (at < file.length && memchr(" \t\r\n\f", file.at[at], 5) != NULL)
        at++;
    if (begins(file, at, "%PDF-", 5))
        return PICTURE_PDF;
    if (!begins(file, at, "<", 1))
        return PICTURE_UNKNOWN;
    // An HTML page may hold drawings, and a drawing never holds a page's first tags: HTML first.
    for (size_t i = 0; i < sizeof html / sizeof html[0]; i++)
        if (holds_tag(file, at, html[i]))
            return PICTURE_HTML;
    return holds_tag(file, at, "<svg") || holds_tag(file, at, "<!doctype svg") ? PICTURE_SVG
                                                                               : PICTURE_UNKNOWN;
}

static bool is_bmp(struct bytes file)
{
    static const unsigned char header_sizes[] = {12, 40, 52, 56, 64, 108, 124};
    return begins(file, 0, "BM", 2) && file.length >= 18 &&
           memchr(header_sizes, file.at[14], sizeof header_sizes) != NULL &&
           begins(file, 15, "\0\0\0", 3);
}

static bool is_pnm(struct bytes file)
{
    return file.length >= 3 && file.at[0] == 'P' && file.at[1] >= '1' && file.at[1] <= '7' &&
           memchr(" \t\r\n#", file.at[2], 5) != NULL;
}

// Every field of a TGA header has few possible values; text and zeros do not pass.
static bool is_tga(struct bytes file)
{
    const unsigned char *h = file.at;
    if (file.length < 18 || h[1] > 1 || (h[17] & 0xc0) != 0)
        return false;
    bool mapped = h[2] == 1 || h[2] == 9;
    bool plain = h[2] == 2 || h[2] == 3 || h[2] == 10 || h[2] == 11;
    if (mapped &&
        (h[1] != 1 || memchr("\x0f\x10\x18\x20", h[7], 4) == NULL || (h[5] == 0 && h[6] == 0)))
        return false;
    if (!mapped && (!plain || (h[1] == 0 && !begins(file, 3, "\0\0\0\0\0", 5))))
        return false;
    return (h[12] | h[13]) != 0 && (h[14] | h[15]) != 0 &&
           memchr("\x08\x0f\x10\x18\x20", h[16], 5) != NULL;
}

// Some writers leave bytes before the first marker. A marker that may follow SOI must be there, so
// that three chance bytes do not pass.
static bool holds_jpeg(struct bytes file)
{
    for (size_t at = 0; at + 4 <= file.length; at++)
        if (begins(file, at, "\xff\xd8\xff", 3) &&
            (file.at[at + 3] >= 0xdb || (file.at[at + 3] >= 0xc0 && file.at[at + 3] <= 0xc4)))
            return true;
    return false;
}
