#include "builtin.h"

#include <stdio.h>

enum { DISCARD_PORT = 9 };

bool builtin_open(struct builtin *builtin, bool start, uint64_t seed,
                  struct endpoint_settings *endpoint, struct error *why)
{
    *builtin = (struct builtin){.started = start, .child.port = DISCARD_PORT};
    if (start && !simulator_start(&builtin->child, seed, why))
        return error_note(why, "the built-in model");
    snprintf(builtin->url, sizeof builtin->url, "http://127.0.0.1:%u/v1", builtin->child.port);
    endpoint->endpoint = "builtin";
    endpoint->base_url = builtin->url;
    if (endpoint->model == NULL)
        endpoint->model = "builtin";
    return true;
}

void builtin_close(struct builtin *builtin)
{
    if (builtin->started)
        simulator_stop(&builtin->child);
}
