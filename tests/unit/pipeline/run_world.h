// A folder with one small picture, settings for a run over it, and an HTTP server of the test's own
// that plays the model.
#ifndef VQAGEN_TEST_RUN_WORLD_H
#define VQAGEN_TEST_RUN_WORLD_H

#include "../client/loopback.h"
#include "../dataset/case.h"

#include "log.h"
#include "run.h"
#include "sight.h"
#include "topic.h"

struct run_world {
    struct loopback *server;
    char base[100];
    char *folder, *input, *directory; // all: below folder
    volatile sig_atomic_t stop;
    struct run_settings settings;
};

static inline void run_world_open(struct run_world *world, loopback_answer *answer)
{
    struct error why = {0};
    struct sight picture;
    log_set_level(LOG_QUIET);
    *world = (struct run_world){.server = loopback_start(answer), .folder = make_scratch()};
    world->input = strdup(in_scratch(world->folder, "in"));
    world->directory = strdup(in_scratch(world->folder, "out"));
    snprintf(world->base, sizeof world->base, "http://127.0.0.1:%d/v1", world->server->port);
    assert_int_equal(mkdir(world->input, 0700), 0);
    assert_true(sight_make(&picture, 1, 1, &why));
    put_file(in_scratch(world->input, "a.jpg"), picture.jpeg.data, picture.jpeg.length);
    sight_clear(&picture);
    world->settings = (struct run_settings){
        .input = world->input,
        .directory = world->directory,
        .upstreams = {{.endpoint = {.base_url = world->base, .model = "m"}, .weight = 1}},
        .upstream_count = 1,
        .limits = image_limits_default(),
        .image_workers = 1,
        .image_memory = 64 << 20,
        .payload_memory = 64 << 20,
        .per_image = 2,
        .share_fill_in_blank = 1,
        .options = 4,
        .tries = 1,
        .repeat = 1,
        .seed = 1,
        .answer_temperature = 0.2,
        .temperature = 0.7,
        .max_tokens = 100,
        .timeout_ms = 20000,
        .connect_timeout_ms = 5000,
        .retry = {.max_wait_ms = 1000},
        .max_reply_bytes = 1 << 20,
        .max_cost = -1,
        .probe = PROBE_NEVER,
        .settings_json = "{}",
        .stop = &world->stop};
    world->settings.upstreams[0].pace.concurrency = 4;
}

static inline void run_world_close(struct run_world *world)
{
    loopback_stop(world->server);
    free(world->input);
    free(world->directory);
    remove_scratch(world->folder);
}

#endif
