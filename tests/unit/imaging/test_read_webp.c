#include "make_files.h"

#include <webp/encode.h>

static const int in_order[4] = {0, 1, 2, 3};
enum { W = 101, H = 67 };

static struct file encode_webp(bool lossless, int alpha)
{
    unsigned char *rgb = make_quarters(W, H), *rgba = malloc(W * H * 4);
    for (size_t i = 0; i < W * H; i++) {
        memcpy(rgba + i * 4, rgb + i * 3, 3);
        rgba[i * 4 + 3] = (unsigned char)alpha;
    }
    uint8_t *bytes = NULL;
    size_t length = lossless ? WebPEncodeLosslessRGBA(rgba, W, H, W * 4, &bytes)
                             : WebPEncodeRGBA(rgba, W, H, W * 4, 95, &bytes);
    assert_true(length > 0);
    struct file file = {0};
    file_add(&file, bytes, length);
    WebPFree(bytes);
    free(rgb);
    free(rgba);
    return file;
}

static void add_chunk(struct file *file, const char *name, const struct file *body)
{
    file_add(file, name, 4);
    file_add_number(file, (uint32_t)body->length, 4, false);
    file_add(file, body->bytes, body->length);
    file_add(file, "", body->length % 2);
}

static void add_sides(struct file *file, unsigned width, unsigned height)
{
    file_add_number(file, width - 1, 3, false);
    file_add_number(file, height - 1, 3, false);
}

// The extended container around the chunks of a simple file (all behind its first 12 bytes): with
// an EXIF chunk, or as that many frames of an animation at 20, 10.
static struct file mux(const struct file *image, const struct file *exif, unsigned frames)
{
    struct file chunks = {0}, header = {0}, file = {0};
    file_add(&header, frames > 0 ? "\2\0\0\0" : "\10\0\0\0", 4);
    add_sides(&header, frames > 0 ? W + 20 : W, frames > 0 ? H + 10 : H);
    file_add(&chunks, "WEBP", 4);
    add_chunk(&chunks, "VP8X", &header);
    if (frames == 0)
        file_add(&chunks, image->bytes + 12, image->length - 12);
    if (frames > 0)
        file_add(&chunks, "ANIM\6\0\0\0\0\0\0\0\0\0", 14);
    for (unsigned i = 0; i < frames; i++) {
        struct file frame = {0};
        file_add(&frame, "\12\0\0\5\0\0", 6); // half of 20, 10
        add_sides(&frame, W, H);
        file_add(&frame, "\x64\0\0\0", 4);
        file_add(&frame, image->bytes + 12, image->length - 12);
        add_chunk(&chunks, "ANMF", &frame);
        file_free(&frame);
    }
    if (exif != NULL)
        add_chunk(&chunks, "EXIF", exif);
    add_chunk(&file, "RIFF", &chunks);
    file_free(&chunks);
    file_free(&header);
    return file;
}

static void reads_lossy_and_lossless(void **state)
{
    (void)state;
    for (int lossless = 0; lossless <= 1; lossless++) {
        struct file file = encode_webp(lossless, 255);
        for (unsigned side = 40; side <= 200; side += 40) {
            struct image_limits limits = image_limits_default();
            limits.max_side_px = side;
            struct prepared_image image = prepare_file(&file, &limits);
            assert_int_equal(image.format, PICTURE_WEBP);
            expect_quarters(&image, in_order, 12, lossless ? "lossless" : "lossy");
            prepared_image_clear(&image);
        }
        file_free(&file);
    }
}

static void flattens_alpha_on_white(void **state)
{
    (void)state;
    for (int lossless = 0; lossless <= 1; lossless++) {
        struct file file = encode_webp(lossless, 128);
        struct prepared_image image = prepare_file(&file, NULL);
        unsigned char *pixels = decode_prepared(&image);
        unsigned char expected[3];
        for (int c = 0; c < 3; c++)
            expected[c] = (unsigned char)((quarters[0][c] * 128 + 255 * 127) / 255);
        expect_pixel(pixels, W, W / 4, H / 4, expected, 8, "half transparent");
        free(pixels);
        prepared_image_clear(&image);
        file_free(&file);
    }
}

static void turns_as_exif_says(void **state)
{
    (void)state;
    struct file image = encode_webp(false, 255);
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct file exif = make_exif(orientation, orientation % 2);
        if (orientation % 3 == 0) // as some writers do, against the specification
            file_insert(&exif, 0, "Exif\0", 6);
        struct file file = mux(&image, &exif, 0);
        struct prepared_image prepared = prepare_file(&file, NULL);
        assert_int_equal(prepared.orientation, orientation);
        expect_quarters(&prepared, shown_corners[orientation], 12, "EXIF chunk");
        prepared_image_clear(&prepared);
        file_free(&file);
        file_free(&exif);
    }
    file_free(&image);
}

// The first frame, at its place on a canvas that is white elsewhere.
static void reads_the_first_frame(void **state)
{
    (void)state;
    struct file image = encode_webp(true, 255), file = mux(&image, NULL, 3);
    struct prepared_image prepared = prepare_file(&file, NULL);
    assert_int_equal(prepared.width, W + 20);
    assert_int_equal(prepared.height, H + 10);
    unsigned char *pixels = decode_prepared(&prepared);
    static const unsigned char white[3] = {255, 255, 255};
    expect_pixel(pixels, prepared.width, 5, 5, white, 3, "beside the frame");
    expect_pixel(pixels, prepared.width, 20 + W / 4, 10 + H / 4, quarters[0], 8, "in the frame");
    free(pixels);
    prepared_image_clear(&prepared);
    file_free(&file);
    file_free(&image);
}

static void refuses_what_is_cut_off(void **state)
{
    (void)state;
    for (int lossless = 0; lossless <= 1; lossless++) {
        struct file file = encode_webp(lossless, 200);
        for (size_t percent = 20; percent < 100; percent += 5) {
            size_t length = file.length * percent / 100;
            unsigned char *cut = malloc(length);
            memcpy(cut, file.bytes, length);
            expect_refused(cut, length, ERR_IMAGE, "WebP is damaged");
            free(cut);
        }
        file_free(&file);
    }
}

static void refuses_bombs_before_memory(void **state)
{
    (void)state;
    struct file image = encode_webp(true, 255), file = mux(&image, NULL, 2);
    memset(file.bytes + 24, 0xfe, 6); // the canvas of VP8X: 24 bits a side, less one
    // Sides whose product does not fit 32 bits are broken by the format's own rule.
    expect_refused(file.bytes, file.length, ERR_IMAGE, "WebP is damaged");
    memcpy(file.bytes + 24, "\xff\xff\0\x0f\x27\0", 6);
    expect_refused(file.bytes, file.length, ERR_TOO_LARGE, "65536 x 10000");
    file_free(&file);
    file_free(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lossy_and_lossless), cmocka_unit_test(flattens_alpha_on_white),
        cmocka_unit_test(turns_as_exif_says),       cmocka_unit_test(reads_the_first_frame),
        cmocka_unit_test(refuses_what_is_cut_off),  cmocka_unit_test(refuses_bombs_before_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
