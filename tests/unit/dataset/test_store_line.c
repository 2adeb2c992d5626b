#include "stored.h"

// Admits the ids, one character each, at places 0, 1 ...; new ones are finished: capitals are
// rejected, digits unknown, others accepted. The line is the id.
static struct store *run_input(const char *scratch, const char *ids)
{
    struct store *store = open_store(scratch);
    for (int i = 0; ids[i] != '\0'; i++) {
        const char id[2] = {ids[i], '\0'};
        struct stored_item item = admit(store, id, i, "f");
        if (item.state != ITEM_OPEN)
            continue;
        bool capital = ids[i] >= 'A' && ids[i] <= 'Z', digit = ids[i] >= '0' && ids[i] <= '9';
        finish(store, item.number,
               capital ? ITEM_REJECTED
               : digit ? ITEM_UNKNOWN
                       : ITEM_ACCEPTED,
               capital || digit ? "kind" : NULL, id);
    }
    return store;
}

static void expect_failures(struct store *store, const char *expected)
{
    struct buffer lines;
    buffer_init(&lines, 1 << 20);
    expect(store_each_failure(store, append_line, &lines, &why));
    assert_string_equal(buffer_text(&lines), expected);
    buffer_clear(&lines);
}

static void follows_the_input(void **state)
{
    (void)state;
    static const struct {
        const char *ids, *accepted, *part, *failed; // part: accepted at places 1 and 2
    } inputs[] = {
        {"aB1cd", "a\nc\nd\n", "", "B\n1\n"},
        {"aB1cd", "a\nc\nd\n", "", "B\n1\n"},         // again
        {"aB1cdeF", "a\nc\nd\ne\n", "", "B\n1\nF\n"}, // longer
        {"eda1B", "e\nd\na\n", "d\na\n", "1\nB\n"},   // shorter, and in another order
        {"xaB1cd", "x\na\nc\nd\n", "a\n", "B\n1\n"},  // one in front
        {"aB1cdeF", "a\nc\nd\ne\n", "", "B\n1\nF\n"}, // as it was
        {"c", "c\n", "", ""},
    };
    char *scratch = make_scratch();
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        struct store *store = run_input(scratch, inputs[i].ids);
        expect_lines(store, ITEM_ACCEPTED, 0, 1000, inputs[i].accepted);
        expect_lines(store, ITEM_ACCEPTED, 1, 3, inputs[i].part);
        expect_lines(store, ITEM_ACCEPTED, 3, 3, "");
        expect_failures(store, inputs[i].failed);
        store_close(store);
    }
    remove_scratch(scratch);
}

static void shows_lines_of_an_open_transaction(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = open_store(scratch);
    expect(store_begin(store, &why));
    finish(store, admit(store, "a", 0, "f").number, ITEM_ACCEPTED, NULL, "old");
    finish(store, 1, ITEM_ACCEPTED, NULL, "new");
    expect_lines(store, ITEM_ACCEPTED, 0, 1, "new\n");
    // Open again: its line is not shown any more.
    admit(store, "a", 0, "g");
    expect_lines(store, ITEM_ACCEPTED, 0, 1, "");
    expect(store_commit(store, &why));
    store_close(store);
    remove_scratch(scratch);
}

static bool refuse(void *context, const char *line, size_t length, struct error *why)
{
    (void)line;
    (void)length;
    return --*(int *)context > 0 || error_set(why, ERR_DISK, "no more");
}

static void ends_when_a_line_is_not_taken(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    struct store *store = run_input(scratch, "abc");
    int left = 2;
    struct error refusal = {0};
    assert_false(store_each_line(store, ITEM_ACCEPTED, 0, 9, refuse, &left, &refusal));
    assert_string_equal(refusal.message, "no more");
    assert_int_equal(left, 0);
    expect_lines(store, ITEM_ACCEPTED, 0, 9, "a\nb\nc\n");
    store_close(store);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_input),
        cmocka_unit_test(shows_lines_of_an_open_transaction),
        cmocka_unit_test(ends_when_a_line_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
