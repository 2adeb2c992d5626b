// What the pixels of the samples say, against the truth that their renderer wrote.
#include "look.h"

#include "sample.h"

#include <stdlib.h>
#include <string.h>

static const char *const places[] = {"top left",     "top",   "top right",   "left",
                                     "center",       "right", "bottom left", "bottom",
                                     "bottom right", NULL};
static const char *const directions[] = {"to the left",
                                         "to the right",
                                         "above",
                                         "below",
                                         "above and to the left",
                                         "above and to the right",
                                         "below and to the left",
                                         "below and to the right",
                                         NULL};
static const char *const levels[] = {"dark", "medium", "bright", NULL};
static const char *const orientations[] = {"landscape", "portrait", "square"};

static void check_text(const struct sample *sample, const char *field, const char *seen)
{
    const char *truth = json_text(sample->truth, field);
    if (strcmp(truth != NULL ? truth : "-", seen != NULL && *seen != '\0' ? seen : "-") != 0)
        fail_msg("%s: %s is %s, seen as %s", sample->name, field, truth ? truth : "-",
                 seen ? seen : "-");
}

static unsigned colour_set(const struct sample *sample, const char *field)
{
    unsigned set = 0;
    const cJSON *name;
    cJSON_ArrayForEach(name, json_member(sample->truth, field))
    {
        enum colour colour = colour_find(name->valuestring);
        assert_int_not_equal(colour, COLOUR_NONE);
        set |= 1u << colour;
    }
    return set;
}

static void check_shapes(const struct sample *sample, const struct facts *facts)
{
    const cJSON *shapes = json_member(sample->truth, "shapes");
    assert_int_equal(facts->shape_count, cJSON_GetArraySize(shapes));
    for (size_t i = 0; i < facts->shape_count; i++) {
        // Shapes of the same size have no order of their own: one like the truth must be there.
        const cJSON *truth = cJSON_GetArrayItem(shapes, (int)i);
        const cJSON *percent = json_member(truth, "percent");
        bool found = false;
        for (size_t j = 0; j < facts->shape_count; j++) {
            const struct shape *shape = &facts->shapes[j];
            int seen = look_percent(shape->share);
            found = found || (strcmp(json_text(truth, "colour"),
                                     colour_name(shape->colour, LANGUAGE_EN)) == 0 &&
                              shape->place != PLACE_NONE &&
                              strcmp(json_text(truth, "position"), places[shape->place]) == 0 &&
                              (cJSON_IsNull(percent) || seen == percent->valueint));
        }
        if (!found)
            fail_msg("%s: no %s shape at the %s", sample->name, json_text(truth, "colour"),
                     json_text(truth, "position"));
    }
}

static void check_plain(const struct sample *sample, const struct facts *facts)
{
    check_text(sample, "ground", colour_name(facts->ground, LANGUAGE_EN));
    if (facts->shape_count != (size_t)json_integer(sample->truth, "count", -1))
        fail_msg("%s: %lld shapes, seen as %zu", sample->name,
                 json_integer(sample->truth, "count", -1), facts->shape_count);
    check_shapes(sample, facts);
    const struct shape *largest = &facts->shapes[0];
    check_text(sample, "largest_colour", colour_name(largest->colour, LANGUAGE_EN));
    check_text(sample, "largest_position", places[largest->place]);
    const cJSON *percent = json_member(sample->truth, "largest_percent");
    if (!cJSON_IsNull(percent) && look_percent(largest->share) != percent->valueint)
        fail_msg("%s: the largest covers %d %%, seen as %.2f", sample->name, percent->valueint,
                 100 * largest->share);
    if (facts->shape_count > 1)
        check_text(sample, "largest_from_second",
                   directions[look_direction(facts, largest, &facts->shapes[1])]);
    size_t odd = 0;
    bool is_odd = look_odd_shape(facts, &odd);
    check_text(sample, "odd_colour",
               is_odd ? colour_name(facts->shapes[odd].colour, LANGUAGE_EN) : NULL);
    check_text(sample, "odd_position", is_odd ? places[facts->shapes[odd].place] : NULL);
}

