#include "ladder_world.h"

#include "sight.h"

// What the server does; set by each test.
static struct script {
    unsigned refused;           // how many requests, from the first on
    const char *status, *words; // with which
    size_t most_bytes;          // of a body; 0: any
    const char *says[2];        // to the first and the later ones that are not refused
    unsigned answered;
} script;

static bool answer(struct loopback *server, int socket, const struct loopback_request *request)
{
    if (server->requests <= script.refused ||
        (script.most_bytes > 0 && request->length > script.most_bytes))
        return world_refuse(socket, script.status, script.words);
    const char *text = script.says[script.answered++ > 0];
    return world_say(socket, text != NULL ? text : "green");
}

typedef bool rung(struct ladder *ladder, struct error *why);

static void climb(struct ladder_world *world, rung *climb_rung, struct script how)
{
    struct error why = {0};
    script = how;
    world_open(world, answer);
    if (!climb_rung(&world->ladder, &why))
        fail_msg("%s", why.message);
}

static const struct rung *last_rung(const struct ladder_world *world)
{
    return &world->diagnosis.rungs[world->diagnosis.rung_count - 1];
}

static void expect(struct ladder_world *world, enum rung_id id, enum cause_id cause,
                   unsigned requests)
{
    enum cause_id found = world->ladder.ended ? world->diagnosis.cause : CAUSE_none;
    if (last_rung(world)->id != id || found != cause)
        fail_msg("%s (%s) in place of %s (%s): %s", rung_name(last_rung(world)->id),
                 cause_at(found)->name, rung_name(id), cause_at(cause)->name,
                 world->diagnosis.detail);
    assert_int_equal(world->server->requests, requests);
}

// The world made one payload; the rung makes its own.
static bool climb_image(struct ladder *ladder, struct error *why)
{
    payload_drop(ladder->payload);
    probe_picture_clear(&ladder->picture);
    ladder->payload = NULL;
    return rung_image(ladder, why);
}

static void a_tiny_image_passes(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, rung_tiny_image, (struct script){0});
    expect(&world, RUNG_TINY_IMAGE, CAUSE_none, 1);
    assert_non_null(strstr(last_rung(&world)->tried, "64 x 64 px"));
    world_close(&world);
}

// Text has passed: what is refused without a word is the image, if it is refused again.
static void a_tiny_image_refused_is_no_vision(void **state)
{
    (void)state;
    static const char *const statuses[] = {"400 Bad Request", "404 Not Found",
                                           "415 Unsupported Media Type"};
    struct ladder_world world;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        climb(&world, rung_tiny_image,
              (struct script){.refused = 9, .status = statuses[i], .words = "no"});
        expect(&world, RUNG_TINY_IMAGE, CAUSE_no_vision, 2);
        assert_non_null(strstr(world.diagnosis.detail, "passes as text"));
        world_close(&world);
    }
    climb(&world, rung_tiny_image,
          (struct script){.refused = 1, .status = statuses[0], .words = "no"});
    expect(&world, RUNG_TINY_IMAGE, CAUSE_fails_by_turns, 2);
    world_close(&world);
    climb(&world, rung_tiny_image,
          (struct script){
              .refused = 9, .status = "400 Bad Request", .words = "model does not support images"});
    expect(&world, RUNG_TINY_IMAGE, CAUSE_no_vision, 1); // so it said
    world_close(&world);
}

static void a_key_that_fails_midway_is_no_image(void **state)
{
    (void)state;
    static rung *const rungs[] = {rung_tiny_image, climb_image, rung_vision};
    static const enum rung_id ids[] = {RUNG_TINY_IMAGE, RUNG_IMAGE, RUNG_VISION};
    for (size_t i = 0; i < 3; i++) {
        struct ladder_world world;
        climb(&world, rungs[i],
              (struct script){.refused = 9, .status = "401 Unauthorized", .words = "bad key"});
        expect(&world, ids[i], CAUSE_key_missing, 1);
        world_close(&world);
    }
}

static void a_full_image_passes_or_its_limit_is_found(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, climb_image, (struct script){0});
    expect(&world, RUNG_IMAGE, CAUSE_none, 1);
    assert_non_null(strstr(last_rung(&world)->tried, "400 x 400 px"));
    size_t whole = world.ladder.payload->length;
    world_close(&world);
    climb(&world, climb_image,
          (struct script){.most_bytes = whole / 2, .status = "413 Payload Too Large", .words = ""});
    assert_int_equal(world.diagnosis.cause, CAUSE_image_bytes);
    assert_in_range(world.server->requests, 3, 9);
    world_close(&world);
    // Without words it is sent once more first.
    climb(&world, climb_image,
          (struct script){.refused = 1, .status = "400 Bad Request", .words = "no"});
    expect(&world, RUNG_IMAGE, CAUSE_fails_by_turns, 2);
    world_close(&world);
}

