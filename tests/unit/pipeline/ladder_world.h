// A ladder before an HTTP server of the test's own, with a small picture as its image.
#ifndef VQAGEN_TEST_LADDER_WORLD_H
#define VQAGEN_TEST_LADDER_WORLD_H

#include "../client/loopback.h"
#include "ladder_state.h"
#include "unit.h"

enum { WORLD_SIDE = 400 };

struct ladder_world {
    struct loopback *server;
    char base[100];
    struct ladder_settings settings;
    struct diagnosis diagnosis;
    struct ladder ladder;
};

static inline bool world_refuse(int socket, const char *status, const char *message)
{
    char body[500];
    snprintf(body, sizeof body, "{\"error\":{\"message\":\"%s\"}}", message);
    loopback_reply(socket, status, "Content-Type: application/json\r\n", body);
    return true;
}

static inline bool world_say(int socket, const char *text)
{
    char body[500];
    snprintf(body, sizeof body,
             "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
             "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}",
             text);
    loopback_reply(socket, "200 OK", "Content-Type: application/json\r\n", body);
    return true;
}

static inline void world_open(struct ladder_world *world, loopback_answer *answer)
{
    struct error why = {0};
    *world = (struct ladder_world){.server = loopback_start(answer)};
    snprintf(world->base, sizeof world->base, "http://127.0.0.1:%d/v1", world->server->port);
    world->settings = (struct ladder_settings){
        .endpoint = {.base_url = world->base, .model = "m"},
        .client = {.timeout_ms = 20000, .connect_timeout_ms = 5000, .max_reply_bytes = 1 << 20},
        .limits = image_limits_default(),
        .temperature = -1,
        .most_calls = LADDER_MOST_CALLS};
    world->settings.limits.max_side_px = WORLD_SIDE;
    struct ladder *ladder = &world->ladder;
    *ladder = (struct ladder){.settings = &world->settings, .diagnosis = &world->diagnosis};
    assert_true(endpoint_init(&ladder->endpoint, &world->settings.endpoint, &why));
    assert_true(prober_init(&ladder->prober, &world->settings.client, LADDER_MOST_CALLS, &why));
    assert_true(probe_picture_make(&ladder->picture, WORLD_SIDE, &why));
    ladder->payload = probe_picture_payload(&ladder->picture, &world->settings.limits, &why);
    assert_non_null(ladder->payload);
}

static inline void world_close(struct ladder_world *world)
{
    payload_drop(world->ladder.tiny);
    payload_drop(world->ladder.payload);
    probe_picture_clear(&world->ladder.picture);
    prober_clear(&world->ladder.prober);
    endpoint_clear(&world->ladder.endpoint);
    diagnosis_clear(&world->diagnosis);
    loopback_stop(world->server);
}

#endif
