#include "unit.h"

#include "sight.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static struct sight made(uint64_t seed, unsigned number)
{
    struct error why = {0};
    struct sight picture;
    if (!sight_make(&picture, seed, number, &why))
        fail_msg("%s", why.message);
    return picture;
}

static void same_seed_same_picture_other_seed_another(void **state)
{
    (void)state;
    struct sight a = made(7, 1), b = made(7, 1);
    assert_string_equal(a.expected, b.expected);
    assert_int_equal(a.jpeg.length, b.jpeg.length);
    assert_memory_equal(a.jpeg.data, b.jpeg.data, a.jpeg.length);
    sight_clear(&b);
    int others = 0;
    for (unsigned i = 2; i < 22; i++) {
        b = made(7, i);
        others += strcmp(a.expected, b.expected) != 0;
        sight_clear(&b);
    }
    assert_in_range(others, 19, 20);
    sight_clear(&a);
}

// A plain reading of the pixels, by the strongest channels, must name the colours in their places.
static const char *name_of(const unsigned char *rgb)
{
    bool red = rgb[0] > 100, green = rgb[1] > 100, blue = rgb[2] > 100;
    if (!red && !green && !blue)
        return "black";
    if (red && green)
        return rgb[1] > 180 ? "yellow" : "orange";
    return red && blue ? "purple" : red ? "red" : green ? "green" : "blue";
}

static void the_picture_shows_what_is_expected(void **state)
{
    (void)state;
    static unsigned char rgb[SIGHT_WIDTH * SIGHT_HEIGHT * 3];
    for (unsigned number = 0; number < 20; number++) {
        struct sight picture = made(3, number);
        tjhandle decoder = tjInitDecompress();
        int bad = tjDecompress2(decoder, (unsigned char *)picture.jpeg.data, picture.jpeg.length,
                                rgb, SIGHT_WIDTH, 0, SIGHT_HEIGHT, TJPF_RGB, 0);
        tjDestroy(decoder);
        assert_int_equal(bad, 0);
        char seen[120] = "";
        for (unsigned i = 0; i < SIGHT_SQUARES; i++) {
            unsigned x = 56 + i * 112;
            snprintf(seen + strlen(seen), 20, "%s%s", i > 0 ? ", " : "",
                     name_of(rgb + 3 * (SIGHT_HEIGHT / 2 * SIGHT_WIDTH + x)));
        }
        assert_string_equal(seen, picture.expected);
        assert_int_equal(rgb[0], 255); // the ground is white
        sight_clear(&picture);
    }
}

// The picture of a test: its order is set by hand.
static struct sight red_green_blue_black_yellow(void)
{
    return (struct sight){.order = {0, 3, 4, 6, 2}};
}

static void replies_are_judged_in_whatever_words(void **state)
{
    static const struct {
        const char *reply;
        enum sight_verdict verdict;
    } rows[] = {
        {"red, green, blue, black, yellow", SIGHT_SEEN},
        {"Red, Green, Blue, Black, Yellow.", SIGHT_SEEN},
        {"1. **red**\n2. **green**\n3. **blue**\n4. **black**\n5. **yellow**", SIGHT_SEEN},
        {"红色，绿色，蓝色，黑色，黄色", SIGHT_SEEN},
        {"red, green, purple, black, yellow", SIGHT_SEEN}, // one mistake
        {"The image provided shows red, green, blue, black and yellow squares.", SIGHT_SEEN},
        {"I see black and red ... in order: red, green, blue, black, yellow", SIGHT_SEEN},
        {"red, green, purple, orange, yellow", SIGHT_INVENTED}, // two
        {"yellow, red, green, blue, black", SIGHT_INVENTED},    // the right set, wrong places
        {"red, blue, green, yellow, purple", SIGHT_INVENTED},
        {"Looking at the uploaded image: red, blue, green", SIGHT_INVENTED},
        {"I'm sorry, but I can't see any image. Please upload it.", SIGHT_BLIND},
        {"There is no image in your message.", SIGHT_BLIND},
        {"没有看到图片，请上传。", SIGHT_BLIND},
        {"A reddish greenness of bluebells", SIGHT_UNCLEAR}, // no whole word is a colour
        {"Five colourful squares.", SIGHT_UNCLEAR},
        {"", SIGHT_UNCLEAR},
        {NULL, SIGHT_UNCLEAR},
    };
    (void)state;
    struct sight picture = red_green_blue_black_yellow();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum sight_verdict verdict = sight_judge(&picture, rows[i].reply);
        if (verdict != rows[i].verdict)
            fail_msg("%s: %s, not %s", rows[i].reply != NULL ? rows[i].reply : "NULL",
                     sight_verdict_name(verdict), sight_verdict_name(rows[i].verdict));
    }
}

static void a_long_reply_is_read_to_its_end(void **state)
{
    (void)state;
    struct sight picture = red_green_blue_black_yellow();
    struct buffer reply;
    buffer_init(&reply, 1 << 16);
    for (int i = 0; i < 300; i++)
        buffer_append_text(&reply, "maybe blue or red; ");
    buffer_append_text(&reply, "so: red, green, blue, black, yellow");
    assert_int_equal(sight_judge(&picture, buffer_text(&reply)), SIGHT_SEEN);
    buffer_clear(&reply);
}

// Who answers without looking is right in at most one of a hundred pictures.
static void guesses_are_caught(void **state)
{
    (void)state;
    static const char *const guesses[] = {"red, blue, green, yellow, purple",
                                          "red, orange, yellow, green, blue",
                                          "blue, red, yellow, green, black"};
    enum { PICTURES = 300 };
    for (size_t g = 0; g < sizeof guesses / sizeof *guesses; g++) {
        int passed = 0;
        for (unsigned i = 0; i < PICTURES; i++) {
            struct sight picture = made(1, i);
            passed += sight_judge(&picture, guesses[g]) == SIGHT_SEEN;
            sight_clear(&picture);
        }
        if (passed > 6) // 1.3 are to be expected
            fail_msg("\"%s\" passes for %d of %d pictures", guesses[g], passed, PICTURES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_picture_other_seed_another),
        cmocka_unit_test(the_picture_shows_what_is_expected),
        cmocka_unit_test(replies_are_judged_in_whatever_words),
        cmocka_unit_test(a_long_reply_is_read_to_its_end),
        cmocka_unit_test(guesses_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
