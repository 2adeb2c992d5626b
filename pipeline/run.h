// The main job: input in, dataset out. One thread owns the network, the items and the store;
// workers own pixels (see the design notes in README.md).
#ifndef VQAGEN_RUN_H
#define VQAGEN_RUN_H

#include "client.h"
#include "prepare.h"
#include "retry.h"
#include "screening.h"
#include "shard.h"
#include "store.h"
#include "topic.h"
#include "upstreams.h"

#include <signal.h>

enum retry_what { RETRY_NOTHING = 0, RETRY_UNKNOWN = 1, RETRY_REJECTED = 2, RETRY_FAILED = 3 };

enum probe_when { PROBE_AUTO, PROBE_ALWAYS, PROBE_NEVER };

struct run_settings {
    const char *input;                                 // see source.h
    const char *directory;                             // DIR
    struct upstream_settings upstreams[MAX_UPSTREAMS]; // where calls go
    size_t upstream_count;                             // 1 or more
    struct image_limits limits;
    struct screen_settings screen;
    unsigned image_workers; // 0: one a processor
    uint64_t image_memory;  // of all images being worked on at once, bytes
    size_t payload_memory;  // ceiling for prepared images in memory, bytes

    unsigned per_image; // questions drafted for an image without given ones
    unsigned share_multiple_choice, share_fill_in_blank; // weights of --format; not both 0
    enum language language;
    unsigned options; // of a multiple-choice item, the right one included: 2 to 26
    unsigned tries;   // 1 ...: how often a step is asked before the item is rejected
    unsigned repeat;  // 1 ...: how often each answer is asked
    uint64_t seed;
    const char *topics; // names, comma-separated; NULL: all
    const struct topic_definition *own_topics;
    size_t own_topic_count;

    const char *system_prompt; // NULL: the built-in one
    const char *extra_body;    // JSON object text, checked; NULL
    const char *thinking;      // off, low, medium, high; NULL: as the model does by itself
    double answer_temperature; // of the answer step
    double temperature;        // of drafting and wrong options; negative: none is ever sent
    int max_tokens;

    unsigned batch_size; // items worked on at once; 0: batch_size_for what is in flight
    int64_t timeout_ms, connect_timeout_ms;
    int64_t first_byte_timeout_ms, idle_timeout_ms; // 0: none of its own
    const char *ca_file;                            // NULL: the system's certificates
    const char *proxy;                              // NULL: as the environment says
    struct retry_settings retry;
    int64_t outage_patience_ms; // how long an endpoint that has answered may be away; 0: a call
                                // that fails then is given up after its retries, as any other
    size_t max_reply_bytes;
    long long limit;    // items of the input taken, 0: all
    struct shard shard; // the part of the input that is taken
    enum retry_what retry_what;
    bool durable; // a power cut takes no reply (store_set_durable)
    bool relearn; // forget what earlier runs here learned from refusals

    const struct price *prices; // the user's own, before the built-in ones
    size_t price_count;
    double max_cost;       // dollars for all runs on DIR; negative: no limit
    enum probe_when probe; // whether the model sees

    const char *summary_file; // --summary-json; NULL
    // Each setting with its value and where it came from, for run.json: JSON object text.
    const char *settings_json;

    volatile sig_atomic_t
        *stop; // 0 go on, 1 finish what is in flight, 2 stop at once. Set by signals
};

// What of them is the client's; max_connections, done and context are the caller's.
struct client_settings run_client_settings(const struct run_settings *settings);

// What the run did, also written as run.json.
struct run_summary {
    long long items, accepted, rejected, unknown, open;
    long long screened; // of the rejected: their images were left out, as was asked for
    long long unusable; // of the rejected: of no call, for their record or image cannot be used
    long long calls, requests, retries;
    long long lost;     // calls whose replies could not be kept
    char cost[400];     // what it cost, in one sentence; "": nothing
    char learned[2000]; // what refusals taught of the endpoints, a line for each; "": nothing
    int exit_code;      // 0, 1, or the error's
};

// False: the run ended before all items were final; *why says why (ERR_INTERRUPTED, ERR_STOPPED,
// ERR_ENDPOINT, ERR_DISK, ERR_SETTINGS...). What was received is kept either way.
bool run_generate(const struct run_settings *settings, struct run_summary *summary,
                  struct error *why);

// --dry-run: prints on standard output what would be asked, how many calls and how many tokens (an
// estimate, and says so). No call is made, nothing is written.
bool run_preview(const struct run_settings *settings, struct error *why);

// Wakes the loop; safe in a signal handler.
void run_wake(void);

#endif