static void check_sample(const struct sample *sample)
{
    struct facts facts;
    struct error why = {0};
    if (!look_at_jpeg(sample->jpeg.data, sample->jpeg.length, &facts, &why))
        fail_msg("%s: %s", sample->name, why.message);
    check_text(sample, "orientation", orientations[facts.orientation]);
    check_text(sample, "brightness", levels[facts.brightness]);
    check_text(sample, "dominant_colour", colour_name(facts.dominant, LANGUAGE_EN));
    check_text(sample, "brightest_part", places[facts.brightest]);
    check_text(sample, "darkest_part", places[facts.darkest]);
    check_text(sample, "most_colourful_part", places[facts.most_colourful]);
    // What is claimed must be so; a colour too small to be sure of may be left open.
    assert_int_equal(facts.present & ~colour_set(sample, "colours"), 0);
    assert_int_equal(facts.absent & ~colour_set(sample, "absent_colours"), 0);
    if (facts.plain != cJSON_IsTrue(json_member(sample->truth, "plain_ground")))
        fail_msg("%s: the ground is seen as %splain", sample->name, facts.plain ? "" : "not ");
    if (facts.plain)
        check_plain(sample, &facts);
    else
        assert_int_equal(facts.shape_count, 0);
}

static void check_all(int quality, unsigned max_side)
{
    struct sample samples[SAMPLE_COUNT];
    samples_load(samples, quality, max_side);
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        check_sample(&samples[i]);
    samples_clear(samples);
}

static void sees_samples_as_sent_by_default(void **state)
{
    (void)state;
    check_all(85, 2048);
}

static void sees_samples_at_low_quality(void **state)
{
    (void)state;
    check_all(50, 2048);
}

static void sees_samples_when_small(void **state)
{
    (void)state;
    check_all(85, 320);
}

// A JPEG of one colour, width x height.
static void make_jpeg(unsigned width, unsigned height, struct buffer *jpeg)
{
    struct buffer ppm;
    struct error why = {0};
    buffer_init(&ppm, 1 << 24);
    buffer_append_format(&ppm, "P6\n%u %u\n255\n", width, height);
    for (unsigned i = 0; i < width * height; i++)
        buffer_append(&ppm, "\xdc\x28\x28", 3);
    struct image_limits limits = image_limits_default();
    struct prepared_image image;
    assert_true(image_prepare(ppm.data, ppm.length, &limits, &image, &why));
    *jpeg = image.jpeg;
    buffer_clear(&ppm);
}

static void refuses_what_is_cut_or_none(void **state)
{
    (void)state;
    struct buffer jpeg;
    struct facts facts;
    make_jpeg(300, 200, &jpeg);
    for (size_t length = 0; length < jpeg.length - 2; length += 7) {
        struct error why = {0};
        assert_false(look_at_jpeg(jpeg.data, length, &facts, &why));
        assert_int_equal(why.kind, ERR_IMAGE);
    }
    struct error why = {0};
    assert_true(look_at_jpeg(jpeg.data, jpeg.length, &facts, &why));
    buffer_clear(&jpeg);
}

static void survives_any_size(void **state)
{
    (void)state;
    for (unsigned side = 1; side < 14; side++) {
        struct buffer jpeg;
        struct facts facts;
        struct error why = {0};
        make_jpeg(side, 14 - side, &jpeg);
        if (!look_at_jpeg(jpeg.data, jpeg.length, &facts, &why))
            fail_msg("%u: %s", side, why.message);
        assert_int_equal(facts.width, side);
        assert_int_equal(facts.dominant, COLOUR_RED);
        assert_int_equal(facts.shape_count, 0);
        buffer_clear(&jpeg);
    }
}

static void rounds_shares_only_when_sure(void **state)
{
    (void)state;
    assert_int_equal(look_percent(0.149), 15);
    assert_int_equal(look_percent(0.165), 15);
    assert_int_equal(look_percent(0.1745), -1);
    assert_int_equal(look_percent(0.1755), -1);
    assert_int_equal(look_percent(0.185), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_samples_as_sent_by_default),
        cmocka_unit_test(sees_samples_at_low_quality),
        cmocka_unit_test(sees_samples_when_small),
        cmocka_unit_test(refuses_what_is_cut_or_none),
        cmocka_unit_test(survives_any_size),
        cmocka_unit_test(rounds_shares_only_when_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
