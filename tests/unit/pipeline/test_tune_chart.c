// Throughput drawn with characters.
#include "unit.h"

#include "tune_sample.h"
#include "tune_table.h"

#include <utf8proc.h>

static const char *drawn(const struct tune_result *result, size_t width, bool unicode)
{
    static struct buffer out;
    buffer_clear(&out);
    buffer_init(&out, 1 << 20);
    tune_chart_write(result, width, unicode, &out);
    return buffer_text(&out);
}

// The most columns of the screen that a line takes.
static size_t widest_line(const char *text)
{
    size_t widest = 0, width = 0;
    for (const char *at = text; *at != '\0'; at++) {
        width = *at == '\n' ? 0 : width + ((*at & 0xc0) != 0x80);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void the_chart_fits_its_width(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    for (size_t width = 40; width <= 200; width += 7) {
        const char *text = drawn(&result, width, true);
        size_t widest = widest_line(text);
        if (widest > width && width >= 60) // the marks' words need some room of their own
            fail_msg("%zu columns instead of %zu:\n%s", widest, width, text);
        assert_true(text[0] != '\0');
    }
    for (unsigned i = 0; i < TUNE_LEVELS; i++)
        result.levels[i] = sample_level(1 + 7 * i, 200, 840);
    result.level_count = TUNE_LEVELS;
    assert_true(widest_line(drawn(&result, 80, true)) <= 80);
    assert_true(drawn(&result, 80, true)[0] != '\0');
    assert_string_equal(drawn(&result, 70, true), ""); // no room for so many
}

static void the_knee_is_marked_under_its_level(void **state)
{
    (void)state;
    static struct tune_result result;
    sample_result(&result, 37, 840);
    const char *text = drawn(&result, 80, false);
    print_message("%s", text);
    assert_non_null(strstr(text, "Items a second over requests in flight\n"));
    // 32, 33 and 44 are the 6th to 8th levels, of 6 columns each; 37 is nearest to 33.
    assert_non_null(strstr(text, "\n                                              ^ knee: 37\n"));
    assert_non_null(strstr(text, "^ recommended: 33\n"));
    assert_non_null(strstr(text, "          1     2     4     8     16    32    33    44    64    "
                                 "128\n"));
    for (const char *at = text; *at != '\0'; at++)
        assert_true((unsigned char)*at < 0x80);
    result.concurrency = 37;
    assert_non_null(strstr(drawn(&result, 80, true), "▲ knee, and recommended: 37\n"));
}

static void too_little_draws_nothing(void **state)
{
    (void)state;
    static struct tune_result result;
    assert_string_equal(drawn(&result, 80, true), "");
    result.levels[0] = sample_level(16, 37, 840);
    result.level_count = 1;
    assert_string_equal(drawn(&result, 80, true), "");
    result.level_count = 2; // of which neither had a reply
    result.levels[0].items_per_second = result.levels[0].calls_per_second = 0;
    assert_string_equal(drawn(&result, 80, true), "");
    sample_result(&result, 37, 840);
    assert_string_equal(drawn(&result, 0, true), "");
    result.levels[2].items_per_second = NAN;
    result.levels[3].items_per_second = 1e308;
    assert_true(drawn(&result, 80, true)[0] != '\0');
}

static void the_locale_decides_the_characters(void **state)
{
    (void)state;
    assert_true(tune_chart_is_unicode(NULL, NULL, "en_GB.UTF-8"));
    assert_true(tune_chart_is_unicode("", "C.utf8", "C"));
    assert_false(tune_chart_is_unicode("C", "C.UTF-8", "C.UTF-8"));
    assert_false(tune_chart_is_unicode(NULL, NULL, NULL));
    assert_false(tune_chart_is_unicode(NULL, NULL, "de_DE.ISO-8859-1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_chart_fits_its_width),
                                       cmocka_unit_test(the_knee_is_marked_under_its_level),
                                       cmocka_unit_test(too_little_draws_nothing),
                                       cmocka_unit_test(the_locale_decides_the_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
