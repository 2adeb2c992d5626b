#include "unit.h"

#include "image.h"
#include "subject.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

static struct question record(enum image_origin origin, const char *image)
{
    return (struct question){.origin = origin, .image = text_copy(image)};
}

static void records_of_one_image_share_it(void **state)
{
    (void)state;
    struct image_table table = {0};
    struct error why = {0};
    struct question a = record(IMAGE_FILE, "a.jpg"), again = record(IMAGE_FILE, "a.jpg"),
                    b = record(IMAGE_FILE, "b.jpg"), text = record(IMAGE_BASE64, "a.jpg");
    struct image *first = image_find(&table, &a, 1, &why);
    assert_ptr_equal(image_find(&table, &again, 2, &why), first);
    assert_true(first->order == 1);
    assert_ptr_not_equal(image_find(&table, &b, 3, &why), first);
    // The same words as another kind of reference are another image.
    assert_ptr_not_equal(image_find(&table, &text, 4, &why), first);
    assert_int_equal(table.count, 3);
    assert_null(a.image); // the image took it
    image_table_clear(&table);
}

static void the_table_grows_and_shrinks(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static struct image *images[COUNT];
    struct image_table table = {0};
    struct error why = {0};
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++) {
            char name[20];
            snprintf(name, sizeof name, "%d", i);
            struct question question = record(IMAGE_FILE, name);
            struct image *image = image_find(&table, &question, (uint64_t)i, &why);
            if (round == 1)
                assert_ptr_equal(image, images[i]);
            images[i] = image;
        }
    assert_int_equal(table.count, COUNT);
    for (int i = 0; i < COUNT; i++)
        image_remove(&table, images[i]);
    assert_int_equal(table.count, 0);
    image_table_clear(&table);
}

static void an_image_is_in_use_while_a_call_of_it_could_be_sent(void **state)
{
    (void)state;
    struct image image = {.heap_place = 0};
    struct subject first = {.in_flight = 0}, second = {.in_flight = 0};
    image_attach(&image, &first);
    image_attach(&image, &second);
    assert_ptr_equal(image.subjects, &first); // in order of admission
    assert_false(image_in_use(&image));
    second.in_flight = 1;
    assert_true(image_in_use(&image));
    assert_false(image_detach(&image, &first));
    assert_true(image_detach(&image, &second));
    assert_null(second.image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_one_image_share_it),
        cmocka_unit_test(the_table_grows_and_shrinks),
        cmocka_unit_test(an_image_is_in_use_while_a_call_of_it_could_be_sent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
