#include "case.h"

#include "file.h"
#include "stretch.h"

#include <sys/stat.h>

static struct stretch sample(void)
{
    struct digest fingerprint = {{7}};
    struct stretch stretch;
    stretch_init(&stretch);
    stretch.record = 1024;
    stretch.line = 1025;
    stretch.records = stretch.lines = stretch.places = 2;
    stretch.bytes = 99;
    stretch.place = 1024;
    stretch.input = digester_begin();
    assert_true(buffer_append(&stretch.ids, "12345678", 8));
    assert_true(stretch_add_image(&stretch, "a.jpg", 10, 20));
    assert_true(stretch_add_row(&stretch, 6, 1025, &fingerprint));
    assert_true(stretch_add_row(&stretch, 5, 1024, &fingerprint));
    return stretch;
}

static void change(struct stretch *stretch, int what)
{
    struct digest fingerprint = {{8}};
    int64_t *numbers[] = {&stretch->record, &stretch->line,  &stretch->records, &stretch->lines,
                          &stretch->bytes,  &stretch->place, &stretch->places};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    if (what < NUMBERS)
        ++*numbers[what];
    switch (what - NUMBERS) {
    case 0:
        digester_add(&stretch->input, "x", 1);
        break;
    case 1:
        stretch->ids.data[0] = 'x';
        break;
    case 2:
        stretch->images.data[0] = 'x';
        break;
    case 3:
        stretch->facts.data[0]++;
        break;
    case 4:
        stretch->rows[0].fingerprint = fingerprint;
        break;
    case 5:
        stretch->rows[0].place++;
        break;
    case 6:
        stretch->rows[0].number += 10;
        break;
    case 7:
        assert_true(stretch_add_row(stretch, 7, 1026, &fingerprint));
        break;
    case 8:
        assert_true(stretch_add_image(stretch, "b.jpg", 10, 20));
        break;
    }
}

static void its_digest_is_of_everything(void **state)
{
    (void)state;
    enum { CHANGES = 7 + 9 };
    struct digest digests[CHANGES + 1];
    for (int i = 0; i <= CHANGES; i++) {
        struct stretch stretch = sample();
        if (i < CHANGES)
            change(&stretch, i);
        digests[i] = stretch_digest(&stretch);
        struct digest again = stretch_digest(&stretch);
        assert_true(digest_equal(&digests[i], &again));
        for (int j = 0; j < i; j++)
            if (digest_equal(&digests[i], &digests[j]))
                fail_msg("change %d and change %d make no difference", i, j);
        stretch_clear(&stretch);
    }
}

static void rows_come_in_any_order(void **state)
{
    (void)state;
    struct stretch a = sample(), b = sample();
    assert_int_equal(a.first_number, 5);
    assert_int_equal(a.last_number, 6);
    struct stretch_row row = b.rows[0];
    b.rows[0] = b.rows[1];
    b.rows[1] = row;
    struct digest of_a = stretch_digest(&a), of_b = stretch_digest(&b);
    assert_true(digest_equal(&of_a, &of_b));
    stretch_clear(&a);
    stretch_clear(&b);
}

static void an_image_is_added_once_in_a_row(void **state)
{
    (void)state;
    static const char *const paths[] = {"a.jpg", "a.jpg", "xa.jpg", "a.jpg", ".jpg", ".jpg"};
    struct stretch stretch;
    stretch_init(&stretch);
    for (int i = 0; i < 6; i++)
        assert_true(stretch_add_image(&stretch, paths[i], 1, 2));
    assert_int_equal(stretch.images.length, sizeof "a.jpg\0xa.jpg\0a.jpg\0.jpg");
    assert_memory_equal(stretch.images.data, "a.jpg\0xa.jpg\0a.jpg\0.jpg", stretch.images.length);
    assert_int_equal(stretch.facts.length, 4 * 2 * sizeof(int64_t));
    stretch_clear(&stretch);
}

static void looks_at_the_images_again(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    char *paths[] = {strdup(in_scratch(scratch, "a.jpg")), strdup(in_scratch(scratch, "b.jpg"))};
    struct stretch stretch;
    stretch_init(&stretch);
    for (int i = 0; i < 2; i++) {
        struct stat facts;
        put_text(paths[i], "picture");
        assert_int_equal(stat(paths[i], &facts), 0);
        assert_true(stretch_add_image(&stretch, paths[i], facts.st_size, file_changed_ns(&facts)));
    }
    struct digest noted = stretch_digest(&stretch);
    assert_true(stretch_look_at_images(&stretch));
    struct digest found = stretch_digest(&stretch);
    assert_true(digest_equal(&noted, &found));
    put_text(paths[1], "another picture");
    assert_true(stretch_look_at_images(&stretch));
    found = stretch_digest(&stretch);
    assert_false(digest_equal(&noted, &found));
    unlink(paths[0]);
    assert_false(stretch_look_at_images(&stretch));
    stretch_clear(&stretch);
    for (int i = 0; i < 2; i++)
        free(paths[i]);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_digest_is_of_everything),
        cmocka_unit_test(rows_come_in_any_order),
        cmocka_unit_test(an_image_is_added_once_in_a_row),
        cmocka_unit_test(looks_at_the_images_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
