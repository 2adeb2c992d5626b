#include "likeness.h"
#include "make_luma.h"
#include "orient.h"

static struct likeness look_of(unsigned seed, unsigned width, unsigned height, double sigma,
                               int orientation)
{
    unsigned detail;
    struct picture picture = new_picture(PICTURE_GREY, width, height);
    draw_discs(&picture.planes[0], seed, sigma);
    struct luma luma = luma_of(&picture);
    struct likeness look = likeness_of(&luma, orientation, &detail);
    luma_clear(&luma);
    picture_clear(&picture);
    assert_in_range(detail, 50, 100);
    return look;
}

// The bits by the definition, with floating point, of a picture of 64 x 64: no averaging in it.
static struct likeness defined(const unsigned char *samples)
{
    const double pi = 3.14159265358979323846;
    double waves[256], sorted[256], wave[64][16];
    for (int x = 0; x < 64; x++)
        for (int k = 0; k < 16; k++)
            wave[x][k] = cos((2 * x + 1) * (k + 1) * pi / 128);
    for (int k = 0; k < 16; k++)
        for (int j = 0; j < 16; j++) {
            double sum = 0;
            for (int y = 0; y < 64; y++)
                for (int x = 0; x < 64; x++)
                    sum += samples[y * 64 + x] * wave[y][k] * wave[x][j];
            waves[k * 16 + j] = sorted[k * 16 + j] = sum;
        }
    for (int i = 1; i < 256; i++)
        for (int j = i; j > 0 && sorted[j - 1] > sorted[j]; j--) {
            double other = sorted[j];
            sorted[j] = sorted[j - 1];
            sorted[j - 1] = other;
        }
    struct likeness look = {{0}};
    for (int i = 0; i < 256; i++)
        if (waves[i] > sorted[127])
            look.words[i / 64] |= UINT64_C(1) << (63 - i % 64);
    return look;
}

static void is_as_defined(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 5; seed++) {
        struct picture picture = new_picture(PICTURE_GREY, 64, 64);
        draw_discs(&picture.planes[0], seed, 0);
        struct luma luma = luma_of(&picture);
        unsigned detail, bits = 0;
        struct likeness look = likeness_of(&luma, 1, &detail);
        struct likeness wanted = defined(luma.samples);
        // Rounding to whole numbers may turn the two waves on either side of the median.
        assert_in_range(likeness_distance(&look, &wanted), 0, 2);
        for (int i = 0; i < 4; i++)
            bits += (unsigned)__builtin_popcountll(look.words[i]);
        assert_int_equal(bits, 128);
        luma_clear(&luma);
        picture_clear(&picture);
    }
}

static void alike_and_unlike(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 3; seed++) {
        struct likeness look = look_of(seed, 400, 300, 0, 1);
        struct likeness half = look_of(seed, 200, 150, 0, 1);
        struct likeness large = look_of(seed, 800, 600, 0, 1);
        struct likeness soft = look_of(seed, 400, 300, 3, 1);
        assert_in_range(likeness_distance(&look, &half), 0, 16);
        assert_in_range(likeness_distance(&look, &large), 0, 16);
        assert_in_range(likeness_distance(&look, &soft), 0, 16);
        struct likeness other = look_of(seed + 100, 400, 300, 0, 1);
        assert_in_range(likeness_distance(&look, &other), 80, 176);
        struct likeness mirrored = look_of(seed, 400, 300, 0, 2);
        assert_in_range(likeness_distance(&look, &mirrored), 80, 176);
    }
}

// A picture stored turned is as the same picture stored upright.
static void turns_upright(void **state)
{
    (void)state;
    enum { WIDTH = 320, HEIGHT = 240 };
    struct picture upright = new_picture(PICTURE_GREY, WIDTH, HEIGHT);
    draw_discs(&upright.planes[0], 4, 0);
    struct luma luma = luma_of(&upright);
    unsigned detail, same;
    struct likeness wanted = likeness_of(&luma, 1, &detail);
    for (int orientation = 2; orientation <= 8; orientation++) {
        // Turned back: 6 undoes 8, the others undo themselves.
        int back = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
        struct picture stored;
        struct error why = {0};
        assert_true(picture_orient(&upright, orient_turn(back), &stored, &why));
        struct luma turned = luma_of(&stored);
        struct likeness look = likeness_of(&turned, orientation, &same);
        assert_int_equal(likeness_distance(&look, &wanted), 0);
        assert_int_equal(same, detail);
        luma_clear(&turned);
        picture_clear(&stored);
    }
    luma_clear(&luma);
    picture_clear(&upright);
}

static void plain_ones_have_no_detail(void **state)
{
    (void)state;
    unsigned char samples[30 * 20];
    unsigned detail;
    struct luma luma = {.width = 30, .height = 20, .samples = samples};
    memset(samples, 100, sizeof samples);
    struct likeness look = likeness_of(&luma, 1, &detail);
    assert_int_equal(detail, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(look.words[i], 0);
    luma = (struct luma){.width = 1, .height = 1, .samples = samples};
    likeness_of(&luma, 6, &detail);
    assert_int_equal(detail, 0);
}

static void is_written_and_read(void **state)
{
    (void)state;
    struct likeness look = {{UINT64_C(0x0123456789abcdef), 1, 0, UINT64_C(1) << 63}};
    char hex[LIKENESS_HEX + 1];
    likeness_hex(&look, hex);
    assert_string_equal(hex, "0123456789abcdef000000000000000100000000000000008000000000000000");
    unsigned char bytes[LIKENESS_BYTES];
    likeness_write(&look, bytes);
    assert_int_equal(bytes[0], 0x01);
    assert_int_equal(bytes[7], 0xef);
    assert_int_equal(bytes[15], 1);
    assert_int_equal(bytes[24], 0x80);
    struct likeness again = likeness_read(bytes);
    assert_memory_equal(&again, &look, sizeof look);
    again.words[2] ^= 0xff;
    again.words[0] ^= 1;
    assert_int_equal(likeness_distance(&again, &look), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_defined), cmocka_unit_test(alike_and_unlike),
        cmocka_unit_test(turns_upright), cmocka_unit_test(plain_ones_have_no_detail),
        cmocka_unit_test(is_written_and_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
