// The built-in model is a server like any other, but of our own: a child process on a free port of
// loopback, for as long as a command works with it.
#ifndef VQAGEN_BUILTIN_H
#define VQAGEN_BUILTIN_H

#include "endpoint.h"
#include "simulator.h"

struct builtin {
    char url[64];
    bool started;
    struct simulator_child child;
};

// Points the endpoint at the built-in model, whose name it gets unless it has a model's. start:
// whether it will be called; else no process is needed. The endpoint borrows builtin->url. False:
// as simulator_start.
bool builtin_open(struct builtin *builtin, bool start, uint64_t seed,
                  struct endpoint_settings *endpoint, struct error *why);
void builtin_close(struct builtin *builtin);

#endif
