// Profiles in every format that carries one.
#include "make_modern.h"

#include <webp/encode.h>

enum { W = 96, H = 64 };

static void jpeg_add_profile(struct file *jpeg, const struct file *profile, size_t part)
{
    size_t parts = (profile->length + part - 1) / part;
    for (size_t i = parts; i-- > 0;) {
        size_t size = profile->length - i * part < part ? profile->length - i * part : part;
        struct file segment = {0};
        file_add(&segment, "\xff\xe2", 2);
        file_add_number(&segment, (uint32_t)(size + 16), 2, true);
        file_add(&segment, "ICC_PROFILE", 12);
        file_add_number(&segment, (uint32_t)(i + 1), 1, true);
        file_add_number(&segment, (uint32_t)parts, 1, true);
        file_add(&segment, profile->bytes + i * part, size);
        file_insert(jpeg, 2, segment.bytes, segment.length);
        file_free(&segment);
    }
}

static struct file make_jpeg(int subsampling, const struct file *profile)
{
    unsigned char *pixels = make_quarters(W, H);
    struct file file = encode_jpeg(pixels, W, H, TJPF_RGB, subsampling, 0);
    jpeg_add_profile(&file, profile, 200);
    free(pixels);
    return file;
}

static void expect_colours(const struct file *file, unsigned side,
                           const unsigned char expected[4][3], int tolerance, const char *where)
{
    struct image_limits limits = image_limits_default();
    limits.max_side_px = side;
    struct prepared_image image = prepare_file(file, &limits);
    assert_false(image.passed && expected == quarters_of_p3);
    unsigned char *pixels = decode_prepared(&image);
    for (unsigned i = 0; i < 4; i++)
        expect_pixel(pixels, image.width, image.width * (1 + i % 2 * 2) / 4,
                     image.height * (1 + i / 2 * 2) / 4, expected[i], tolerance, where);
    free(pixels);
    prepared_image_clear(&image);
}

static void converts_jpeg(void **state)
{
    (void)state;
    static const int kinds[] = {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411};
    struct file profile = make_p3_profile();
    for (size_t i = 0; i < 5; i++)
        for (unsigned side = 31; side <= W; side += 65) {
            struct file file = make_jpeg(kinds[i], &profile);
            expect_colours(&file, side, quarters_of_p3, 8, "JPEG");
            // A turn does not shift or lose the colours.
            jpeg_add_exif(&file, 3);
            struct prepared_image image = prepare_file(&file, NULL);
            unsigned char *pixels = decode_prepared(&image);
            expect_pixel(pixels, W, W / 4, H / 4, quarters_of_p3[3], 8, "turned");
            expect_pixel(pixels, W, W * 3 / 4, H / 4, quarters_of_p3[2], 8, "turned");
            free(pixels);
            prepared_image_clear(&image);
            file_free(&file);
        }
    file_free(&profile);
}

static void leaves_srgb_and_broken_profiles(void **state)
{
    (void)state;
    struct file srgb = make_srgb_profile(), p3 = make_p3_profile();
    struct file file = make_jpeg(TJSAMP_420, &srgb);
    expect_colours(&file, W, quarters, 6, "sRGB");
    file_free(&file);
    for (size_t length = 0; length < p3.length; length += 37) {
        struct file broken = {p3.bytes, length + 1};
        file = make_jpeg(TJSAMP_420, &broken);
        struct prepared_image image = prepare_file(&file, NULL);
        prepared_image_clear(&image);
        file_free(&file);
    }
    // A part missing.
    file = make_jpeg(TJSAMP_420, &p3);
    unsigned char *part = memmem(file.bytes, file.length, "ICC_PROFILE\0\2", 13);
    part[12] = 1;
    expect_colours(&file, W, quarters, 6, "part missing");
    file_free(&file);
    // A profile for greys with colours.
    cmsToneCurve *curve = cmsBuildGamma(NULL, 1.0);
    cmsHPROFILE grey = cmsCreateGrayProfile(cmsD50_xyY(), curve);
    cmsUInt32Number length = 0;
    cmsSaveProfileToMem(grey, NULL, &length);
    struct file bytes = {malloc(length), length};
    cmsSaveProfileToMem(grey, bytes.bytes, &length);
    file = make_jpeg(TJSAMP_420, &bytes);
    expect_colours(&file, W, quarters, 6, "grey profile");
    file_free(&file);
    // It does hold for greys: linear 128 is 188.
    unsigned char *pixels = make_quarters(W, H);
    file = encode_jpeg(pixels, W, H, TJPF_RGB, TJSAMP_GRAY, 0);
    jpeg_add_profile(&file, &bytes, 60000);
    struct prepared_image image = prepare_file(&file, NULL);
    unsigned char *shown = decode_prepared(&image);
    expect_pixel(shown, W, W * 3 / 4, H * 3 / 4, (unsigned char[3]){188, 188, 188}, 3, "linear");
    free(shown);
    free(pixels);
    prepared_image_clear(&image);
    file_free(&file);
    cmsCloseProfile(grey);
    cmsFreeToneCurve(curve);
    file_free(&bytes);
    file_free(&srgb);
    file_free(&p3);
}

static struct file make_ink_jpeg(const struct file *profile)
{
    unsigned char *pixels = make_quarters(W, H), *inks = malloc(W * H * 4);
    for (size_t i = 0; i < W * H; i++) {
        memcpy(inks + i * 4, pixels + i * 3, 3);
        inks[i * 4 + 3] = 255; // Adobe's way: 255 is no ink
    }
    struct file file = encode_jpeg(inks, W, H, TJPF_CMYK, TJSAMP_444, 0);
    jpeg_add_profile(&file, profile, 60000);
    free(inks);
    free(pixels);
    return file;
}

