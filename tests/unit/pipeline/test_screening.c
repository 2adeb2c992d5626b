#include "screening.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static const struct screen_settings usual = {
    .mode = SCREEN_SKIP, .min_side_px = 64, .min_contrast = 8, .max_blur = 1.5, .max_distance = 31};

static struct screening *new_screening(const struct screen_settings *settings)
{
    struct error why = {0};
    struct screening *screening = screening_new(settings, &why);
    assert_non_null(screening);
    return screening;
}

// A picture with nothing against it, whose likeness is all zeros but for the first `bits` bits.
static struct screen_image good_one(const char *name, uint64_t key, unsigned bits)
{
    struct screen_image image = {
        .name = name,
        .key = key,
        .figures = {.shorter_px = 64, .contrast = 8, .blur = 1.5, .detail = 100}};
    for (unsigned i = 0; i < bits; i++)
        image.figures.look.words[i / 64] |= UINT64_C(1) << (63 - i % 64);
    return image;
}

static struct screen_verdict judge(struct screening *screening, const struct screen_image *image)
{
    struct screen_verdict verdict;
    struct error why = {0};
    assert_true(screening_judge(screening, image, &verdict, &why));
    return verdict;
}

static void expect(struct screening *screening, struct screen_image image,
                   enum screen_finding finding, const char *words)
{
    struct screen_verdict verdict = judge(screening, &image);
    assert_string_equal(screen_finding_name(verdict.finding), screen_finding_name(finding));
    if (strstr(verdict.reason, words) == NULL)
        fail_msg("\"%s\" has no \"%s\"", verdict.reason, words);
    assert_int_equal(screening_skips(screening, &verdict), finding != SCREEN_KEPT);
}

static void each_threshold_holds(void **state)
{
    (void)state;
    struct screening *screening = new_screening(&usual);
    expect(screening, good_one("a", 1, 0), SCREEN_KEPT, "");
    struct screen_image image = good_one("b", 2, 128);
    image.figures.shorter_px = 63;
    expect(screening, image, SCREEN_SMALL, "63 px, below --screen-min-side 64");
    image = good_one("c", 3, 128);
    image.figures.contrast = 7;
    expect(screening, image, SCREEN_FLAT, "by 7, below --screen-contrast 8");
    image = good_one("d", 4, 128);
    image.figures.blur = 1.55;
    expect(screening, image, SCREEN_UNSHARP, "1.55, above --screen-blur 1.50");
    expect(screening, good_one("e", 5, 31), SCREEN_DUPLICATE,
           "looks like a: 31 of 256 bits differ");
    expect(screening, good_one("f", 6, 32), SCREEN_KEPT, "");
    assert_int_equal(screening_count(screening, SCREEN_KEPT), 2);
    assert_int_equal(screening_count(screening, SCREEN_DUPLICATE), 1);
    screening_free(screening);
}

static void thresholds_may_be_off(void **state)
{
    (void)state;
    struct screen_settings settings = {.mode = SCREEN_SKIP, .max_distance = -1};
    struct screening *screening = new_screening(&settings);
    struct screen_image image = good_one("a", 1, 128);
    image.figures = (struct picture_figures){.blur = 5, .look = image.figures.look, .detail = 100};
    expect(screening, image, SCREEN_KEPT, "");
    image.key = 2;
    expect(screening, image, SCREEN_KEPT, "");
    screening_free(screening);
}

// What was left out is no original, and the nearest of the kept ones is named.
static void duplicates_are_of_kept_ones(void **state)
{
    (void)state;
    struct screening *screening = new_screening(&usual);
    expect(screening, good_one("a", 1, 0), SCREEN_KEPT, "");
    expect(screening, good_one("b", 2, 30), SCREEN_DUPLICATE, "like a:");
    expect(screening, good_one("c", 3, 50), SCREEN_KEPT, "");
    expect(screening, good_one("d", 4, 30), SCREEN_DUPLICATE, "like c: 20 of");
    struct screen_image soft = good_one("e", 5, 128);
    soft.figures.blur = 3;
    expect(screening, soft, SCREEN_UNSHARP, "");
    expect(screening, good_one("f", 6, 128), SCREEN_KEPT, "");
    screening_free(screening);
}

// The same image again is no duplicate of itself, and has the verdict that it had, though one that
// is nearer to it was kept in between.
static void met_again_it_has_its_verdict(void **state)
{
    (void)state;
    struct screening *screening = new_screening(&usual);
    expect(screening, good_one("a", 1, 0), SCREEN_KEPT, "");
    expect(screening, good_one("b", 2, 25), SCREEN_DUPLICATE, "like a: 25");
    expect(screening, good_one("c", 3, 40), SCREEN_KEPT, "");
    for (int i = 0; i < 2; i++) {
        expect(screening, good_one("a", 1, 0), SCREEN_KEPT, "");
        expect(screening, good_one("b", 2, 25), SCREEN_DUPLICATE, "like a: 25");
        expect(screening, good_one("c", 3, 40), SCREEN_KEPT, "");
    }
    struct screen_image again = good_one("c", 3, 40);
    assert_true(judge(screening, &again).met_before);
    assert_int_equal(screening_count(screening, SCREEN_KEPT), 2);
    assert_int_equal(screening_count(screening, SCREEN_DUPLICATE), 1);
    screening_free(screening);
}