static void an_image_of_the_users_is_taken_or_named(void **state)
{
    (void)state;
    char path[] = "/tmp/vqagen-image-XXXXXX";
    struct error why = {0};
    struct sight sight;
    struct ladder_world world;
    int file = mkstemp(path);
    assert_true(sight_make(&sight, 1, 1, &why));
    assert_int_equal(write(file, sight.jpeg.data, sight.jpeg.length), sight.jpeg.length);
    sight_clear(&sight);
    script = (struct script){0};
    world_open(&world, answer);
    world.settings.image_file = path;
    assert_true(climb_image(&world.ladder, &why));
    assert_non_null(strstr(last_rung(&world)->tried, "400 x 160 px"));
    assert_int_equal(ftruncate(file, 10), 0);
    assert_false(climb_image(&world.ladder, &why));
    assert_non_null(strstr(why.message, "--image"));
    unlink(path);
    close(file);
    error_clear(&why);
    assert_false(climb_image(&world.ladder, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, path));
    assert_int_equal(world.server->requests, 1);
    world_close(&world);
}

// What the known pictures show.
static const char *shown(unsigned number)
{
    static char texts[3][80];
    struct sight sight;
    struct error why = {0};
    assert_true(sight_make(&sight, 1, number, &why));
    memcpy(texts[number], sight.expected, sizeof texts[number]);
    sight_clear(&sight);
    return texts[number];
}

static void who_sees_is_asked_once(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, rung_vision, (struct script){.says = {shown(1), "nothing"}});
    expect(&world, RUNG_VISION, CAUSE_none, 1);
    assert_non_null(strstr(last_rung(&world)->seen, shown(1)));
    world_close(&world);
}

static void a_lone_slip_is_no_blindness(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, rung_vision, (struct script){.says = {"I see nothing", shown(2)}});
    expect(&world, RUNG_VISION, CAUSE_none, 2);
    assert_non_null(strstr(world.diagnosis.steps, "asked again with another picture"));
    world_close(&world);
    climb(&world, rung_vision, (struct script){.says = {shown(2), shown(1)}}); // each the other's
    expect(&world, RUNG_VISION, CAUSE_image_ignored, 2);
    assert_non_null(strstr(world.diagnosis.detail, shown(2)));
    assert_non_null(strstr(world.diagnosis.detail, shown(1)));
    world_close(&world);
}

// Thoughts may take all the room that an answer has.
static void silence_is_no_blindness(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, rung_vision, (struct script){.says = {"", ""}});
    expect(&world, RUNG_VISION, CAUSE_reply_empty, 2);
    world_close(&world);
}

// The first picture was answered badly, and there is no call left for another: no verdict.
static void no_verdict_on_vision_without_a_second_look(void **state)
{
    (void)state;
    struct ladder_world world;
    struct error why = {0};
    script = (struct script){.says = {"I see nothing", "I see nothing"}};
    world_open(&world, answer);
    world.ladder.prober.limit = 1;
    assert_true(rung_vision(&world.ladder, &why));
    expect(&world, RUNG_VISION, CAUSE_unexplained, 1);
    assert_non_null(strstr(last_rung(&world)->seen, "limit of calls"));
    world_close(&world);
}

static void a_refused_look_is_confirmed(void **state)
{
    (void)state;
    struct ladder_world world;
    climb(&world, rung_vision,
          (struct script){.refused = 1, .status = "400 Bad Request", .words = "no"});
    expect(&world, RUNG_VISION, CAUSE_fails_by_turns, 2);
    world_close(&world);
    climb(&world, rung_vision,
          (struct script){.refused = 9, .status = "400 Bad Request", .words = "no"});
    expect(&world, RUNG_VISION, CAUSE_unexplained, 2);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tiny_image_passes),
        cmocka_unit_test(a_tiny_image_refused_is_no_vision),
        cmocka_unit_test(a_key_that_fails_midway_is_no_image),
        cmocka_unit_test(a_full_image_passes_or_its_limit_is_found),
        cmocka_unit_test(an_image_of_the_users_is_taken_or_named),
        cmocka_unit_test(who_sees_is_asked_once),
        cmocka_unit_test(a_lone_slip_is_no_blindness),
        cmocka_unit_test(silence_is_no_blindness),
        cmocka_unit_test(no_verdict_on_vision_without_a_second_look),
        cmocka_unit_test(a_refused_look_is_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
