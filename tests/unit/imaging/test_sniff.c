#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sniff.h"

static const struct {
    const char *bytes;
    size_t length;
    enum picture_format format;
} files[] = {
#define FILE_OF(text, format)                                                                      \
    {                                                                                              \
        text, sizeof(text) - 1, format                                                             \
    }
    FILE_OF("", PICTURE_UNKNOWN),
    FILE_OF("\xff", PICTURE_UNKNOWN),
    FILE_OF("\xff\xd8\xff\xe0", PICTURE_JPEG),
    FILE_OF("\r\n\r\n\xff\xd8\xff\xe0", PICTURE_JPEG),
    FILE_OF("\r\n\r\n\xff\xd8\xff\x20", PICTURE_UNKNOWN),
    FILE_OF("\x89PNG\r\n\x1a\n", PICTURE_PNG),
    FILE_OF("\x89PNG\n\n", PICTURE_UNKNOWN),
    FILE_OF("GIF87a", PICTURE_GIF),
    FILE_OF("GIF89a", PICTURE_GIF),
    FILE_OF("BM\1\0\0\0\0\0\0\0\66\0\0\0\x28\0\0\0", PICTURE_BMP),
    FILE_OF("BM is a company of note", PICTURE_UNKNOWN),
    FILE_OF("P6\n1 1\n255\n", PICTURE_PNM),
    FILE_OF("P1#", PICTURE_PNM),
    FILE_OF("P9\n", PICTURE_UNKNOWN),
    FILE_OF("Pn\n", PICTURE_UNKNOWN),
    FILE_OF("\0\0\2\0\0\0\0\0\0\0\0\0\2\0\2\0\x18\0", PICTURE_TGA),
    FILE_OF("\0\1\1\0\0\0\1\x18\0\0\0\0\2\0\2\0\x08\0", PICTURE_TGA),
    FILE_OF("\0\0\2\0\0\0\0\0\0\0\0\0\0\0\2\0\x18\0", PICTURE_UNKNOWN),
    FILE_OF("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", PICTURE_UNKNOWN),
    FILE_OF("8BPS\0\1\0\0\0\0\0\0", PICTURE_PSD),
    FILE_OF("RIFF\0\0\0\0WEBPVP8 ", PICTURE_WEBP),
    FILE_OF("RIFF\0\0\0\0WAVEfmt ", PICTURE_UNKNOWN),
    FILE_OF("RIFF\0\0\0\0AVI LIST", PICTURE_VIDEO),
    FILE_OF("\0\0\0\x18"
            "ftypheic\0\0\0\0mif1heic",
            PICTURE_HEIC),
    FILE_OF("\0\0\0\x18"
            "ftypmif1\0\0\0\0mif1heic",
            PICTURE_HEIC),
    FILE_OF("\0\0\0\x1c"
            "ftypmif1\0\0\0\0mif1avifmiaf",
            PICTURE_AVIF),
    FILE_OF("\0\0\0\x1c"
            "ftypavif\0\0\0\0mif1avifmiaf",
            PICTURE_AVIF),
    FILE_OF("\0\0\0\x14"
            "ftypisom\0\0\2\0isom",
            PICTURE_VIDEO),
    FILE_OF("\0\0\0\x14"
            "ftypqt  \0\0\2\0qt  ",
            PICTURE_VIDEO),
    FILE_OF("\0\0\0\x14"
            "ftypcrx \0\0\2\0isom",
            PICTURE_UNKNOWN),
    FILE_OF("\0\0\0\x14"
            "ftyp",
            PICTURE_VIDEO),
    FILE_OF("\x1a\x45\xdf\xa3", PICTURE_VIDEO),
    FILE_OF("II*\0\10\0\0\0", PICTURE_TIFF),
    FILE_OF("MM\0*\0\0\0\10", PICTURE_TIFF),
    FILE_OF("%PDF-1.7", PICTURE_PDF),
    FILE_OF("\n%PDF-1.7", PICTURE_PDF),
    FILE_OF("<svg xmlns='x'>", PICTURE_SVG),
    FILE_OF("<?xml version='1.0'?>\n<!-- a -->\n<svg>", PICTURE_SVG),
    FILE_OF("\xef\xbb\xbf <!DOCTYPE HTML>", PICTURE_HTML),
    FILE_OF("<HTML><body><svg></svg>", PICTURE_HTML),
    FILE_OF("\n\n <head>", PICTURE_HTML),
    FILE_OF("<?xml version='1.0'?><Error>AccessDenied</Error>", PICTURE_UNKNOWN),
    FILE_OF("see <html> for more", PICTURE_UNKNOWN),
    FILE_OF("Not Found", PICTURE_UNKNOWN),
};

static void names_each_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        enum picture_format format = sniff_format(files[i].bytes, files[i].length);
        if (format != files[i].format)
            fail_msg("file %zu (%.20s) is %s, expected %s", i, files[i].bytes, sniff_name(format),
                     sniff_name(files[i].format));
    }
}

// Whatever is cut off, nothing beyond the end is looked at (ASan watches).
static void looks_at_no_byte_beyond(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        for (size_t length = 0; length <= files[i].length; length++) {
            char *exact = test_malloc(length + (length == 0));
            memcpy(exact, files[i].bytes, length);
            assert_in_range(sniff_format(exact, length), PICTURE_UNKNOWN, PICTURE_VIDEO);
            test_free(exact);
        }
    }
}

static void finds_transport_streams(void **state)
{
    (void)state;
    char stream[512] = {0};
    stream[0] = stream[188] = stream[376] = 0x47;
    assert_int_equal(sniff_format(stream, sizeof stream), PICTURE_VIDEO);
    stream[188] = 0;
    assert_int_equal(sniff_format(stream, sizeof stream), PICTURE_UNKNOWN);
}

static void tells_what_is_readable(void **state)
{
    (void)state;
    for (int format = PICTURE_UNKNOWN; format <= PICTURE_VIDEO; format++) {
        bool expected = format >= PICTURE_JPEG && format <= PICTURE_TIFF;
        assert_int_equal(sniff_readable((enum picture_format)format), expected);
        assert_non_null(sniff_name((enum picture_format)format));
    }
    assert_string_equal(sniff_name(PICTURE_WEBP), "WebP");
    assert_string_equal(sniff_name(PICTURE_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_each_file),
        cmocka_unit_test(looks_at_no_byte_beyond),
        cmocka_unit_test(finds_transport_streams),
        cmocka_unit_test(tells_what_is_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
