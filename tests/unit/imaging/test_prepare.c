#include "make_other.h"

#include <pthread.h>

#include "base64.h"
#include "digest.h"

static struct file make_jpeg(unsigned width, unsigned height, bool noise)
{
    unsigned char *pixels = noise ? make_noise(width, height) : make_quarters(width, height);
    struct file file = encode_jpeg(pixels, width, height, TJPF_RGB, TJSAMP_420, 0);
    free(pixels);
    return file;
}

static void turns_every_orientation_upright(void **state)
{
    (void)state;
    static const unsigned sides[][2] = {{120, 80}, {121, 81}, {64, 97}};
    for (size_t s = 0; s < 3; s++) {
        for (int orientation = 1; orientation <= 8; orientation++) {
            for (unsigned side = 45; side <= 300; side += 85) {
                struct file file = make_jpeg(sides[s][0], sides[s][1], false);
                jpeg_add_exif(&file, orientation);
                struct image_limits limits = encode_limits();
                limits.max_side_px = side;
                struct prepared_image image = prepare_file(&file, &limits);
                assert_int_equal(image.orientation, orientation);
                assert_int_equal(image.source_width, sides[s][0]);
                assert_int_equal(image.source_height, sides[s][1]);
                bool swapped = orientation >= 5;
                bool wide = (sides[s][0] > sides[s][1]) != swapped;
                assert_int_equal(wide, image.width > image.height);
                expect_quarters(&image, shown_corners[orientation], 12, "orientation");
                unsigned width, height;
                struct error why = {0};
                assert_true(image_measure(file.bytes, file.length, &limits, &width, &height, &why));
                assert_int_equal(width, image.width);
                assert_int_equal(height, image.height);
                prepared_image_clear(&image);
                file_free(&file);
            }
        }
    }
}

static bool holds(const struct prepared_image *image, const char *text)
{
    return memmem(image->jpeg.data, image->jpeg.length, text, strlen(text)) != NULL;
}

static void keeps_no_metadata(void **state)
{
    (void)state;
    struct file file = make_jpeg(64, 48, false);
    jpeg_add_exif(&file, 6);
    file_insert(&file, 2, "\xff\xfe\0\x0cthe secret", 14);
    assert_non_null(memmem(file.bytes, file.length, "the secret", 10));
    struct prepared_image image = prepare_file(&file, NULL);
    assert_false(holds(&image, "the secret"));
    assert_false(holds(&image, "Exif"));
    assert_false(image.passed);
    assert_int_equal(image.quality, 85);
    prepared_image_clear(&image);
    file_free(&file);
}

static void never_enlarges(void **state)
{
    (void)state;
    static const unsigned limits_px[] = {0, 300, 299, 298, 150, 2, 1};
    static const unsigned expected[][2] = {{300, 200}, {300, 200}, {299, 199}, {298, 199},
                                           {150, 100}, {2, 1},     {1, 1}};
    struct file file = make_jpeg(300, 200, false);
    for (size_t i = 0; i < sizeof limits_px / sizeof limits_px[0]; i++) {
        struct image_limits limits = encode_limits();
        limits.max_side_px = limits_px[i]; // 0: no limit of its own
        struct prepared_image image = prepare_file(&file, &limits);
        assert_int_equal(image.width, expected[i][0]);
        assert_int_equal(image.height, expected[i][1]);
        prepared_image_clear(&image);
    }
    file_free(&file);
}

static struct prepared_image prepare_within(const struct file *file, size_t max_base64_bytes)
{
    struct image_limits limits = encode_limits();
    limits.max_base64_bytes = max_base64_bytes;
    return prepare_file(file, &limits);
}

// The limit lowers the quality, in steps, then the sides; what fits exactly is kept as it is.
static void goes_down_to_the_limit(void **state)
{
    (void)state;
    struct file file = make_jpeg(400, 300, true);
    struct prepared_image image = prepare_file(&file, NULL);
    size_t length = base64_length(image.jpeg.length);
    prepared_image_clear(&image);
    int quality = 85;
    while (quality >= 50) {
        image = prepare_within(&file, length);
        assert_int_equal(image.quality, quality);
        assert_int_equal(image.width, 400);
        assert_int_equal(base64_length(image.jpeg.length), length);
        prepared_image_clear(&image);
        image = prepare_within(&file, length - 1);
        assert_true(base64_length(image.jpeg.length) < length);
        assert_int_equal(image.quality, quality > 50 ? quality - 5 : 50);
        assert_int_equal(image.width == 400, quality > 50);
        length = base64_length(image.jpeg.length);
        prepared_image_clear(&image);
        quality -= 5;
    }
    for (; length > 1000; length = length * 2 / 3) {
        image = prepare_within(&file, length);
        assert_int_equal(image.quality, 50);
        assert_in_range(base64_length(image.jpeg.length), 0, length);
        // Not much smaller than it had to be, as long as the tables are a small part.
        if (length > 8000)
            assert_in_range(base64_length(image.jpeg.length), length / 2, length);
        assert_in_range(abs((int)image.width * 3 - (int)image.height * 4), 0, 4);
        prepared_image_clear(&image);
    }
    file_free(&file);
}