static void plain_ones_are_compared_by_their_bytes(void **state)
{
    (void)state;
    struct screening *screening = new_screening(&usual);
    struct screen_image plain = good_one("a", 1, 0);
    plain.figures.detail = 4;
    plain.digest = digest_of("a", 1);
    expect(screening, plain, SCREEN_KEPT, "");
    plain.key = 2;
    expect(screening, plain, SCREEN_DUPLICATE, "like a: 0 of");
    plain.key = 3;
    plain.digest = digest_of("b", 1);
    expect(screening, plain, SCREEN_KEPT, "");
    screening_free(screening);
}

static void a_report_tells_the_nearest_beyond_the_threshold(void **state)
{
    (void)state;
    struct screen_settings settings = usual;
    settings.mode = SCREEN_REPORT;
    struct screening *screening = new_screening(&settings);
    struct screen_image first = good_one("a", 1, 0), second = good_one("b", 2, 47);
    struct screen_image third = good_one("c", 3, 95);
    assert_null(judge(screening, &first).nearest);
    struct screen_verdict verdict = judge(screening, &second);
    assert_string_equal(verdict.nearest, "a");
    assert_int_equal(verdict.distance, 47);
    assert_null(judge(screening, &third).nearest);
    struct buffer row;
    buffer_init(&row, 4096);
    buffer_append_char(&row, '{');
    screening_write(&second.figures, &verdict, &row);
    const char *wanted = "{\"verdict\":\"kept\",\"shorter_side\":64,\"contrast\":8,\"blur\":1.50,"
                         "\"detail\":100,\"look\":\"fffffffffffe0000";
    assert_memory_equal(buffer_text(&row), wanted, strlen(wanted));
    assert_non_null(strstr(buffer_text(&row), "\"nearest\":\"a\",\"distance\":47"));
    buffer_clear(&row);
    screening_free(screening);
}

// So long a name that the names are moved in memory when it joins them.
static void the_nearest_has_its_name_when_another_is_kept(void **state)
{
    (void)state;
    struct screen_settings settings = usual;
    settings.mode = SCREEN_REPORT;
    struct screening *screening = new_screening(&settings);
    static char long_name[1 << 20];
    memset(long_name, 'b', sizeof long_name - 1);
    struct screen_image first = good_one("a", 1, 0), second = good_one(long_name, 2, 47);
    judge(screening, &first);
    struct screen_verdict verdict = judge(screening, &second);
    assert_int_equal(verdict.finding, SCREEN_KEPT);
    assert_string_equal(verdict.nearest, "a");
    screening_free(screening);
}

static void a_report_skips_nothing(void **state)
{
    (void)state;
    struct screen_settings settings = usual;
    settings.mode = SCREEN_REPORT;
    struct screening *screening = new_screening(&settings);
    struct screen_image small = good_one("a", 1, 0);
    small.figures.shorter_px = 1;
    struct screen_verdict verdict = judge(screening, &small);
    assert_int_equal(verdict.finding, SCREEN_SMALL);
    assert_false(screening_skips(screening, &verdict));
    screening_free(screening);
}

static void keeps_thousands_of_names(void **state)
{
    (void)state;
    struct screen_settings settings = usual;
    settings.max_distance = 0;
    struct screening *screening = new_screening(&settings);
    char name[40];
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 3000; i++) {
            snprintf(name, sizeof name, "folder/image-%u.jpg", i);
            struct screen_image image = good_one(name, 10000 + round * 5000 + i, 0);
            struct digest random = digest_of(name, strlen(name));
            image.figures.look = likeness_read(random.bytes);
            struct screen_verdict verdict = judge(screening, &image);
            assert_int_equal(verdict.finding, round == 0 ? SCREEN_KEPT : SCREEN_DUPLICATE);
            if (round > 0)
                assert_string_equal(verdict.nearest, name);
        }
    screening_free(screening);
}

static void kinds_are_told(void **state)
{
    (void)state;
    for (int i = SCREEN_SMALL; i < SCREEN_FINDINGS; i++)
        assert_true(screen_is_kind(screen_finding_kind((enum screen_finding)i)));
    assert_false(screen_is_kind("image_unusable"));
    assert_false(screen_is_kind(NULL));
}

static void thresholds_are_read_as_they_were_written(void **state)
{
    (void)state;
    struct screen_settings settings = {.mode = SCREEN_SKIP,
                                       .min_side_px = 64,
                                       .min_contrast = 8,
                                       .max_blur = 1.25,
                                       .max_distance = -1};
    struct screen_settings read;
    struct buffer text;
    buffer_init(&text, 1000);
    screen_settings_write(&settings, &text);
    assert_true(screen_settings_read(buffer_text(&text), &read));
    assert_int_equal(read.mode, SCREEN_SKIP);
    assert_int_equal(read.min_side_px, 64);
    assert_int_equal(read.min_contrast, 8);
    assert_true(read.max_blur == 1.25);
    assert_int_equal(read.max_distance, -1);
    assert_false(screen_settings_read("min-side 64, contrast 8", &read));
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_threshold_holds),
        cmocka_unit_test(thresholds_may_be_off),
        cmocka_unit_test(duplicates_are_of_kept_ones),
        cmocka_unit_test(met_again_it_has_its_verdict),
        cmocka_unit_test(plain_ones_are_compared_by_their_bytes),
        cmocka_unit_test(a_report_tells_the_nearest_beyond_the_threshold),
        cmocka_unit_test(the_nearest_has_its_name_when_another_is_kept),
        cmocka_unit_test(a_report_skips_nothing),
        cmocka_unit_test(keeps_thousands_of_names),
        cmocka_unit_test(kinds_are_told),
        cmocka_unit_test(thresholds_are_read_as_they_were_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
