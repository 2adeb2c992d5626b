// What holds for the readers of all formats alike.
#include "make_modern.h"
#include "make_other.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <webp/encode.h>

enum { W = 48, H = 32 };

static struct file make_webp(const unsigned char *pixels, bool lossless)
{
    unsigned char *bytes = NULL;
    size_t length = lossless ? WebPEncodeLosslessRGB(pixels, W, H, W * 3, &bytes)
                             : WebPEncodeRGB(pixels, W, H, W * 3, 90, &bytes);
    struct file file = {0};
    file_add(&file, bytes, length);
    WebPFree(bytes);
    return file;
}

static struct file make_pnm(const unsigned char *pixels)
{
    char head[40];
    struct file file = {0};
    file_add(&file, head, (size_t)snprintf(head, sizeof head, "P6\n%d %d\n255\n", W, H));
    file_add(&file, pixels, (size_t)W * H * 3);
    return file;
}

static const struct tiff_kind tiff = {
    "TIFF", PHOTOMETRIC_RGB, 8, COMPRESSION_LZW, PLANARCONFIG_CONTIG, false, false, false, 0};

// A file of each format, and of each way that a format is read.
enum kind {
    JPEG,
    JPEG_PROGRESSIVE,
    JPEG_INKS,
    PNG,
    PNG_INTERLACED,
    GIF,
    BMP,
    BMP_RUNS,
    TGA,
    TGA_RUNS,
    PSD,
    PNM,
    WEBP,
    WEBP_LOSSLESS,
    TIFF_STRIPS,
    TIFF_TILES,
    HEIC,
    AVIF,
    KINDS
};

static const enum picture_format formats[KINDS] = {
    PICTURE_JPEG, PICTURE_JPEG, PICTURE_JPEG, PICTURE_PNG,  PICTURE_PNG,  PICTURE_GIF,
    PICTURE_BMP,  PICTURE_BMP,  PICTURE_TGA,  PICTURE_TGA,  PICTURE_PSD,  PICTURE_PNM,
    PICTURE_WEBP, PICTURE_WEBP, PICTURE_TIFF, PICTURE_TIFF, PICTURE_HEIC, PICTURE_AVIF};

static struct file make(enum kind kind)
{
    unsigned char *pixels = make_quarters(W, H), *inks = calloc(W * H, 4);
    struct spng_ihdr interlaced = {W, H, 8, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 1};
    struct tiff_kind tiles = tiff;
    tiles.tiled = true;
    struct file file = {0};
    switch (kind) {
    case JPEG:
    case JPEG_PROGRESSIVE:
        file =
            encode_jpeg(pixels, W, H, TJPF_RGB, TJSAMP_420, kind == JPEG ? 0 : TJFLAG_PROGRESSIVE);
        break;
    case JPEG_INKS:
        file = encode_jpeg(inks, W, H, TJPF_CMYK, TJSAMP_444, 0);
        break;
    case PNG:
        file = encode_png_rgb(pixels, W, H);
        break;
    case PNG_INTERLACED:
        file = encode_png(pixels, W * H * 3, interlaced, NULL, NULL, NULL);
        break;
    case GIF:
        file = make_gif(W, H, false);
        break;
    case BMP:
        file = make_bmp(W, H, false);
        break;
    case BMP_RUNS:
        file = make_bmp_runs(W, H, 8);
        break;
    case TGA:
    case TGA_RUNS:
        file = make_tga(W, H, kind == TGA_RUNS);
        break;
    case PSD:
        file = make_psd(W, H, 8);
        break;
    case PNM:
        file = make_pnm(pixels);
        break;
    case WEBP:
    case WEBP_LOSSLESS:
        file = make_webp(pixels, kind == WEBP_LOSSLESS);
        break;
    case TIFF_STRIPS:
        file = make_tiff(&tiff, W, H, NULL);
        break;
    case TIFF_TILES:
        file = make_tiff(&tiles, W, H, NULL);
        break;
    default:
        file = encode_heif(pixels, W, H, kind == AVIF, false, 1, NULL);
    }
    free(inks);
    free(pixels);
    return file;
}

// The encoder of HEIC, which only the test uses, leaks.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libx265";
}

static struct file files[KINDS];

static int make_all(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++)
        files[kind] = make(kind);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++)
        file_free(&files[kind]);
    return 0;
}

static void tells_each_by_its_content(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct prepared_image image = prepare_file(&files[kind], NULL);
        assert_int_equal(image.format, formats[kind]);
        assert_int_equal(image.source_width, W);
        assert_int_equal(image.source_height, H);
        prepared_image_clear(&image);
    }
}

