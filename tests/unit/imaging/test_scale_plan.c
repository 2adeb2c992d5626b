#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "scale_plan.h"

#include <pthread.h>

static zimg_image_format format(unsigned width, unsigned height)
{
    zimg_image_format made;
    zimg_image_format_default(&made, ZIMG_API_VERSION);
    made.width = width;
    made.height = height;
    made.pixel_type = ZIMG_PIXEL_BYTE;
    made.pixel_range = ZIMG_RANGE_FULL;
    return made;
}

static struct scale_plan *take(struct scale_plans *plans, unsigned from, unsigned to)
{
    struct error why = {0};
    zimg_image_format source = format(from, from), target = format(to, to);
    struct scale_plan *plan = scale_plans_take(plans, &source, &target, &why);
    if (plan == NULL)
        fail_msg("%s", why.message);
    return plan;
}

static void keeps_a_plan_for_each_pair_of_sizes(void **state)
{
    (void)state;
    struct error why = {0};
    struct scale_plans *plans = scale_plans_new(&why);
    struct scale_plan *first = take(plans, 400, 100), *other = take(plans, 400, 90);
    assert_ptr_not_equal(first, other);
    assert_ptr_equal(take(plans, 400, 100), first); // while it is in use
    scale_plans_return(plans, first);
    scale_plans_return(plans, first);
    assert_ptr_equal(take(plans, 400, 100), first); // and afterwards
    scale_plans_return(plans, first);
    scale_plans_return(plans, other);
    scale_plans_free(plans);
}

static void tells_regions_apart(void **state)
{
    (void)state;
    struct error why = {0};
    struct scale_plans *plans = scale_plans_new(&why);
    zimg_image_format source = format(400, 400), target = format(100, 100);
    struct scale_plan *whole = scale_plans_take(plans, &source, &target, &why);
    source.active_region.left = -0.5;
    source.active_region.top = 0;
    source.active_region.width = 400;
    source.active_region.height = 400;
    struct scale_plan *moved = scale_plans_take(plans, &source, &target, &why);
    assert_non_null(whole);
    assert_non_null(moved);
    assert_ptr_not_equal(whole, moved);
    scale_plans_return(plans, whole);
    scale_plans_return(plans, moved);
    scale_plans_free(plans);
}

// More sizes than are kept: what is in use stays, and all are freed in the end (the sanitizers
// would tell).
static void forgets_what_was_used_longest_ago(void **state)
{
    (void)state;
    struct error why = {0};
    struct scale_plans *plans = scale_plans_new(&why);
    struct scale_plan *held = take(plans, 500, 50);
    for (unsigned size = 100; size < 160; size++)
        scale_plans_return(plans, take(plans, size, 50));
    assert_ptr_equal(take(plans, 500, 50), held);
    scale_plans_return(plans, held);
    scale_plans_return(plans, held);
    struct scale_plan *last = take(plans, 159, 50);
    scale_plans_return(plans, last);
    assert_ptr_equal(take(plans, 159, 50), last);
    scale_plans_return(plans, last);
    scale_plans_free(plans);
}

static void makes_plans_without_a_place_to_keep_them(void **state)
{
    (void)state;
    struct scale_plan *plan = take(NULL, 400, 100);
    assert_true(plan->room > 0 && plan->room % 64 == 0);
    scale_plans_return(NULL, plan);
    scale_plans_return(NULL, NULL);
    scale_plans_free(NULL);
}

static void says_what_cannot_be_scaled(void **state)
{
    (void)state;
    struct error why = {0};
    zimg_image_format source = format(0, 10), target = format(5, 5);
    assert_null(scale_plans_take(NULL, &source, &target, &why));
    assert_int_equal(why.kind, ERR_IMAGE);
    assert_non_null(strstr(why.message, "scaling 0 x 10 to 5 x 5 failed"));
}

enum { THREADS = 4, ROUNDS = 30, SIDE = 64 };

// Scales one ramp over and over with plans that all threads share.
static void *scale_often(void *context)
{
    static const unsigned sizes[] = {16, 17, 18, 19};
    for (unsigned round = 0; round < ROUNDS; round++) {
        _Alignas(64) unsigned char from[SIDE * SIDE], to[SIDE * SIDE] = {0};
        for (unsigned i = 0; i < sizeof from; i++)
            from[i] = 77;
        unsigned size = sizes[round % 4];
        struct scale_plan *plan = take(context, SIDE, size);
        zimg_image_buffer_const input = {.version = ZIMG_API_VERSION};
        zimg_image_buffer output = {.version = ZIMG_API_VERSION};
        input.plane[0].data = from;
        output.plane[0].data = to;
        input.plane[0].stride = output.plane[0].stride = SIDE;
        input.plane[0].mask = output.plane[0].mask = ZIMG_BUFFER_MAX;
        void *memory = aligned_alloc(64, plan->room);
        bool good = zimg_filter_graph_process(plan->graph, &input, &output, memory, NULL, NULL,
                                              NULL, NULL) == ZIMG_ERROR_SUCCESS;
        for (unsigned y = 0; good && y < size; y++)
            for (unsigned x = 0; x < size; x++)
                good = good && to[y * SIDE + x] == 77;
        free(memory);
        scale_plans_return(context, plan);
        if (!good)
            return context;
    }
    return NULL;
}

static void serves_threads_at_once(void **state)
{
    (void)state;
    struct error why = {0};
    struct scale_plans *plans = scale_plans_new(&why);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, scale_often, plans), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    scale_plans_free(plans);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_plan_for_each_pair_of_sizes),
        cmocka_unit_test(tells_regions_apart),
        cmocka_unit_test(forgets_what_was_used_longest_ago),
        cmocka_unit_test(makes_plans_without_a_place_to_keep_them),
        cmocka_unit_test(says_what_cannot_be_scaled),
        cmocka_unit_test(serves_threads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
