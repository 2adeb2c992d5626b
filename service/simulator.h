// A model endpoint on loopback: an HTTP server that speaks the providers' protocols and answers
// from the built-in model (look.h, model.h), with the latency, capacity, limits and faults it is
// told.
#ifndef VQAGEN_SIMULATOR_H
#define VQAGEN_SIMULATOR_H

#include "conditions.h"
#include "error.h"

#include <stddef.h>
#include <stdint.h>

struct simulator_settings {
    const char *host; // "127.0.0.1"; anything but loopback only with allow_public
    unsigned port;    // 0: any free one
    bool allow_public;
    const char *key;   // wanted as Bearer; NULL: none
    const char *play;  // whose words and headers it has, see player.c; NULL: each protocol's own
    const char *model; // the models that exist, with commas between; NULL: any
    const char *path;  // served only there or right below; NULL: wherever the protocols' paths end
    const char *path_error; // what other paths get: "own", "html", "plain", "fastapi"; NULL: own
    const char *latency;    // "0", "fixed:0.5s", "lognormal:mean,sigma" (seconds), "uniform:a,b"
    unsigned tokens_per_second; // of the answer, after the latency; 0: all at once
    const char *capacity;       // requests worked on at once, see capacity.h; NULL: no limit
    const char *capacity_mode;  // "queue", "refuse", "slow"; NULL: queue
    unsigned requests_per_minute, tokens_per_minute; // 0: no limit
    struct conditions conditions;                    // what it takes offence at
    const char *refuse_parameters; // names with commas between, see conditions.h; NULL: none
    size_t max_body_bytes;         // larger requests get a 413; 0: 64 MiB
    size_t cache_images;           // the beginnings that a prefix cache holds; 0: 65536
    bool blind;                    // answers without a look at the image, and does not count it
    bool early;                    // refuses what it can before the body is read
    const char *const *faults;     // "KIND[:rate]", see simulator --help; rate 0 to 1, default 1
    size_t fault_count;
    bool fault_models; // a model named "fault-KIND" has that fault
    uint64_t seed;
    const char
        *structured; // what response_format is taken: "schema", "object", "none" (400 on others)
    bool strict;     // refuse unknown parameters; temperature etc. checked for type and range
    const char *answers; // "look" (truly looks at the pixels) or "canned" (costs little CPU)
    int ready_file;      // descriptor to which "PORT\n" is written when listening; -1: none
    int parent_file;     // descriptor that ends the server when it is closed (the parent died); -1
    const char *log;     // file that gets a JSON line a request; NULL: none
};

// Serves until SIGINT or SIGTERM. False: ERR_SETTINGS, ERR_ENDPOINT (port taken).
bool simulator_run(const struct simulator_settings *settings, struct error *why);

// A simulator as a child process of this program (`--endpoint builtin`).
struct simulator_child {
    int process;
    int control; // our end of parent_file's pipe
    unsigned port;
};
bool simulator_start(struct simulator_child *child, uint64_t seed, struct error *why);
void simulator_stop(struct simulator_child *child);

#endif
