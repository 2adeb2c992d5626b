#include "stored.h"

#include "file.h"
#include "store_private.h"
#include "store_reading.h"
#include "store_salvage.h"

#include <fcntl.h>
#include <unistd.h>

enum { ITEMS = 40 };

// Items with a call each, of which all but the last are final.
static char *make_store(void)
{
    char *scratch = make_scratch(), text[600];
    struct store *store = open_store(scratch);
    const struct store_setting setting = {"seed", "1"};
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    expect(store_check_settings(store, &setting, 1, &why));
    for (int i = 0; i < ITEMS; i++) {
        char id[20], line[700];
        snprintf(id, sizeof id, "item-%d", i);
        snprintf(line, sizeof line, "{\"id\":\"%s\",\"x\":\"%s\"}", id, text);
        struct stored_item item = admit(store, id, i, "f");
        struct call call = make_call(id, text);
        expect(store_add_call(store, item.number, &call, &why));
        if (i < ITEMS - 1)
            finish(store, item.number, ITEM_ACCEPTED, NULL, line);
    }
    expect(store_add_cost(store, 77, &why));
    store_close(store);
    return scratch;
}

static struct store *salvage(const char *from, const char *to, struct salvaged *salvaged)
{
    struct store *store = open_store(to);
    expect(store_salvage(from, store, salvaged, &why));
    return store;
}

static void a_whole_store_is_copied(void **state)
{
    (void)state;
    char *from = make_store(), *to = make_scratch();
    struct salvaged salvaged;
    struct store *store = salvage(from, to, &salvaged);
    assert_int_equal(salvaged.items, ITEMS);
    assert_int_equal(salvaged.finished, ITEMS - 1);
    assert_int_equal(salvaged.replies, ITEMS);
    assert_int_equal(salvaged.unreadable, 0);
    assert_true(salvaged.settings);
    assert_false(salvaged.first_page);
    struct store_totals totals;
    expect(store_totals(store, &totals, &why));
    assert_int_equal(totals.replies, ITEMS);
    assert_int_equal(totals.other_nano, 77);
    const struct store_setting setting = {"seed", "1"};
    expect(store_check_settings(store, &setting, 1, &why));
    store_close(store);
    remove_scratch(from);
    remove_scratch(to);
}

// Each page in turn: never more is lost than the page held, and with the first one nothing.
static void a_page_costs_what_it_held(void **state)
{
    (void)state;
    char *from = make_store();
    unsigned char page[8192], garbage[8192];
    memset(garbage, 0xa5, sizeof garbage);
    int file = open(in_scratch(from, "run.db"), O_RDWR);
    assert_true(file >= 0);
    int pages = (int)(lseek(file, 0, SEEK_END) / 8192);
    assert_true(pages > 15);
    for (int i = 0; i < pages; i++) {
        assert_int_equal(pread(file, page, sizeof page, i * 8192L), 8192);
        assert_int_equal(pwrite(file, garbage, sizeof garbage, i * 8192L), 8192);
        char *to = make_scratch();
        struct salvaged salvaged;
        struct store *store = salvage(from, to, &salvaged);
        if (i == 0) {
            assert_true(salvaged.first_page);
            assert_int_equal(salvaged.replies, ITEMS);
            assert_int_equal(salvaged.finished, ITEMS - 1);
        }
        struct store_totals totals;
        expect(store_totals(store, &totals, &why));
        assert_int_equal(totals.replies, salvaged.replies);
        store_close(store);
        remove_scratch(to);
        assert_int_equal(pwrite(file, page, sizeof page, i * 8192L), 8192);
    }
    close(file);
    remove_scratch(from);
}

static void lost_settings_are_given_anew(void **state)
{
    (void)state;
    char *from = make_store(), *to = make_scratch();
    struct store *damaged = open_store(from);
    expect(store_run_text(damaged, "UPDATE settings SET value = '2'", &why));
    store_close(damaged);
    struct salvaged salvaged;
    struct store *store = salvage(from, to, &salvaged);
    assert_false(salvaged.settings);
    assert_int_equal(salvaged.items, ITEMS);
    assert_int_equal(salvaged.finished, 0);
    const struct store_setting setting = {"seed", "3"}, other = {"seed", "4"};
    struct error fault = {0};
    expect(store_check_settings(store, &setting, 1, &why));
    assert_false(store_check_settings(store, &other, 1, &fault)); // from now on they count
    struct call *calls;
    size_t count;
    expect(store_load_calls(store, 1, &calls, &count, &why));
    assert_int_equal(count, 1);
    call_clear(&calls[0]);
    free(calls);
    store_close(store);
    remove_scratch(from);
    remove_scratch(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_store_is_copied),
        cmocka_unit_test(a_page_costs_what_it_held),
        cmocka_unit_test(lost_settings_are_given_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
