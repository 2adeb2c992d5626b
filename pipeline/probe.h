// Single calls, for finding out what an endpoint takes: sent, waited for and judged, and counted
// against a limit. Nothing is learned from one probe for the next, so that each tells of itself.
#ifndef VQAGEN_PROBE_H
#define VQAGEN_PROBE_H

#include "client.h"
#include "endpoint.h"
#include "fault.h"
#include "provider.h"

#include <signal.h>

struct prober {
    struct client *client;
    unsigned calls, limit;
    long long tokens;          // as endpoints say, else estimated
    struct exchange *finished; // linked by exchange->transfer
    const volatile sig_atomic_t
        *stop; // as in run.h: not 0 ends what is waited for; NULL: nothing does
};

struct probe {
    // In; borrowed.
    const struct endpoint *endpoint; // with the lessons in force
    const char *url;                 // NULL: the endpoint's
    struct ask ask;
    struct payload *payload; // NULL: none; goes with ask.image

    // Out; cleared by probe_clear.
    bool sent; // false: the limit was reached, and the fault has no kind
    struct fault fault;
    struct reply reply;              // when fault.verdict is FAULT_NONE
    struct endpoint_lessons learned; // the lessons in force, and what this refusal teaches
    enum transport transport;
    int status;
    double seconds;
    bool first_byte;            // something of an answer came
    bool streamed;              // the answer came as events
    double seconds_first_token; // of a stream; negative: none came
    char content_type[64], location[200];
    struct buffer body; // its beginning
};

bool prober_init(struct prober *prober, const struct client_settings *settings, unsigned limit,
                 struct error *why);
void prober_clear(struct prober *prober);

// Sends all of them at once and waits for the last. False: ERR_MEMORY, ERR_INTERNAL, ERR_SETTINGS
// (a request that cannot be written).
bool prober_send(struct prober *prober, struct probe *probes, size_t count, struct error *why);

unsigned prober_left(const struct prober *prober); // calls that may still be made

void probe_clear(struct probe *probe);

// What came of it in one line: "HTTP 400: ...", "HTTP 200 in 0.4 s: ready". Returns text.
const char *probe_seen(const struct probe *probe, char *text, size_t size);

#endif