// Makes the file declare other sides; width 0: the sides are as they were.
static void declare(struct file *file, enum kind kind, uint32_t width, uint32_t height)
{
    static const struct {
        size_t width, height;
        int size;
        bool big;
    } places[KINDS] = {
        [PNG] = {16, 20, 4, true},       [PNG_INTERLACED] = {16, 20, 4, true},
        [GIF] = {6, 8, 2, false},        [BMP] = {18, 22, 4, false},
        [BMP_RUNS] = {18, 22, 4, false}, [TGA] = {12, 14, 2, false},
        [TGA_RUNS] = {12, 14, 2, false}, [PSD] = {18, 14, 4, true},
    };
    if (kind <= JPEG_INKS) {
        for (size_t at = 0; at + 9 < file->length; at++)
            if (file->bytes[at] == 0xff &&
                (file->bytes[at + 1] == 0xc0 || file->bytes[at + 1] == 0xc2)) {
                memcpy(file->bytes + at + 5,
                       (unsigned char[4]){(unsigned char)(height >> 8), (unsigned char)height,
                                          (unsigned char)(width >> 8), (unsigned char)width},
                       4);
                return;
            }
        fail_msg("no frame");
    }
    if (places[kind].size > 0) {
        for (int side = 0; side < 2; side++) {
            struct file number = {0};
            file_add_number(&number, side == 0 ? width : height, places[kind].size,
                            places[kind].big);
            memcpy(file->bytes + (side == 0 ? places[kind].width : places[kind].height),
                   number.bytes, number.length);
            file_free(&number);
        }
        return;
    }
    char head[60];
    struct file longer = {0};
    unsigned char *at;
    switch (kind) {
    case PNM:
        file_add(&longer, head,
                 (size_t)snprintf(head, sizeof head, "P6\n%u %u\n255\n", width, height));
        file_add(&longer, file->bytes, 20);
        file_free(file);
        *file = longer;
        return;
    case WEBP: // 14 bits a side behind the start code
        at = memmem(file->bytes, file->length, "\x9d\x01\x2a", 3);
        assert_non_null(at);
        memcpy(at + 3,
               (unsigned char[4]){(unsigned char)width, (unsigned char)(width >> 8 & 63),
                                  (unsigned char)height, (unsigned char)(height >> 8 & 63)},
               4);
        return;
    case WEBP_LOSSLESS: { // 14 bits a side, less one, behind the signature
        uint32_t bits = ((width - 1) & 16383) | ((height - 1) & 16383) << 14;
        at = file->bytes + 21;
        for (int i = 0; i < 4; i++)
            at[i] = i < 3 ? (unsigned char)(bits >> 8 * i)
                          : (unsigned char)((at[3] & 0xf0) | (bits >> 24 & 15));
        return;
    }
    case TIFF_STRIPS:
    case TIFF_TILES: // shorts in a directory of the lowest byte first
        at = memmem(file->bytes, file->length, "\0\1\3\0\1\0\0\0\x30\0", 10);
        assert_non_null(at);
        for (int i = 0; i < 4; i++) {
            at[2] = at[14] = 4; // now longs
            at[8 + i] = (unsigned char)(width >> 8 * i);
            at[20 + i] = (unsigned char)(height >> 8 * i);
        }
        return;
    default: // the boxes of the sides
        for (at = file->bytes; at + 16 <= file->bytes + file->length; at++)
            for (int i = 0; i < 4 && memcmp(at, "ispe", 4) == 0; i++) {
                at[8 + i] = (unsigned char)(width >> 8 * (3 - i));
                at[12 + i] = (unsigned char)(height >> 8 * (3 - i));
            }
    }
}

static uint64_t peak_kib(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (uint64_t)used.ru_maxrss;
}

// A few hundred bytes that declare as much as the format lets them: refused by what they declare,
// in every format, and no more memory is touched than before.
static void refuses_a_bomb_of_each_format(void **state)
{
    (void)state;
    uint64_t before = peak_kib();
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct file bomb = file_copy(&files[kind]);
        bool webp = formats[kind] == PICTURE_WEBP;
        bool heif = formats[kind] == PICTURE_HEIC || formats[kind] == PICTURE_AVIF;
        uint32_t side = webp ? 16383 : heif ? 30000 : 60000; // libheif has a limit of its own
        declare(&bomb, kind, side, side);
        char said[60];
        snprintf(said, sizeof said, "declares %u x %u pixels, more than the 200000000", side, side);
        if (kind == TIFF_TILES) // whose list of tiles does not go with the sides
            expect_refused(bomb.bytes, bomb.length, ERR_IMAGE, "TileOffsets");
        else
            expect_refused(bomb.bytes, bomb.length, ERR_TOO_LARGE, said);
        struct image_limits limits = image_limits_default();
        assert_true(image_memory(bomb.bytes, bomb.length, &limits) == 0);
        // Within the limit, what it would take is known before it is taken. A JPEG may be decoded
        // at an eighth of its sides.
        limits.max_pixels = UINT64_MAX;
        assert_true(kind == TIFF_TILES ||
                    image_memory(bomb.bytes, bomb.length, &limits) > (uint64_t)side * side / 64);
        file_free(&bomb);
    }
    assert_in_range(peak_kib() - before, 0, 64 * 1024);
}

