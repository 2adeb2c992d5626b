#include "unread.h"

#include <stdio.h>
#include <string.h>

static bool explain_unknown(const unsigned char *bytes, size_t length, struct error *why);

bool unread_explain(enum picture_format format, const unsigned char *bytes, size_t length,
                    struct error *why)
{
    switch (format) {
    case PICTURE_HTML:
        return error_set(why, ERR_IMAGE,
                         "this is an HTML page, not a picture: whoever downloaded it was probably "
                         "shown an error page; download it again");
    case PICTURE_VIDEO:
        return error_set(why, ERR_IMAGE,
                         "this is a video, not a picture: extract a frame as JPEG or PNG");
    case PICTURE_PDF:
        return error_set(why, ERR_IMAGE,
                         "this is a PDF document, not a picture: render its pages as PNG");
    case PICTURE_SVG:
        return error_set(why, ERR_IMAGE,
                         "this is an SVG drawing, which is not read: render it as PNG");
    case PICTURE_UNKNOWN:
        return explain_unknown(bytes, length, why);
    default:
        return error_set(why, ERR_IMAGE,
                         "this is a %s picture, which is not read: convert it to JPEG or PNG",
                         sniff_name(format));
    }
}

#define RAW "a camera's raw picture, which is not read: convert it to JPEG or PNG"

// Files that folders of pictures are known to hold and that have no format of their own here.
static const struct {
    const char *text;
    size_t length;
    const char *what;
} strangers[] = {
    {"\xff\x0a", 2, "a JPEG XL picture, which is not read: convert it to JPEG or PNG"},
    {"\0\0\0\x0cJXL ", 8, "a JPEG XL picture, which is not read: convert it to JPEG or PNG"},
    {"\0\0\0\x0cjP  ", 8, "a JPEG 2000 picture, which is not read: convert it to JPEG or PNG"},
    {"\xff\x4f\xff\x51", 4, "a JPEG 2000 picture, which is not read: convert it to JPEG or PNG"},
    {"II\xbc\1", 4, "a JPEG XR picture, which is not read: convert it to JPEG or PNG"},
    {"8BPS\0\2", 6, "a PSB picture, which is not read: convert it to PNG"},
    {"v/1\1", 4, "an OpenEXR picture, which is not read: convert it to PNG"},
    {"#?RADIANCE", 10, "a Radiance picture, which is not read: convert it to PNG"},
    {"DDS |", 5, "a DDS texture, which is not read: convert it to PNG"},
    {"gimp xcf", 8, "a GIMP project, which is not read: export it as PNG"},
    {"\0\0\1\0", 4, "an icon (ICO), which is not read: convert it to PNG"},
    {"qoif", 4, "a QOI picture, which is not read: convert it to PNG"},
    {"FUJIFILMCCD-RAW", 15, RAW},
    {"IIRO", 4, RAW},
    {"IIRS", 4, RAW},
    {"IIU\0", 4, RAW},
    {"FOVb", 4, RAW},
    {"\0\0\0\x18"
     "ftypcrx ",
     12, RAW},
    {"%!PS", 4, "a PostScript document, not a picture: render it as PNG"},
    {"\xc5\xd0\xd3\xc6", 4, "a PostScript document, not a picture: render it as PNG"},
    {"\xd7\xcd\xc6\x9a", 4, "a Windows metafile, which is not read: render it as PNG"},
    {"<?xml", 5, "XML text, not a picture"},
    {"version https://git-lfs", 23, "a Git LFS pointer, not a picture: run `git lfs pull`"},
    {"PK\3\4", 4, "a ZIP archive, not a picture: unpack it"},
    {"Rar!\x1a\7", 6, "a RAR archive, not a picture: unpack it"},
    {"7z\xbc\xaf\x27\x1c", 6, "a 7z archive, not a picture: unpack it"},
    {"\x1f\x8b", 2, "a gzip file, not a picture: unpack it"},
    {"{", 1, "JSON text, not a picture"},
};

static bool explain_unknown(const unsigned char *bytes, size_t length, struct error *why)
{
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (length >= strangers[i].length &&
            memcmp(bytes, strangers[i].text, strangers[i].length) == 0)
            return error_set(why, ERR_IMAGE, "this is %s", strangers[i].what);
    bool zeros = true;
    for (size_t i = 0; i < length && zeros; i++)
        zeros = bytes[i] == 0;
    if (zeros)
        return error_set(why, ERR_IMAGE,
                         "all its %zu bytes are zero: copying or downloading it was interrupted",
                         length);
    char shown[3 * 8 + 1] = "", text[8 + 1] = "";
    for (size_t i = 0; i < length && i < 8; i++) {
        snprintf(shown + 3 * i, 4, " %02x", bytes[i]);
        text[i] = bytes[i] >= ' ' && bytes[i] < 127 ? (char)bytes[i] : '.';
    }
    return error_set(why, ERR_IMAGE, "not a picture of a known format: it begins with%s (%s)",
                     shown, text);
}
