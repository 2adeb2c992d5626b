#include "make_modern.h"

enum { W = 61, H = 43 };

#define PLAIN PLANARCONFIG_CONTIG
static const struct tiff_kind kinds[] = {
    {"RGB", PHOTOMETRIC_RGB, 8, COMPRESSION_NONE, PLAIN, false, false, false, 0},
    {"RGB LZW", PHOTOMETRIC_RGB, 8, COMPRESSION_LZW, PLAIN, false, true, false, 0},
    {"RGB Deflate", PHOTOMETRIC_RGB, 8, COMPRESSION_ADOBE_DEFLATE, PLAIN, false, false, true, 0},
    {"RGB PackBits", PHOTOMETRIC_RGB, 8, COMPRESSION_PACKBITS, PLAIN, false, false, false, 0},
    {"RGB 16", PHOTOMETRIC_RGB, 16, COMPRESSION_LZW, PLAIN, false, true, false, 0},
    {"RGB planes", PHOTOMETRIC_RGB, 8, COMPRESSION_NONE, PLANARCONFIG_SEPARATE, false, false, false,
     0},
    {"RGB tiles", PHOTOMETRIC_RGB, 8, COMPRESSION_LZW, PLAIN, true, false, false, 0},
    {"RGB tiles of 768 bytes", PHOTOMETRIC_RGB, 8, COMPRESSION_NONE, PLAIN, true, false, false, 0},
    {"JPEG", PHOTOMETRIC_YCBCR, 8, COMPRESSION_JPEG, PLAIN, false, false, false, 0},
    {"palette", PHOTOMETRIC_PALETTE, 8, COMPRESSION_LZW, PLAIN, false, false, false, 0},
    {"inks", PHOTOMETRIC_SEPARATED, 8, COMPRESSION_NONE, PLAIN, false, false, false, 0},
    {"grey", PHOTOMETRIC_MINISBLACK, 8, COMPRESSION_LZW, PLAIN, false, false, false, 0},
    {"grey 16", PHOTOMETRIC_MINISBLACK, 16, COMPRESSION_NONE, PLAIN, false, true, false, 0},
    {"grey, 0 is white", PHOTOMETRIC_MINISWHITE, 8, COMPRESSION_NONE, PLAIN, false, false, false,
     0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static bool is_grey(const struct tiff_kind *kind)
{
    return kind->photometric <= PHOTOMETRIC_MINISBLACK;
}

static void expect_greys(const struct prepared_image *image, const char *where)
{
    unsigned char *pixels = decode_prepared(image);
    for (unsigned i = 0; i < 4; i++) {
        unsigned char grey = quarters[i][1];
        expect_pixel(pixels, W, i % 2 ? W * 3 / 4 : W / 4, i / 2 ? H * 3 / 4 : H / 4,
                     (unsigned char[3]){grey, grey, grey}, 3, where);
    }
    free(pixels);
}

static void reads_every_kind(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct file file = make_tiff(&kinds[k], W, H, NULL);
        struct prepared_image image = prepare_file(&file, NULL);
        assert_int_equal(image.format, PICTURE_TIFF);
        assert_int_equal(image.width, W);
        assert_int_equal(image.height, H);
        if (is_grey(&kinds[k]))
            expect_greys(&image, kinds[k].name);
        else
            expect_quarters(&image, (int[4]){0, 1, 2, 3}, 8, kinds[k].name);
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void turns_every_orientation_upright(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int tiled = 0; tiled < 2; tiled++) {
            struct tiff_kind kind = kinds[tiled ? 6 : 0];
            kind.orientation = orientation;
            struct file file = make_tiff(&kind, W, H, NULL);
            struct prepared_image image = prepare_file(&file, NULL);
            assert_int_equal(image.orientation, orientation);
            assert_int_equal(image.width, orientation >= 5 ? H : W);
            expect_quarters(&image, shown_corners[orientation], 8, "orientation");
            prepared_image_clear(&image);
            file_free(&file);
        }
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct file file = make_tiff(&kinds[k], W, H, NULL);
        struct prepared_image whole = prepare_file(&file, NULL);
        for (size_t part = 0; part < 20; part++) {
            size_t length = file.length * part / 20;
            struct image_limits limits = image_limits_default();
            struct prepared_image image;
            struct error why = {0};
            if (image_prepare(file.bytes, length, &limits, &image, &why)) {
                // The directory lies at the end, and not all of its entries are needed.
                assert_memory_equal(image.jpeg.data, whole.jpeg.data, whole.jpeg.length);
                prepared_image_clear(&image);
            } else {
                assert_int_equal(why.kind, ERR_IMAGE);
            }
        }
        prepared_image_clear(&whole);
        file_free(&file);
    }
}

// The pixels of an uncompressed file changed to lie beyond its end: the directory stays whole.
static void takes_damaged_ones_when_told(void **state)
{
    (void)state;
    struct file file = make_tiff(&kinds[1], W, H, NULL);
    // LZW data of the last strip, which lies before the directory at the end.
    unsigned char *directory = memmem(file.bytes, file.length, "\1\0\0\3\0\0\0\1", 8);
    assert_non_null(directory);
    memset(directory - 2 - 30, 0, 20);
    struct image_limits limits = image_limits_default();
    struct prepared_image image;
    struct error why = {0};
    assert_false(image_prepare(file.bytes, file.length, &limits, &image, &why));
    assert_non_null(strstr(why.message, "32 of 43 rows"));
    limits.accept_damaged = true;
    image = prepare_file(&file, &limits);
    assert_non_null(strstr(image.damage.message, "32 of 43 rows"));
    unsigned char *pixels = decode_prepared(&image);
    static const unsigned char white[3] = {255, 255, 255};
    expect_pixel(pixels, W, W / 4, 28, quarters[2], 8, "readable");
    expect_pixel(pixels, W, W / 4, 36, white, 8, "damaged");
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
}

static void converts_its_profile(void **state)
{
    (void)state;
    struct file profile = make_p3_profile();
    struct file file = make_tiff(&kinds[0], W, H, &profile);
    struct prepared_image image = prepare_file(&file, NULL);
    unsigned char *pixels = decode_prepared(&image);
    for (unsigned i = 0; i < 4; i++)
        expect_pixel(pixels, W, i % 2 ? W * 3 / 4 : W / 4, i / 2 ? H * 3 / 4 : H / 4,
                     quarters_of_p3[i], 4, "P3");
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
    file_free(&profile);
}

static void converts_inks_by_their_profile(void **state)
{
    (void)state;
    static const struct tiff_kind inks[] = {
        {"strips", PHOTOMETRIC_SEPARATED, 8, COMPRESSION_LZW, PLAIN, false, false, false, 0},
        {"tiles", PHOTOMETRIC_SEPARATED, 8, COMPRESSION_LZW, PLAIN, true, true, false, 0},
        {"planes", PHOTOMETRIC_SEPARATED, 8, COMPRESSION_NONE, PLANARCONFIG_SEPARATE, false, false,
         false, 0},
        {"turned planes", PHOTOMETRIC_SEPARATED, 8, COMPRESSION_NONE, PLANARCONFIG_SEPARATE, false,
         false, false, 3},
    };
    struct file profile = make_ink_profile();
    for (size_t k = 0; k < sizeof inks / sizeof inks[0]; k++) {
        struct file file = make_tiff(&inks[k], W, H, &profile);
        struct prepared_image image = prepare_file(&file, NULL);
        unsigned char *pixels = decode_prepared(&image);
        for (unsigned i = 0; i < 4; i++)
            expect_pixel(pixels, W, i % 2 ? W * 3 / 4 : W / 4, i / 2 ? H * 3 / 4 : H / 4,
                         quarters_of_inks[inks[k].orientation == 3 ? 3 - i : i], 8, inks[k].name);
        free(pixels);
        prepared_image_clear(&image);
        file_free(&file);
    }
    file_free(&profile);
}

static void refuses_what_it_cannot_read_by_name(void **state)
{
    (void)state;
    struct tiff_kind kind = kinds[11];
    struct file file = make_tiff(&kind, W, H, NULL);
    // 32 bits a sample, in the directory's entry.
    unsigned char *entry = memmem(file.bytes, file.length, "\2\1\3\0\1\0\0\0\10\0", 10);
    assert_non_null(entry);
    entry[8] = 32;
    expect_refused(file.bytes, file.length, ERR_IMAGE, "32 bits a sample");
    file_free(&file);
    // A directory that declares much and has nothing.
    struct file bomb = make_tiff(&kinds[0], W, H, NULL);
    unsigned char *width = memmem(bomb.bytes, bomb.length, "\0\1\3\0\1\0\0\0", 8);
    assert_non_null(width);
    memcpy(width + 2, "\4\0\1\0\0\0\xff\xff\xff\x7f", 10);
    expect_refused(bomb.bytes, bomb.length, ERR_TOO_LARGE, "declares 2147483647 x 43");
    file_free(&bomb);
}

// A page written by hand, all pixels of which are the same.
struct page {
    unsigned photometric, compression, bits, samples, meaning, subfile;
    const char *pixel;
};

static void add_entry(struct file *file, unsigned tag, unsigned type, unsigned value)
{
    enum { SHORT = 3 };
    file_add_number(file, tag, 2, false);
    file_add_number(file, type, 2, false);
    file_add_number(file, 1, 4, false);
    file_add_number(file, value, type == SHORT ? 2 : 4, false);
    if (type == SHORT)
        file_add_number(file, 0, 2, false);
}

// `link` is where the place of the next page stands, and moves on to where that of this page does.
static void add_page(struct file *file, size_t *link, const struct page *page)
{
    size_t pixel = page->bits / 8 * page->samples, pixels = file->length;
    for (unsigned i = 0; i < W * H; i++)
        file_add(file, page->pixel, pixel);
    if (file->length % 2 == 1)
        file_add(file, "", 1);
    uint32_t place = (uint32_t)file->length;
    memcpy(file->bytes + *link, &place, sizeof place); // the tests run on little-endian machines
    file_add_number(file, page->samples % 2 == 0 ? 11 : 10, 2, false);
    add_entry(file, TIFFTAG_SUBFILETYPE, 4, page->subfile);
    add_entry(file, TIFFTAG_IMAGEWIDTH, 3, W);
    add_entry(file, TIFFTAG_IMAGELENGTH, 3, H);
    // Of one number, which stands for all samples.
    add_entry(file, TIFFTAG_BITSPERSAMPLE, 3, page->bits);
    add_entry(file, TIFFTAG_COMPRESSION, 3, page->compression);
    add_entry(file, TIFFTAG_PHOTOMETRIC, 3, page->photometric);
    add_entry(file, TIFFTAG_STRIPOFFSETS, 4, (unsigned)pixels);
    add_entry(file, TIFFTAG_SAMPLESPERPIXEL, 3, page->samples);
    add_entry(file, TIFFTAG_ROWSPERSTRIP, 3, H);
    add_entry(file, TIFFTAG_STRIPBYTECOUNTS, 4, (unsigned)pixel * W * H);
    if (page->samples % 2 == 0)
        add_entry(file, TIFFTAG_EXTRASAMPLES, 3, page->meaning);
    *link = file->length;
    file_add_number(file, 0, 4, false);
}

static struct file make_pages(const struct page *pages, size_t count)
{
    struct file file = {0};
    size_t link = 4;
    file_add(&file, "II*\0\0\0\0\0", 8);
    for (size_t i = 0; i < count; i++)
        add_page(&file, &link, &pages[i]);
    return file;
}

static void makes_grey_of_what_means_it(void **state)
{
    (void)state;
    static const struct {
        struct page page;
        unsigned char grey;
    } cases[] = {
        {{PHOTOMETRIC_MINISBLACK, 1, 8, 2, EXTRASAMPLE_UNASSALPHA, 0, "\x64\x33"}, 224},
        {{PHOTOMETRIC_MINISBLACK, 1, 8, 2, EXTRASAMPLE_ASSOCALPHA, 0, "\x14\x33"}, 224},
        {{PHOTOMETRIC_MINISBLACK, 1, 16, 2, EXTRASAMPLE_UNASSALPHA, 0, "\x64\x64\x33\x33"}, 224},
        {{PHOTOMETRIC_MINISWHITE, 1, 8, 2, EXTRASAMPLE_UNASSALPHA, 0, "\x9b\x33"}, 224},
        {{PHOTOMETRIC_MINISBLACK, 1, 8, 2, EXTRASAMPLE_UNSPECIFIED, 0, "\x64\x33"}, 100},
        {{PHOTOMETRIC_RGB, 1, 8, 4, EXTRASAMPLE_UNASSALPHA, 0, "\x64\x64\x64\x33"}, 224},
        {{PHOTOMETRIC_RGB, 1, 8, 4, EXTRASAMPLE_ASSOCALPHA, 0, "\x14\x14\x14\x33"}, 224},
        {{PHOTOMETRIC_RGB, 1, 8, 4, EXTRASAMPLE_UNSPECIFIED, 0, "\x64\x64\x64\x33"}, 100},
        // L* 53.6 is the middle grey of sRGB.
        {{PHOTOMETRIC_CIELAB, 1, 8, 3, 0, 0, "\x89\0\0"}, 128},
        {{PHOTOMETRIC_CIELAB, 1, 16, 3, 0, 0, "\x2b\x89\0\0\0\0"}, 128},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct file file = make_pages(&cases[i].page, 1);
        struct prepared_image image = prepare_file(&file, NULL);
        unsigned char *pixels = decode_prepared(&image);
        unsigned char grey = cases[i].grey;
        expect_pixel(pixels, W, W / 2, H / 2, (unsigned char[3]){grey, grey, grey}, 2, "grey");
        free(pixels);
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void looks_for_the_first_whole_page(void **state)
{
    (void)state;
    struct page page = {PHOTOMETRIC_RGB, 1, 8, 3, 0, 0, "\x64\x64\x64"}, copy = page;
    copy.subfile = FILETYPE_REDUCEDIMAGE;
    copy.pixel = "\0\0\0";
    struct file file = make_pages((struct page[3]){copy, page, copy}, 3);
    struct prepared_image image = prepare_file(&file, NULL);
    unsigned char *pixels = decode_prepared(&image);
    expect_pixel(pixels, W, W / 2, H / 2, (const unsigned char *)page.pixel, 2, "second page");
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
    file = make_pages(&copy, 1);
    expect_refused(file.bytes, file.length, ERR_IMAGE, "only page is a small copy");
    file_free(&file);
}

static void names_the_coding_that_it_cannot_read(void **state)
{
    (void)state;
    struct page page = {PHOTOMETRIC_RGB, COMPRESSION_JP2000, 8, 3, 0, 0, "\0\0\0"};
    struct file file = make_pages(&page, 1);
    expect_refused(file.bytes, file.length, ERR_IMAGE, "compressed by method 34712");
    file_free(&file);
    page = (struct page){PHOTOMETRIC_SEPARATED, 1, 16, 4, 0, 0, "\0\0\0\0\0\0\0\0"};
    file = make_pages(&page, 1);
    expect_refused(file.bytes, file.length, ERR_IMAGE, "16 bits an ink");
    file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(turns_every_orientation_upright),
        cmocka_unit_test(refuses_what_is_cut_off),
        cmocka_unit_test(takes_damaged_ones_when_told),
        cmocka_unit_test(converts_its_profile),
        cmocka_unit_test(converts_inks_by_their_profile),
        cmocka_unit_test(refuses_what_it_cannot_read_by_name),
        cmocka_unit_test(makes_grey_of_what_means_it),
        cmocka_unit_test(looks_for_the_first_whole_page),
        cmocka_unit_test(names_the_coding_that_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
