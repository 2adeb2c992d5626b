#include "case.h"

#include "shard.h"

#include <stdio.h>

static void reads_what_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        unsigned index, count;
    } rows[] = {
        {"1/1", true, 1, 1},     {"2/8", true, 2, 8},
        {"8/8", true, 8, 8},     {"9/8", false, 0, 0},
        {"0/8", false, 0, 0},    {"2", false, 0, 0},
        {"2/", false, 0, 0},     {"/8", false, 0, 0},
        {"2/8/1", false, 0, 0},  {" 2/8", false, 0, 0},
        {"2/8 ", false, 0, 0},   {"-1/8", false, 0, 0},
        {"2 of 8", false, 0, 0}, {"1/99999999999999999", false, 0, 0},
        {"", false, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shard shard;
        if (shard_parse(rows[i].text, &shard) != rows[i].good)
            fail_msg("\"%s\"", rows[i].text);
        if (rows[i].good)
            assert_true(shard.index == rows[i].index && shard.count == rows[i].count);
    }
}

static void parts_are_disjoint_and_even(void **state)
{
    (void)state;
    enum { IMAGES = 2000, PARTS = 5 };
    unsigned held[PARTS] = {0};
    for (int i = 0; i < IMAGES; i++) {
        char name[32], first[32], second[32];
        snprintf(name, sizeof name, "folder/%d.jpg", i);
        snprintf(first, sizeof first, "q%d", i);
        snprintf(second, sizeof second, "r%d", i);
        struct question one = {.id = first, .origin = IMAGE_FILE, .name = name, .image = first};
        struct question two = {.id = second, .origin = IMAGE_FILE, .name = name, .image = second};
        unsigned found = 0;
        for (unsigned part = 1; part <= PARTS; part++) {
            struct shard shard = {part, PARTS};
            assert_int_equal(shard_holds(&shard, &one), shard_holds(&shard, &two));
            if (shard_holds(&shard, &one)) {
                found++;
                held[part - 1]++;
            }
        }
        assert_int_equal(found, 1);
    }
    // Each part has 400 in the mean, and 18 as its standard deviation.
    for (int part = 0; part < PARTS; part++)
        assert_in_range(held[part], 310, 490);
}

static void goes_by_what_a_record_has(void **state)
{
    (void)state;
    char id[] = "line-7", text[] = "aGVsbG8=";
    struct question record = {.id = id, .origin = IMAGE_NONE};
    struct shard whole = {0, 0}, one = {1, 2}, two = {2, 2};
    assert_true(shard_holds(&whole, &record));
    assert_true(shard_holds(&one, &record) != shard_holds(&two, &record));
    record.origin = IMAGE_BASE64;
    record.image = text;
    assert_true(shard_holds(&one, &record) != shard_holds(&two, &record));
    assert_false(shard_is_part(&whole));
    assert_true(shard_is_part(&one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_written),
        cmocka_unit_test(parts_are_disjoint_and_even),
        cmocka_unit_test(goes_by_what_a_record_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
