// A tuning load's items: where the next call comes from, and how they end.
#include "tune_world.h"

#include "log.h"
#include "tune_items.h"

static struct task *take(struct tune_load *load)
{
    struct task *task;
    struct error why = {0};
    if (!tune_items_take(load, &task, &why))
        fail_msg("%s", why.message);
    return task;
}

static void the_oldest_goes_first(void **state)
{
    (void)state;
    world_begin(1);
    struct tune_load *load = world_open(10);
    struct task *a = take(load), *b = take(load);
    assert_ptr_not_equal(a->subject, b->subject);
    assert_ptr_equal(load->first, a->subject);
    assert_ptr_equal(load->last, b->subject);
    tune_items_put_back(b);
    tune_items_put_back(a);
    assert_ptr_equal(take(load), a);
    assert_ptr_equal(take(load), b);
    tune_items_put_back(b);
    tune_items_put_back(a);
    world_close(); // frees both
}

static struct subject *none(void *context, struct error *why)
{
    if (*(bool *)context)
        error_set(why, ERR_MEMORY, "none left");
    return NULL;
}

static void a_feed_ends_or_fails(void **state)
{
    (void)state;
    bool fails = false;
    struct error why = {0};
    struct task *task;
    world_begin(1);
    struct tune_load *load = world_open(10);
    load->feed = (struct tune_feed){.recipe = &world_load.recipe, .next = none, .context = &fails};
    assert_null(take(load));
    assert_true(load->feed_ended);
    load->feed_ended = false;
    fails = true;
    assert_false(tune_items_take(load, &task, &why));
    assert_int_equal(why.kind, ERR_MEMORY);
    world_close();
}

static void what_fails_ends_without_a_verdict(void **state)
{
    (void)state;
    const struct fault fault = {.kind = "content_filtered", .message = "no"};
    world_begin(1);
    struct tune_load *load = world_open(10);
    struct task *a = take(load), *b = take(load);
    a->subject->in_flight = b->subject->in_flight = 1;
    tune_items_fail(a->subject, &fault);
    assert_int_equal(a->subject->items[0].state, ITEM_UNKNOWN);
    tune_items_end(load, false);
    assert_int_equal(load->items, 0); // its call is still out
    a->subject->in_flight = 0;
    tune_items_end(load, false);
    assert_int_equal(load->items, 1);
    assert_int_equal(load->accepted, 0);
    assert_int_equal(world_load.ended, 1);
    assert_ptr_equal(load->first, b->subject);
    b->subject->in_flight = 0;
    tune_items_end(load, true);
    assert_null(load->first);
    assert_null(load->last);
    assert_int_equal(load->items, 1); // b had not ended
    task_free(a);
    task_free(b);
    world_close();
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_goes_first),
        cmocka_unit_test(a_feed_ends_or_fails),
        cmocka_unit_test(what_fails_ends_without_a_verdict),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