static void steps_to_the_lowest_quality_exactly(void **state)
{
    (void)state;
    struct file file = make_jpeg(200, 150, true);
    struct image_limits limits = encode_limits();
    limits.quality = 63;
    limits.min_quality = 56;
    limits.max_base64_bytes = 2000;
    struct prepared_image image = prepare_file(&file, &limits);
    assert_int_equal(image.quality, 56);
    assert_true(image.width < 200);
    prepared_image_clear(&image);
    limits.min_quality = 90; // above the quality: the quality is the lowest
    image = prepare_file(&file, &limits);
    assert_int_equal(image.quality, 63);
    prepared_image_clear(&image);
    file_free(&file);
}

// Below what a JPEG's own tables take no side is small enough: kept if it may be, refused if not.
static void refuses_only_what_cannot_be_made_small(void **state)
{
    (void)state;
    struct file file = make_jpeg(200, 150, true);
    struct prepared_image image = prepare_within(&file, 100);
    assert_int_equal(image.width, 1);
    assert_int_equal(image.height, 1);
    size_t smallest = base64_length(image.jpeg.length);
    prepared_image_clear(&image);
    struct image_limits limits = encode_limits();
    limits.max_base64_bytes = 100;
    limits.refuse_base64_bytes = smallest;
    image = prepare_file(&file, &limits);
    prepared_image_clear(&image);
    limits.refuse_base64_bytes = smallest - 1;
    struct error why = {0};
    assert_false(image_prepare(file.bytes, file.length, &limits, &image, &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    assert_non_null(strstr(why.message, "raise the limit"));
    // A first limit above the second does not lift the second.
    limits.max_base64_bytes = 7000;
    limits.refuse_base64_bytes = 5000;
    image = prepare_file(&file, &limits);
    assert_in_range(base64_length(image.jpeg.length), 0, 5000);
    prepared_image_clear(&image);
    file_free(&file);
}

static void refuses_too_many_pixels_exactly(void **state)
{
    (void)state;
    struct file file = make_jpeg(100, 50, false);
    struct image_limits limits = encode_limits();
    limits.max_pixels = 5000;
    struct prepared_image image = prepare_file(&file, &limits);
    prepared_image_clear(&image);
    limits.max_pixels = 4999;
    struct error why = {0};
    assert_false(image_prepare(file.bytes, file.length, &limits, &image, &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    unsigned width, height;
    error_clear(&why);
    assert_false(image_measure(file.bytes, file.length, &limits, &width, &height, &why));
    assert_int_equal(why.kind, ERR_TOO_LARGE);
    file_free(&file);
}

static unsigned difference(unsigned a, unsigned b)
{
    return a > b ? a - b : b - a;
}

// Squares of 100 pixels, each of another brightness.
static struct file make_mosaic(unsigned width, unsigned height)
{
    unsigned char *levels = make_noise(width / 100, height / 100);
    unsigned char *pixels = malloc((size_t)width * height);
    assert_non_null(pixels);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            pixels[(size_t)y * width + x] = levels[y / 100 * (width / 100) + x / 100];
    struct file file = encode_jpeg(pixels, width, height, TJPF_GRAY, TJSAMP_GRAY, 0);
    free(pixels);
    free(levels);
    return file;
}

// Whether a JPEG is passed on, encoded, reduced or hardly left, its figures are about the same.
static void measures_the_picture_however_it_is_prepared(void **state)
{
    (void)state;
    static const unsigned sides[] = {2048, 1400, 1024, 600, 100};
    struct file file = make_mosaic(1600, 1200);
    struct image_limits limits = image_limits_default();
    struct prepared_image image = prepare_file(&file, &limits);
    assert_int_equal(image.figures.shorter_px, 0); // not asked for
    prepared_image_clear(&image);
    limits.figures = true;
    struct prepared_image passed = prepare_file(&file, &limits);
    assert_true(passed.passed);
    assert_int_equal(passed.figures.shorter_px, 1200);
    limits.encode_all = true;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        limits.max_side_px = sides[i];
        image = prepare_file(&file, &limits);
        assert_false(image.passed);
        assert_int_equal(image.figures.shorter_px, 1200);
        assert_in_range(difference(image.figures.contrast, passed.figures.contrast), 0, 6);
        assert_in_range(difference(image.figures.detail, passed.figures.detail), 0, 6);
        assert_in_range(likeness_distance(&image.figures.look, &passed.figures.look), 0, 16);
        assert_true(image.figures.blur > 0 && image.figures.blur < 1.2);
        prepared_image_clear(&image);
    }
    prepared_image_clear(&passed);
    file_free(&file);
}

// Figures need the pixels, so a JPEG that was cut off is found out though its markers are sound.
static void does_not_pass_on_what_cannot_be_measured(void **state)
{
    (void)state;
    struct file file = make_jpeg(300, 200, true);
    struct image_limits limits = image_limits_default();
    struct prepared_image image = {0};
    struct error why = {0};
    file.length /= 2;
    memcpy(file.bytes + file.length - 2, "\xff\xd9", 2);
    image = prepare_file(&file, &limits);
    assert_true(image.passed);
    prepared_image_clear(&image);
    limits.figures = true;
    assert_false(image_prepare(file.bytes, file.length, &limits, &image, &why));
    assert_int_equal(why.kind, ERR_IMAGE);
    file_free(&file);
}

// The pixels of the result have a limit of their own, at any shape.
static void keeps_to_the_pixels_of_a_result(void **state)
{
    (void)state;
    static const unsigned sides[][2] = {{300, 200}, {200, 300}, {400, 3}, {100, 100}};
    for (size_t s = 0; s < sizeof sides / sizeof sides[0]; s++) {
        struct file file = make_jpeg(sides[s][0], sides[s][1], false);
        for (uint64_t most = 0; most < 70000; most = most * 3 + 1) {
            struct image_limits limits = encode_limits();
            limits.max_result_pixels = most;
            struct prepared_image image = prepare_file(&file, &limits);
            uint64_t pixels = (uint64_t)image.width * image.height;
            if (most == 0 || most >= (uint64_t)sides[s][0] * sides[s][1])
                assert_int_equal(pixels, sides[s][0] * sides[s][1]);
            else
                assert_in_range(pixels, 1, most);
            // Not much smaller than it had to be.
            if (most > 1000)
                assert_true(pixels * 4 / 3 >= (pixels == 1200 ? 0 : most) || pixels == 60000 ||
                            pixels == 10000 || pixels == 1200);
            prepared_image_clear(&image);
        }
        file_free(&file);
    }
}

static void names_what_it_does_not_read(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *named;
    } files[] = {
#define UNREAD(bytes, named) {bytes, sizeof(bytes) - 1, named}
        UNREAD("", "empty"),
        UNREAD("<!DOCTYPE html><title>404</title>", "HTML page"),
        UNREAD("\0\0\0\x18"
               "ftypheic\0\0\0\0mif1heic",
               "HEIC"),
        UNREAD("\0\0\0\x18"
               "ftypavif\0\0\0\0mif1avif",
               "AVIF"),
        UNREAD("II*\0\10\0\0\0", "TIFF"),
        UNREAD("<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        UNREAD("%PDF-1.4", "PDF"),
        UNREAD("\x1a\x45\xdf\xa3", "video"),
        UNREAD("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        UNREAD("\xff\x0a\1\2", "JPEG XL"),
        UNREAD("PK\3\4", "ZIP"),
        UNREAD("8BPS\0\2", "PSB"),
        UNREAD("FUJIFILMCCD-RAW 0201", "camera's raw"),
        UNREAD("<?xml version=\"1.0\"?><Error>AccessDenied</Error>", "XML text"),
        UNREAD("\xff\xd8\xff\xf7\0\5\1\1\1", "JPEG-LS"),
        UNREAD("\x89PNG\r\n\x1a\n\0\0\0\4"
               "CgBI\x50\0\x20\2",
               "CgBI"),
        UNREAD("{\"error\": \"not found\"}", "JSON"),
        UNREAD("\0\0\0\0\0\0\0\0", "zero"),
        UNREAD("Not Found", "it begins with 4e 6f 74 20 46 6f 75 6e (Not Foun)"),
        UNREAD("\xff", "it begins with ff (.)"),
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        expect_refused(files[i].bytes, files[i].length, ERR_IMAGE, files[i].named);
        unsigned width, height;
        struct error why = {0};
        struct image_limits limits = encode_limits();
        assert_false(
            image_measure(files[i].bytes, files[i].length, &limits, &width, &height, &why));
        assert_int_equal(why.kind, ERR_IMAGE);
    }
}

static struct file make_any(size_t kind)
{
    struct file file;
    unsigned char *pixels;
    switch (kind) {
    case 0:
        file = make_jpeg(331, 217, true);
        jpeg_add_exif(&file, 7);
        return file;
    case 1:
        pixels = make_noise(331, 217);
        file = encode_jpeg(pixels, 331, 217, TJPF_RGB, TJSAMP_422, TJFLAG_PROGRESSIVE);
        break;
    case 2:
        pixels = make_noise(131, 67);
        file = encode_png_rgb(pixels, 131, 67);
        break;
    case 3:
        pixels = make_noise(131, 67);
        file = encode_jpeg(pixels, 65, 67, TJPF_CMYK, TJSAMP_444, 0);
        break;
    case 4:
        return make_gif(61, 43, true);
    case 5:
        return make_bmp(61, 43, true);
    case 6:
        return make_tga(61, 43, true);
    default:
        return make_psd(61, 43, 8);
    }
    free(pixels);
    return file;
}

enum { KINDS = 8 };

// Bytes changed at random: whatever comes of it, no crash, no leak (ASan), and a reason.
static void survives_changed_bytes(void **state)
{
    (void)state;
    uint32_t random = 1;
    unsigned refused = 0, prepared = 0;
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct file whole = make_any(kind);
        for (unsigned round = 0; round < 150; round++) {
            struct file file = file_copy(&whole);
            for (unsigned change = 0; change <= round % 7; change++) {
                random = random * 1664525 + 1013904223;
                // Mostly in the header, where the numbers are that memory is allocated by.
                size_t within = change % 2 == 0 && file.length > 200 ? 200 : file.length;
                file.bytes[(random >> 8) % within] = (unsigned char)(random >> 24);
            }
            struct image_limits limits = encode_limits();
            limits.max_pixels = 1000 * 1000;
            limits.max_side_px = 64;
            struct prepared_image image;
            struct error why = {0};
            if (image_prepare(file.bytes, file.length, &limits, &image, &why)) {
                prepared++;
                assert_in_range(image.width, 1, 64);
                assert_in_range(image.height, 1, 64);
                prepared_image_clear(&image);
            } else {
                refused++;
                assert_int_not_equal(why.kind, ERR_NONE);
                assert_true(strlen(why.message) > 10);
            }
            file_free(&file);
        }
        file_free(&whole);
    }
    assert_true(refused > 100);
    assert_true(prepared > 100);
}

struct turn_of_work {
    struct file files[KINDS];
    struct digest digests[KINDS];
};

static void *prepare_all(void *context)
{
    struct turn_of_work *work = context;
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct image_limits limits = encode_limits();
        limits.max_side_px = 100;
        struct prepared_image image;
        struct error why = {0};
        if (image_prepare(work->files[kind].bytes, work->files[kind].length, &limits, &image, &why))
            work->digests[kind] = digest_of(image.jpeg.data, image.jpeg.length);
        prepared_image_clear(&image);
    }
    return NULL;
}

static void gives_the_same_bytes_on_every_thread(void **state)
{
    (void)state;
    enum { THREADS = 6 };
    struct turn_of_work expected = {0}, works[THREADS];
    for (size_t kind = 0; kind < KINDS; kind++)
        expected.files[kind] = make_any(kind);
    memcpy(
        works,
        (struct turn_of_work[THREADS]){expected, expected, expected, expected, expected, expected},
        sizeof works);
    prepare_all(&expected);
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, prepare_all, &works[i]), 0);
    static const struct digest none;
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        for (size_t kind = 0; kind < KINDS; kind++) {
            assert_false(digest_equal(&works[i].digests[kind], &none));
            assert_true(digest_equal(&works[i].digests[kind], &expected.digests[kind]));
        }
    }
    for (size_t kind = 0; kind < KINDS; kind++)
        file_free(&expected.files[kind]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_every_orientation_upright),
        cmocka_unit_test(keeps_no_metadata),
        cmocka_unit_test(never_enlarges),
        cmocka_unit_test(goes_down_to_the_limit),
        cmocka_unit_test(steps_to_the_lowest_quality_exactly),
        cmocka_unit_test(refuses_only_what_cannot_be_made_small),
        cmocka_unit_test(refuses_too_many_pixels_exactly),
        cmocka_unit_test(measures_the_picture_however_it_is_prepared),
        cmocka_unit_test(does_not_pass_on_what_cannot_be_measured),
        cmocka_unit_test(keeps_to_the_pixels_of_a_result),
        cmocka_unit_test(names_what_it_does_not_read),
        cmocka_unit_test(survives_changed_bytes),
        cmocka_unit_test(gives_the_same_bytes_on_every_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
