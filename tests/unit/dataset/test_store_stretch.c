#include "stored.h"

#include "store_stretch.h"

static char *scratch;
static struct store *store;

static int set_up(void **state)
{
    (void)state;
    scratch = make_scratch();
    store = open_store(scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    remove_scratch(scratch);
    return 0;
}

static void add_row(struct stretch *stretch, int64_t number, int64_t place, const char *fingerprint)
{
    struct digest digest = digest_of(fingerprint, strlen(fingerprint));
    assert_true(stretch_add_row(stretch, number, place, &digest));
}

// Items a, b, c at places 0, 1, 2; the stretch is of the last two, both finished.
static void note(struct stretch *stretch)
{
    static const char *const ids[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        struct stored_item item = admit(store, ids[i], i, "f");
        if (i > 0)
            finish(store, item.number, i == 1 ? ITEM_ACCEPTED : ITEM_UNKNOWN, NULL, "{}");
    }
    stretch_init(stretch);
    stretch->record = stretch->place = 1;
    stretch->line = 2;
    stretch->records = stretch->lines = stretch->places = 2;
    stretch->bytes = 30;
    stretch->input = digester_begin();
    assert_true(buffer_append(&stretch->ids, "1234567812345678", 16));
    assert_true(stretch_add_image(stretch, "a.jpg", 1, 2));
    add_row(stretch, 3, 2, "f");
    add_row(stretch, 2, 1, "f");
    expect(store_put_stretch(store, stretch, &why));
}

// As it is found now, with what the store does not keep of it.
static bool find(struct stretch *found, const struct stretch *noted, bool *ended)
{
    struct digest was;
    stretch_init(found);
    assert_true(store_find_stretch(store, noted->record, found, &was));
    found->input = noted->input;
    assert_true(buffer_append(&found->facts, noted->facts.data, noted->facts.length));
    expect(store_read_stretch(store, found, ended, &why));
    struct digest is = stretch_digest(found);
    return digest_equal(&is, &was);
}

static void is_found_as_it_was_noted(void **state)
{
    (void)state;
    struct stretch noted, found;
    struct digest digest;
    bool ended = false;
    note(&noted);
    store_close(store);
    store = open_store(scratch);
    assert_true(find(&found, &noted, &ended));
    assert_true(ended);
    assert_int_equal(found.row_count, 2);
    assert_int_equal(found.bytes, 30);
    stretch_clear(&found);
    stretch_init(&found);
    assert_false(store_find_stretch(store, 2, &found, &digest));
    stretch_clear(&found);
    stretch_clear(&noted);
}

static void its_items_are_admitted_as_they_are(void **state)
{
    (void)state;
    struct stretch noted, found;
    struct store_count *counts;
    size_t length;
    bool ended;
    note(&noted);
    store_close(store);
    store = open_store(scratch);
    assert_true(find(&found, &noted, &ended));
    expect(store_admit_stretch(store, &found, &why));
    expect_lines(store, ITEM_ACCEPTED, 0, 3, "{}\n");
    expect(store_count_items(store, &counts, &length, &why));
    assert_int_equal(length, 2); // not the one that was open: it is no part of the input any more
    free(counts);
    stretch_clear(&found);
    stretch_clear(&noted);
}

static void changes_of_its_items_are_seen(void **state)
{
    (void)state;
    struct stretch noted, found;
    bool ended;
    note(&noted);
    expect(store_retry_item(store, 2, 1, &why));
    find(&found, &noted, &ended);
    assert_false(ended);
    stretch_clear(&found);
    finish(store, 2, ITEM_ACCEPTED, NULL, "{}");
    assert_true(find(&found, &noted, &ended));
    assert_true(ended);
    stretch_clear(&found);

    finish(store, admit(store, "b", 1, "other").number, ITEM_ACCEPTED, NULL, "{}");
    assert_false(find(&found, &noted, &ended)); // made of something else
    assert_true(ended);
    stretch_clear(&found);
    finish(store, admit(store, "b", 7, "f").number, ITEM_ACCEPTED, NULL, "{}");
    assert_false(find(&found, &noted, &ended)); // elsewhere in the input
    stretch_clear(&found);
    finish(store, admit(store, "b", 1, "f").number, ITEM_ACCEPTED, NULL, "{}");
    assert_true(find(&found, &noted, &ended));
    stretch_clear(&found);
    stretch_clear(&noted);
}

static void rows_that_lie_far_apart_are_not_noted(void **state)
{
    (void)state;
    struct stretch stretch;
    struct digest digest;
    stretch_init(&stretch);
    stretch.input = digester_begin();
    add_row(&stretch, 1, 0, "f");
    add_row(&stretch, 100000, 1, "f");
    expect(store_put_stretch(store, &stretch, &why));
    stretch_clear(&stretch);
    stretch_init(&stretch);
    assert_false(store_find_stretch(store, 0, &stretch, &digest));
    stretch_clear(&stretch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_found_as_it_was_noted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_items_are_admitted_as_they_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_of_its_items_are_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_that_lie_far_apart_are_not_noted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
