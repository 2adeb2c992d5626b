#include "make_modern.h"

#include "jpeg_copy.h"
#include "jpeg_header.h"

enum { W = 83, H = 61 };

static const struct kind {
    int subsampling, flags;
    const char *scans; // TurboJPEG's variables for what has no function
} kinds[] = {
    {TJSAMP_444, 0, ""},
    {TJSAMP_422, 0, ""},
    {TJSAMP_420, 0, ""},
    {TJSAMP_440, 0, ""},
    {TJSAMP_411, 0, ""},
    {TJSAMP_GRAY, 0, ""},
    {TJSAMP_420, 0, "r"},
    {TJSAMP_444, TJFLAG_PROGRESSIVE, ""},
    {TJSAMP_420, TJFLAG_PROGRESSIVE, ""},
    {TJSAMP_GRAY, TJFLAG_PROGRESSIVE, ""},
    {TJSAMP_420, TJFLAG_PROGRESSIVE, "r"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static struct file make(const struct kind *kind)
{
    if (kind->scans[0] == 'r')
        setenv("TJ_RESTART", "3B", 1);
    unsigned char *pixels = make_noise(W, H);
    struct file file = encode_jpeg(pixels, W, H, TJPF_RGB, kind->subsampling, kind->flags);
    free(pixels);
    unsetenv("TJ_RESTART");
    return file;
}

static unsigned char *decode(const unsigned char *bytes, size_t length)
{
    tjhandle decoder = tjInitDecompress();
    unsigned char *pixels = malloc(W * H * 3);
    assert_int_equal(tjDecompress2(decoder, bytes, length, pixels, W, 0, H, TJPF_RGB, 0), 0);
    tjDestroy(decoder);
    return pixels;
}

static bool copy(const struct file *file, struct buffer *out)
{
    buffer_init(out, 1 << 24);
    return jpeg_copy(file->bytes, file->length, out);
}

static void add_segment(struct file *file, unsigned char marker, const char *body, size_t length)
{
    struct file segment = {0};
    file_add(&segment, (unsigned char[2]){0xff, marker}, 2);
    file_add_number(&segment, (uint32_t)length + 2, 2, true);
    file_add(&segment, body, length);
    file_insert(file, 2, segment.bytes, segment.length);
    file_free(&segment);
}

#define ADD(file, marker, text) add_segment(file, marker, text, sizeof(text) - 1)

// Every place that private things stand in.
static void add_metadata(struct file *file)
{
    ADD(file, 0xe0, "JFXX\0\20SECRET thumbnail");
    ADD(file, 0xe1, "http://ns.adobe.com/xap/1.0/\0SECRET");
    ADD(file, 0xed, "Photoshop 3.0\0SECRET");
    ADD(file, 0xe2, "MPF\0SECRET");
    ADD(file, 0xe2, "FPXR\0SECRET");
    ADD(file, 0xe7, "SECRET");
    ADD(file, 0xef, "SECRET");
    ADD(file, 0xfe, "SECRET");
    ADD(file, 0xee, "Adobe\0\144\0\0\0\0\1SECRET");
    ADD(file, 0xe1, "Exif\0\0II*\0\10\0\0\0\0\0SECRET");
    file_add(file, "SECRET\xff\xd8\xff\xe1SECRET", 16);
}

static void keeps_the_picture_and_nothing_else(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct file file = make(&kinds[k]);
        unsigned char *expected = decode(file.bytes, file.length);
        size_t length = file.length;
        add_metadata(&file);
        assert_non_null(memmem(file.bytes, file.length, "SECRET", 6));
        struct image_limits limits = image_limits_default();
        for (int verify = 0; verify < 2; verify++) {
            limits.verify = verify;
            struct prepared_image image = prepare_file(&file, &limits);
            if (!image.passed)
                fail_msg("kind %zu is not passed", k);
            assert_int_equal(image.quality, 0);
            assert_int_equal(image.width, W);
            assert_int_equal(image.height, H);
            assert_null(memmem(image.jpeg.data, image.jpeg.length, "SECRET", 6));
            assert_null(memmem(image.jpeg.data, image.jpeg.length, "Exif", 4));
            assert_in_range(image.jpeg.length, length, length + 16);
            unsigned char *pixels = decode((unsigned char *)image.jpeg.data, image.jpeg.length);
            assert_memory_equal(pixels, expected, W * H * 3);
            free(pixels);
            prepared_image_clear(&image);
        }
        free(expected);
        file_free(&file);
    }
}

static void cuts_the_thumbnail_of_jfif_off(void **state)
{
    (void)state;
    struct file file = make(&kinds[2]);
    // TurboJPEG's JFIF segment is the first; one with a thumbnail goes before it, and counts.
    ADD(&file, 0xe0, "JFIF\0\1\2\0\0\1\0\1\2\1SECRET");
    struct buffer out;
    assert_true(copy(&file, &out));
    assert_null(memmem(out.data, out.length, "SECRET", 6));
    assert_memory_equal(out.data, "\xff\xd8\xff\xe0\0\20JFIF\0\1\2\0\0\1\0\1\0\0\xff", 21);
    buffer_clear(&out);
    file_free(&file);
}

// MPO: a second picture behind the first, for the other eye, which is not sent.
static void takes_the_first_picture_of_mpo(void **state)
{
    (void)state;
    unsigned char *pixels = make_quarters(W, H);
    struct file file = encode_jpeg(pixels, W, H, TJPF_RGB, TJSAMP_444, 0), other = make(&kinds[0]);
    size_t length = file.length;
    ADD(&file, 0xe2, "MPF\0II*\0\10\0\0\0");
    file_add(&file, other.bytes, other.length);
    struct image_limits limits[] = {image_limits_default(), encode_limits()};
    for (int i = 0; i < 2; i++) {
        struct prepared_image image = prepare_file(&file, &limits[i]);
        assert_int_equal(image.passed, i == 0);
        if (image.passed)
            assert_int_equal(image.jpeg.length, length);
        expect_quarters(&image, (int[4]){0, 1, 2, 3}, 8, "MPO");
        prepared_image_clear(&image);
    }
    file_free(&other);
    file_free(&file);
    free(pixels);
}

// Cut anywhere, or with a byte missing, the markers show it, but for the scan's coded data.
static void passes_nothing_that_is_cut_off(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct file file = make(&kinds[k]);
        for (size_t length = 0; length < file.length; length++) {
            // Right behind it there is nothing: ASan would tell of a byte read beyond.
            struct file cut = {0};
            cut.bytes = malloc(length + 1);
            memcpy(cut.bytes, file.bytes, length);
            unsigned char *exact = realloc(cut.bytes, length > 0 ? length : 1);
            cut = (struct file){exact, length};
            struct buffer out;
            assert_false(copy(&cut, &out));
            buffer_clear(&out);
            file_free(&cut);
        }
        file_free(&file);
    }
}

