// The same questions at several image sizes.
#include "tune_world.h"

#include "log.h"
#include "text.h"

static struct tune tune;
static struct tune_result result;
static struct tune_settings settings;

enum { QUESTIONS = 8 };

// A quarter of the questions is answered otherwise when the picture is small.
static void open_world(unsigned questions, const unsigned *sides, size_t side_count)
{
    world_begin(1);
    settings =
        (struct tune_settings){.run = &world_run, .most_calls = 1000, .side_count = side_count};
    memcpy(settings.sides, sides, side_count * sizeof *sides);
    result = (struct tune_result){.concurrency = 4};
    world_tune(&tune, &settings, &result);
    for (unsigned i = 0; i < questions; i++) {
        char text[80];
        snprintf(text, sizeof text, "Which colour has %s shape number %u?",
                 i % 4 == 0 ? "the blind" : "the", i);
        tune.questions[i].text = text_copy(text);
        tune.questions[i].image = i % 2;
    }
    tune.question_count = questions;
    tune.calls_per_item = 2;
}

static void close_world(void)
{
    for (size_t i = 0; i < tune.question_count; i++)
        free(tune.questions[i].text);
    world_tuned(&tune);
}

static void compare(void)
{
    struct error why = {0};
    if (!tune_compare_sides(&tune, &why))
        fail_msg("%s", why.message);
}

static void answers_are_held_against_the_largest(void **state)
{
    (void)state;
    static const unsigned sides[] = {64, 300, 128};
    open_world(QUESTIONS, sides, 3);
    world_prices(10, -1);
    tune.load.upstream->price = &world_price;
    world.blind_below = 100;
    compare();
    assert_int_equal(result.side_count, 3);
    assert_int_equal(world.calls, 4 * QUESTIONS); // the largest twice
    for (size_t i = 0; i < 3; i++) {
        static const unsigned sorted[] = {300, 128, 64};
        const struct tune_side *row = &result.sides[i];
        assert_int_equal(row->side_px, sorted[i]);
        assert_int_equal(row->questions, QUESTIONS);
        assert_int_equal(row->agreed, i < 2 ? QUESTIONS : QUESTIONS * 3 / 4);
        assert_true(row->agreement == (i < 2 ? 1 : 0.75));
        assert_true(row->mean_input_tokens == 500);
        assert_true(fabs(row->cost_per_1000_items - 0.0052 * 2 * 1000) < 1e-6);
        assert_true(i == 0 || row->mean_image_bytes < row[-1].mean_image_bytes);
    }
    assert_null(tune.load.feed.ended);
    close_world();
}

static void answers_that_could_not_be_had_do_not_count(void **state)
{
    (void)state;
    static const unsigned sides[] = {256, 64};
    open_world(QUESTIONS, sides, 2);
    world.fail_share = 0.06;
    compare();
    assert_int_equal(result.side_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(result.sides[i].agreed, result.sides[i].questions);
    close_world();
}

static void sizes_that_reduce_nothing_are_one(void **state)
{
    (void)state;
    static const unsigned sides[] = {4000, 2000, 3000, 64}; // the pictures are smaller than 2000
    open_world(QUESTIONS, sides, 4);
    compare();
    assert_int_equal(result.side_count, 2);
    assert_int_equal(result.sides[0].side_px, 2000);
    assert_int_equal(result.sides[1].side_px, 64);
    close_world();
    open_world(QUESTIONS, sides, 3);
    compare();
    assert_int_equal(result.side_count, 0); // nothing to compare with
    assert_int_equal(world.calls, 0);
    close_world();
}

static void few_questions_or_calls_are_not_enough(void **state)
{
    (void)state;
    static const unsigned sides[] = {256, 64};
    open_world(5, sides, 2);
    compare();
    assert_int_equal(world.calls, 0);
    close_world();
    open_world(QUESTIONS, sides, 2);
    tune.load.most_calls = 3 * QUESTIONS - 1;
    compare();
    assert_int_equal(world.calls, 0);
    tune.load.most_calls++;
    compare();
    assert_int_equal(world.calls, 3 * QUESTIONS);
    assert_int_equal(tune_sides_calls(&settings), 3 * TUNE_QUESTIONS);
    close_world();
}

static void a_size_that_was_not_finished_is_left_out(void **state)
{
    (void)state;
    static const unsigned sides[] = {300, 128, 64};
    open_world(QUESTIONS, sides, 3);
    world.fatal_after = 3 * QUESTIONS - 2;
    compare();
    assert_int_equal(result.side_count, 1);
    assert_int_equal(result.sides[0].side_px, 300);
    assert_string_not_equal(tune.load.stopped, "");
    close_world();
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_held_against_the_largest),
        cmocka_unit_test(answers_that_could_not_be_had_do_not_count),
        cmocka_unit_test(sizes_that_reduce_nothing_are_one),
        cmocka_unit_test(few_questions_or_calls_are_not_enough),
        cmocka_unit_test(a_size_that_was_not_finished_is_left_out),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
