#include "case.h"
#include "screen.h"
#include "stand_ins.h"

static struct screen_settings read_line(const char *line)
{
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_GENERATE, line, NULL, &why));
    struct screen_settings screen = screen_of(&settings);
    settings_clear(&settings);
    return screen;
}

static void each_option_has_its_threshold(void **state)
{
    (void)state;
    struct screen_settings screen = read_line("generate in -o out");
    assert_int_equal(screen.mode, SCREEN_OFF);
    assert_int_equal(screen.min_side_px, 64);
    assert_int_equal(screen.min_contrast, 8);
    assert_true(screen.max_blur == 1.5);
    assert_int_equal(screen.max_distance, 31);
    screen = read_line("generate in -o out --screen --screen-min-side 0 --screen-contrast 20 "
                       "--screen-blur 2.25 --screen-distance none");
    assert_int_equal(screen.mode, SCREEN_SKIP);
    assert_int_equal(screen.min_side_px, 0);
    assert_int_equal(screen.min_contrast, 20);
    assert_true(screen.max_blur == 2.25);
    assert_int_equal(screen.max_distance, -1);
    screen = read_line("generate in -o out --screen report --screen-distance 0");
    assert_int_equal(screen.mode, SCREEN_REPORT);
    assert_int_equal(screen.max_distance, 0);
    case_refused(FOR_GENERATE, "generate in --screen-distance 48", NULL, ERR_USAGE, "0 to 47");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_option_has_its_threshold, case_enter, case_leave)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
