// The images that a tuning run asks about.
#include "tune_world.h"

#include "log.h"

static struct tune_images images;
static struct upstreams upstreams;
static struct recipe recipe;

static bool open_images(const char *const *lines, size_t count, struct error *why)
{
    world_begin(1);
    world_records(lines, count);
    assert_true(upstreams_init(&upstreams, world_run.upstreams, 1, why));
    assert_true(recipe_init(&recipe, &world_run, &upstreams, why));
    return tune_images_open(&images, &world_run, why);
}

static void close_images(void)
{
    tune_images_clear(&images);
    recipe_clear(&recipe);
    upstreams_clear(&upstreams);
    unlink(world_input);
}

static void what_cannot_be_used_is_passed_over(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":\"none\",\"image\":\"@absent.png\"}",
                                        "no record",
                                        "{\"id\":\"text\",\"image\":\"@../questions.csv\"}",
                                        "{\"id\":\"bare\",\"question\":\"What is it?\"}",
                                        "{\"id\":\"a\",\"image\":\"@two-squares.png\"}",
                                        "{\"id\":\"b\",\"image\":\"@night-lamp.jpg\"}"};
    struct error why = {0};
    if (!open_images(lines, 6, &why))
        fail_msg("%s", why.message);
    assert_int_equal(images.count, 2);
    assert_string_equal(images.list[0].question.id, "a");
    assert_string_equal(images.list[1].question.id, "b");
    assert_true(images.list[0].jpeg_bytes > 100);
    assert_int_equal((images.list[0].jpeg_bytes + 2) / 3 * 4, images.list[0].image.payload->length);
    close_images();
    assert_int_equal(images.count, 0);
    assert_false(open_images(lines, 4, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, world_input));
    close_images();
}

static void the_first_sixteen_are_enough(void **state)
{
    (void)state;
    static char text[20][80];
    const char *lines[20];
    struct error why = {0};
    for (int i = 0; i < 20; i++) {
        snprintf(text[i], sizeof text[i], "{\"id\":\"i%d\",\"image\":\"@small-pair.bmp\"}", i);
        lines[i] = text[i];
    }
    assert_true(open_images(lines, 20, &why));
    assert_int_equal(images.count, TUNE_IMAGES);
    assert_string_equal(images.list[15].question.id, "i15");
    close_images();
}

// An image comes again and again, each time as other items, so that other questions are drafted.
static void items_take_turns_under_their_own_names(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":\"a\",\"image\":\"@two-squares.png\"}",
                                        "{\"id\":\"b\",\"image\":\"@night-lamp.jpg\"}"};
    static const char *const ids[] = {"a~1", "b~2", "a~3", "b~4"};
    struct error why = {0};
    assert_true(open_images(lines, 2, &why));
    for (size_t i = 0; i < 4; i++) {
        struct subject *subject = tune_images_next(&images, &recipe, &why);
        assert_non_null(subject);
        assert_string_equal(subject->question.id, ids[i]);
        assert_ptr_equal(subject->image, &images.list[i % 2].image);
        assert_true(digest_equal(&subject->digest, &images.list[i % 2].digest));
        assert_int_equal(subject->item_count, world_run.per_image);
        subject_free(subject);
    }
    struct subject *asked = tune_images_ask(&images, 1, "What shines?", &recipe, &why);
    assert_non_null(asked);
    assert_int_equal(asked->item_count, 1);
    assert_string_equal(asked->question.question, "What shines?");
    assert_int_equal(asked->question.type, QUESTION_FILL_IN_BLANK);
    assert_string_equal(asked->image_shown, "b");
    assert_ptr_equal(asked->image, &images.list[1].image);
    subject_free(asked);
    close_images();
}

static void images_are_made_smaller_and_larger_again(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"id\":\"a\",\"image\":\"@night-lamp.jpg\"}"};
    struct error why = {0};
    assert_true(open_images(lines, 1, &why));
    const struct tune_image *image = &images.list[0];
    unsigned width = image->image.payload->width, height = image->image.payload->height;
    unsigned longest = width > height ? width : height;
    size_t bytes = image->jpeg_bytes;
    assert_int_equal(image->source_side, longest);
    assert_true(tune_images_resize(&images, 100, &why));
    assert_int_equal(image->image.payload->width > image->image.payload->height
                         ? image->image.payload->width
                         : image->image.payload->height,
                     100);
    assert_true(image->jpeg_bytes < bytes);
    assert_int_equal(image->source_side, longest);
    assert_true(tune_images_resize(&images, 4096, &why));
    assert_int_equal(image->image.payload->width, width);
    assert_int_equal(image->jpeg_bytes, bytes);
    close_images();
}

int main(void)
{
    log_set_level(LOG_QUIET);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_used_is_passed_over),
        cmocka_unit_test(the_first_sixteen_are_enough),
        cmocka_unit_test(items_take_turns_under_their_own_names),
        cmocka_unit_test(images_are_made_smaller_and_larger_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