static void converts_inks(void **state)
{
    (void)state;
    struct file profile = make_ink_profile();
    struct file file = make_ink_jpeg(&profile);
    for (unsigned side = 31; side <= W; side += 65)
        expect_colours(&file, side, quarters_of_inks, 10, "inks");
    file_free(&file);
    file_free(&profile);
    // A link from inks to inks is no profile of inks.
    cmsHPROFILE link = cmsCreateInkLimitingDeviceLink(cmsSigCmykData, 300);
    cmsUInt32Number length = 0;
    cmsSaveProfileToMem(link, NULL, &length);
    profile = (struct file){malloc(length), length};
    cmsSaveProfileToMem(link, profile.bytes, &length);
    cmsCloseProfile(link);
    file = make_ink_jpeg(&profile);
    expect_colours(&file, W, quarters, 10, "link");
    file_free(&file);
    file_free(&profile);
}

static struct file make_png(void (*decorate)(spng_ctx *))
{
    unsigned char *pixels = make_quarters(W, H);
    spng_ctx *encoder = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(encoder, SPNG_ENCODE_TO_BUFFER, 1);
    struct spng_ihdr header = {W, H, 8, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 0};
    spng_set_ihdr(encoder, &header);
    decorate(encoder);
    assert_int_equal(
        spng_encode_image(encoder, pixels, (size_t)W * H * 3, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE),
        0);
    int code;
    struct file file = {0};
    file.bytes = spng_get_png_buffer(encoder, &file.length, &code);
    spng_ctx_free(encoder);
    free(pixels);
    return file;
}

static struct file p3_of_png; // spng borrows it until the PNG is written

static void add_p3(spng_ctx *encoder)
{
    struct spng_iccp icc = {"P3", p3_of_png.length, (char *)p3_of_png.bytes};
    assert_int_equal(spng_set_iccp(encoder, &icc), 0);
}

static void add_srgb(spng_ctx *encoder)
{
    assert_int_equal(spng_set_srgb(encoder, 0), 0);
    assert_int_equal(spng_set_gama(encoder, 1.0), 0); // what sRGB goes before
}

static void add_usual_gamma(spng_ctx *encoder)
{
    assert_int_equal(spng_set_gama(encoder, 0.45455), 0);
}

static void add_p3_primaries(spng_ctx *encoder)
{
    struct spng_chrm c = {0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060};
    assert_int_equal(spng_set_gama(encoder, 0.45455), 0);
    assert_int_equal(spng_set_chrm(encoder, &c), 0);
}

static void add_linear(spng_ctx *encoder)
{
    assert_int_equal(spng_set_gama(encoder, 1.0), 0);
}

static void add_nothing(spng_ctx *encoder)
{
    (void)encoder;
}

static void converts_png(void **state)
{
    (void)state;
    static const unsigned char of_linear[4][3] = {
        {239, 96, 96}, {96, 229, 111}, {96, 111, 234}, {188, 188, 188}};
    static const struct {
        void (*decorate)(spng_ctx *);
        const unsigned char (*expected)[3];
        const char *name;
    } kinds[] = {{add_p3, quarters_of_p3, "iCCP"},
                 {add_srgb, quarters, "sRGB"},
                 {add_usual_gamma, quarters, "gAMA 1/2.2"},
                 {add_p3_primaries, quarters_of_p3, "cHRM"},
                 {add_linear, of_linear, "gAMA 1"}};
    p3_of_png = make_p3_profile();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct file file = make_png(kinds[i].decorate);
        expect_colours(&file, W, kinds[i].expected, 6, kinds[i].name);
        file_free(&file);
    }
    file_free(&p3_of_png);
    // cICP: Display P3. Its checksum is never looked at, as only its data are.
    struct file file = make_png(add_nothing);
    file_insert(&file, 33, "\0\0\0\4cICP\14\15\0\1\0\0\0\0", 16);
    expect_colours(&file, W, quarters_of_p3, 6, "cICP");
    file_free(&file);
}

static void converts_webp(void **state)
{
    (void)state;
    struct file profile = make_p3_profile();
    for (int lossless = 0; lossless < 2; lossless++) {
        unsigned char *pixels = make_quarters(W, H), *bytes = NULL;
        size_t length = lossless ? WebPEncodeLosslessRGB(pixels, W, H, W * 3, &bytes)
                                 : WebPEncodeRGB(pixels, W, H, W * 3, 95, &bytes);
        // VP8X (flag: a profile; sides less one), ICCP, then the chunk of the simple form.
        struct file file = {0};
        size_t padded = (profile.length + 1) / 2 * 2;
        file_add(&file, "RIFF", 4);
        file_add_number(&file, (uint32_t)(4 + 18 + 8 + padded + length - 12), 4, false);
        file_add(&file, "WEBPVP8X\12\0\0\0\40\0\0\0", 16);
        file_add_number(&file, W - 1, 3, false);
        file_add_number(&file, H - 1, 3, false);
        file_add(&file, "ICCP", 4);
        file_add_number(&file, (uint32_t)profile.length, 4, false);
        file_add(&file, profile.bytes, profile.length);
        file_add(&file, "", padded - profile.length);
        file_add(&file, bytes + 12, length - 12);
        expect_colours(&file, W, quarters_of_p3, 10, lossless ? "lossless" : "lossy");
        file_free(&file);
        WebPFree(bytes);
        free(pixels);
    }
    file_free(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_jpeg), cmocka_unit_test(leaves_srgb_and_broken_profiles),
        cmocka_unit_test(converts_inks), cmocka_unit_test(converts_png),
        cmocka_unit_test(converts_webp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