// An interrupted progressive download, ended by hand, is a good picture to a decoder: only a
// blurred one.
static void passes_no_picture_that_lacks_scans(void **state)
{
    (void)state;
    struct file file = make(&kinds[8]);
    unsigned scans = 0;
    for (size_t at = 2; at + 1 < file.length; at++) {
        if (file.bytes[at] != 0xff || file.bytes[at + 1] != 0xda)
            continue;
        scans++;
        struct file cut = {0};
        file_add(&cut, file.bytes, at);
        file_add(&cut, "\xff\xd9", 2);
        struct buffer out;
        assert_false(copy(&cut, &out));
        buffer_clear(&out);
        file_free(&cut);
    }
    assert_true(scans > 5);
    file_free(&file);
}

static void passes_nothing_with_restarts_missing(void **state)
{
    (void)state;
    struct file file = make(&kinds[6]);
    unsigned found = 0;
    for (size_t at = 2; at + 1 < file.length; at++) {
        if (file.bytes[at] != 0xff || file.bytes[at + 1] < 0xd0 || file.bytes[at + 1] > 0xd7)
            continue;
        found++;
        struct file other = file_copy(&file);
        memmove(other.bytes + at, other.bytes + at + 2, other.length - at - 2);
        other.length -= 2;
        struct buffer out;
        assert_false(copy(&other, &out));
        buffer_clear(&out);
        file_free(&other);
    }
    assert_true(found >= 5);
    file_free(&file);
}