// Sides of nothing are refused with a reason; no number makes it crash.
static void refuses_sides_of_nothing(void **state)
{
    (void)state;
    for (enum kind kind = 0; kind < KINDS; kind++) {
        if (kind == WEBP_LOSSLESS)
            continue; // which stores its sides less one
        struct file none = file_copy(&files[kind]);
        declare(&none, kind, 0, H);
        if (formats[kind] == PICTURE_TGA) // which is then none that can be recognised
            expect_refused(none.bytes, none.length, ERR_IMAGE, "not a picture of a known format");
        else
            expect_refused(none.bytes, none.length, ERR_IMAGE, "");
        file_free(&none);
        none = file_copy(&files[kind]);
        declare(&none, kind, W, 0);
        expect_refused(none.bytes, none.length, ERR_IMAGE, "");
        file_free(&none);
    }
}

// dav1d, which decodes AVIF under libheif, says this about a damaged file, and libheif lets nobody
// tell it not to. The other decoder of AVIF is silent, but slower.
static const char known[] = "Error parsing OBU data\n";

// What libraries have to say is kept in the reason; nothing is printed, nobody exits.
static void says_nothing_on_its_own(void **state)
{
    (void)state;
    char path[] = "/tmp/vqagen-test-XXXXXX";
    int quiet = mkstemp(path), stderr_before = dup(STDERR_FILENO), stdout_before;
    assert_true(quiet >= 0);
    unlink(path);
    fflush(stdout);
    stdout_before = dup(STDOUT_FILENO);
    dup2(quiet, STDERR_FILENO);
    dup2(quiet, STDOUT_FILENO);
    uint32_t random = 7;
    unsigned refused = 0, wordless = 0;
    for (enum kind kind = 0; kind < KINDS; kind++) {
        for (unsigned round = 0; round < 60; round++) {
            struct file file = file_copy(&files[kind]);
            for (unsigned change = 0; change <= round % 5; change++) {
                random = random * 1664525 + 1013904223;
                file.bytes[(random >> 8) % file.length] = (unsigned char)(random >> 24);
            }
            if (round % 3 == 0)
                file.length -= file.length * (round + 1) / 100;
            struct image_limits limits = encode_limits();
            limits.max_pixels = 1000 * 1000;
            limits.accept_damaged = round % 2 == 1;
            struct prepared_image image;
            struct error why = {0};
            if (image_prepare(file.bytes, file.length, &limits, &image, &why)) {
                prepared_image_clear(&image);
            } else {
                refused++;
                wordless += why.kind == ERR_NONE || strlen(why.message) < 10;
            }
            file_free(&file);
        }
    }
    fflush(stdout);
    dup2(stderr_before, STDERR_FILENO);
    dup2(stdout_before, STDOUT_FILENO);
    close(stderr_before);
    close(stdout_before);
    char said[4096] = "", *rest = said;
    ssize_t length = pread(quiet, said, sizeof said - 1, 0);
    close(quiet);
    while (strncmp(rest, known, strlen(known)) == 0)
        rest += strlen(known);
    assert_in_range(length, 0, sizeof said - 2);
    assert_string_equal(rest, "");
    assert_int_equal(wordless, 0);
    assert_true(refused > 100);
}

// Longer than any JPEG may be, in formats that allow it: reduced, never refused for it.
static void reduces_sides_beyond_a_jpeg(void **state)
{
    (void)state;
    static const unsigned sides[] = {65499, 65500, 65501, 65535, 65536, 70000};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        for (int upright = 0; upright < 2; upright++) {
            unsigned width = upright ? 1 : sides[i], height = upright ? sides[i] : 1;
            unsigned char *pixels = calloc(sides[i], 1);
            struct spng_ihdr header = {width, height, 8, SPNG_COLOR_TYPE_GRAYSCALE, 0, 0, 0};
            struct file file = encode_png(pixels, sides[i], header, NULL, NULL, NULL);
            struct image_limits limits = encode_limits();
            limits.max_side_px = 0; // no limit but that of JPEG
            struct prepared_image image = prepare_file(&file, &limits);
            assert_int_equal(upright ? image.height : image.width,
                             sides[i] < 65500 ? sides[i] : 65500);
            assert_int_equal(upright ? image.width : image.height, 1);
            prepared_image_clear(&image);
            file_free(&file);
            free(pixels);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_each_by_its_content),
        cmocka_unit_test(refuses_a_bomb_of_each_format),
        cmocka_unit_test(refuses_sides_of_nothing),
        cmocka_unit_test(says_nothing_on_its_own),
        cmocka_unit_test(reduces_sides_beyond_a_jpeg),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
