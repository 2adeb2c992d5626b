// The run's inside, shared by the files that make it up, each of which knows those before it only:
// queue.c says where a subject stands, settle.c ends items, admit.c brings them in, stage.c makes
// images ready, dispatch.c sends calls, judge.c takes what came of them, report.c says what was
// done, run.c turns the loop. One thread owns all of it.
#ifndef VQAGEN_RUN_STATE_H
#define VQAGEN_RUN_STATE_H

#include "allowance.h"
#include "asked.h"
#include "budget.h"
#include "client.h"
#include "file.h"
#include "heap.h"
#include "output.h"
#include "progress.h"
#include "retry_budget.h"
#include "screening.h"
#include "source.h"
#include "subject.h"
#include "workers.h"

// Items that were admitted together: once all are final, dataset.jsonl.part grows by them.
struct batch {
    int64_t to; // the first place behind them
    unsigned admitted;
    unsigned open; // items not final
    bool full;     // no more items come in
    struct batch *next;
};

struct run {
    const struct run_settings *settings;
    struct upstreams upstreams;
    struct recipe recipe;
    size_t system_bytes; // of the system prompt
    struct store *store;
    struct source *source;
    struct client *client;
    struct workers *workers;        // pixels: as many threads as processors
    struct allowance *image_memory; // shared by the workers
    struct image_limits limits;     // the settings', with plans that the workers share
    struct workers *fetchers;       // images given by URL; made when the first one comes
    struct output output;
    struct progress progress;
    struct budget budget;
    char *images_folder; // DIR/images

    // Items under work.
    struct subject *first, *last; // by order of admission
    uint64_t next_order;
    int64_t next_place;
    long long records; // of the input, admitted
    unsigned open_items;
    struct batch *oldest_batch, *newest_batch;
    bool source_ended;
    bool input_waits;  // a pipe, and its writer is slower than we are
    size_t held_bytes; // base64 of admitted records whose image is not on disk yet

    struct image_table images;
    struct {        // the file last looked up, which consecutive records often share
        char *path; // owned
        struct digest digest;
        int64_t size, changed_ns;
    } recalled;

    struct noted_stretch *noted;    // of the input; see unchanged.h
    struct noted_stretch *noted_to; // of them, the one that records are added to; or NULL

    // Screening. Images that were not judged yet, in the order of the input.
    struct screening *screening; // NULL: there is none
    struct file_writer screen_rows;
    struct image *unjudged_first, *unjudged_last;
    unsigned unjudged_payloads; // of them, those that hold one

    // Queues.
    struct heap ready;                // subjects whose payload is there and that have calls to send
    struct heap hungry;               // images that some subject needs and that wait for a worker
    struct heap due;                  // tasks that wait for their time
    struct asked asked;               // tasks that were sent and have no result
    size_t payload_bytes;             // of all images' payloads
    size_t payload_count;             // images that hold one
    size_t payload_sum, payload_made; // for the average size

    // What the turn of the loop brought.
    struct exchange *finished, *finished_last; // linked by exchange->transfer once they are done
    bool transaction;                          // of the store, open
    unsigned lost;                             // replies that the store did not take

    int64_t place_checked_ms; // that DIR is still there

    // The end.
    bool stopping;
    bool aborted; // a second signal: nothing is waited for
    struct error stop_why;
    bool any_reply;         // the endpoint has answered a call of this run
    const char *warned[24]; // kinds of faults that were shown
    size_t warned_count;
    struct retry_budget retry_budget;
    uint64_t jitter; // state of the random numbers for waits: no part of the dataset
};

bool run_write(struct run *run, struct error *why);  // opens the store's transaction, if none is
bool run_commit(struct run *run, struct error *why); // and closes it

void run_stop(struct run *run, const struct error *why); // the first reason is kept

#endif