static void leaves_to_the_encoder_what_others_may_misread(void **state)
{
    (void)state;
    struct image_limits limits = image_limits_default();
    unsigned char *pixels = make_quarters(W, H);
    struct file file = encode_jpeg(pixels, W, H, TJPF_CMYK, TJSAMP_444, 0);
    file_free(&file);
    // RGB-coded: an Adobe segment that says so, in place of JFIF.
    file = encode_jpeg(pixels, W, H, TJPF_RGB, TJSAMP_444, 0);
    memmove(file.bytes + 2, file.bytes + 20, file.length - 20);
    file.length -= 18;
    struct prepared_image image = prepare_file(&file, &limits);
    assert_true(image.passed);
    prepared_image_clear(&image);
    ADD(&file, 0xee, "Adobe\0\144\0\0\0\0\0");
    image = prepare_file(&file, &limits);
    assert_false(image.passed);
    prepared_image_clear(&image);
    file_free(&file);
    // Turned, of other colours, too wide, too many bytes.
    file = encode_jpeg(pixels, W, H, TJPF_RGB, TJSAMP_420, 0);
    limits.max_side_px = W;
    image = prepare_file(&file, &limits);
    assert_true(image.passed);
    size_t length = (image.jpeg.length + 2) / 3 * 4;
    prepared_image_clear(&image);
    limits.max_base64_bytes = length;
    image = prepare_file(&file, &limits);
    assert_true(image.passed);
    prepared_image_clear(&image);
    limits.max_base64_bytes = length - 1;
    image = prepare_file(&file, &limits);
    assert_false(image.passed);
    prepared_image_clear(&image);
    limits = image_limits_default();
    limits.max_side_px = W - 1;
    image = prepare_file(&file, &limits);
    assert_false(image.passed);
    assert_int_equal(image.width, W - 1);
    prepared_image_clear(&image);
    limits = image_limits_default();
    struct file srgb = make_srgb_profile(), p3 = make_p3_profile();
    struct file profiled = file_copy(&file), segment = {0};
    file_add(&segment, "ICC_PROFILE\0\1\1", 14);
    file_add(&segment, srgb.bytes, srgb.length);
    add_segment(&profiled, 0xe2, (char *)segment.bytes, segment.length);
    image = prepare_file(&profiled, &limits);
    assert_true(image.passed);
    assert_null(memmem(image.jpeg.data, image.jpeg.length, "ICC", 3));
    prepared_image_clear(&image);
    file_free(&profiled);
    file_free(&segment);
    profiled = file_copy(&file);
    file_add(&segment, "ICC_PROFILE\0\1\1", 14);
    file_add(&segment, p3.bytes, p3.length);
    add_segment(&profiled, 0xe2, (char *)segment.bytes, segment.length);
    image = prepare_file(&profiled, &limits);
    assert_false(image.passed);
    prepared_image_clear(&image);
    file_free(&profiled);
    file_free(&segment);
    file_free(&srgb);
    file_free(&p3);
    jpeg_add_exif(&file, 2);
    image = prepare_file(&file, &limits);
    assert_false(image.passed);
    prepared_image_clear(&image);
    file_free(&file);
    free(pixels);
}

// Coded data that is missing between whole markers is found by those who ask for it.
static void verifies_when_asked(void **state)
{
    (void)state;
    struct file file = make(&kinds[2]);
    memmove(file.bytes + file.length / 2, file.bytes + file.length - 2, 2);
    file.length = file.length / 2 + 2;
    struct image_limits limits = image_limits_default();
    struct prepared_image image = prepare_file(&file, &limits);
    assert_true(image.passed);
    prepared_image_clear(&image);
    limits.verify = true;
    struct error why = {0};
    assert_false(image_prepare(file.bytes, file.length, &limits, &image, &why));
    assert_int_equal(why.kind, ERR_IMAGE);
    assert_non_null(strstr(why.message, "damaged"));
    limits.accept_damaged = true;
    image = prepare_file(&file, &limits);
    assert_false(image.passed);
    assert_int_equal(image.damage.kind, ERR_IMAGE);
    prepared_image_clear(&image);
    file_free(&file);
}

// Whatever is passed on decodes to something, and stays within its buffer.
static void survives_changed_markers(void **state)
{
    (void)state;
    uint32_t random = 7;
    unsigned passed = 0;
    for (size_t k = 0; k < KINDS; k++) {
        struct file whole = make(&kinds[k]);
        for (unsigned round = 0; round < 400; round++) {
            struct file file = file_copy(&whole);
            for (unsigned change = 0; change <= round % 3; change++) {
                random = random * 1664525 + 1013904223;
                file.bytes[(random >> 8) % (round % 2 == 0 ? 700 : file.length)] =
                    (unsigned char)(random >> 24);
            }
            struct buffer out;
            if (copy(&file, &out)) {
                passed++;
                struct jpeg_header header;
                assert_true(jpeg_header_read((unsigned char *)out.data, out.length, &header, NULL));
            }
            buffer_clear(&out);
            file_free(&file);
        }
        file_free(&whole);
    }
    assert_true(passed > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_picture_and_nothing_else),
        cmocka_unit_test(cuts_the_thumbnail_of_jfif_off),
        cmocka_unit_test(takes_the_first_picture_of_mpo),
        cmocka_unit_test(passes_nothing_that_is_cut_off),
        cmocka_unit_test(passes_no_picture_that_lacks_scans),
        cmocka_unit_test(passes_nothing_with_restarts_missing),
        cmocka_unit_test(leaves_to_the_encoder_what_others_may_misread),
        cmocka_unit_test(verifies_when_asked),
        cmocka_unit_test(survives_changed_markers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
