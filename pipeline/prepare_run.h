// `vqagen prepare`: the stage that makes images ready, by itself. A row for each image of the input
// in OUT/images.jsonl, in the order of the input at any number of workers, and the JPEGs in
// OUT/images.
#ifndef VQAGEN_PREPARE_RUN_H
#define VQAGEN_PREPARE_RUN_H

#include "prepare.h"
#include "screening.h"

#include <signal.h>

struct prepare_settings {
    const char *input;
    const char *directory;
    unsigned workers; // 0: one a processor
    struct image_limits limits;
    struct screen_settings screen;
    uint64_t image_memory;             // bytes, for all workers together
    const volatile sig_atomic_t *stop; // nothing new is begun when it is not 0
};

struct prepare_summary {
    unsigned long long images, encoded, passed, skipped, failed;
    // Different images by what screening found; some of `skipped`, unless it only reports.
    unsigned long long found[SCREEN_FINDINGS];
    bool screened;
    unsigned long long other_files; // of a folder, that are no images: without a row
    unsigned long long bytes_in, bytes_out;
    double seconds, cpu_seconds; // of the whole process
    long peak_rss_kib;
};

// False: ERR_INPUT, ERR_DISK, ERR_MEMORY, or ERR_INTERRUPTED; OUT/images.jsonl then holds what was
// done before, or nothing.
bool prepare_run_all(const struct prepare_settings *settings, struct prepare_summary *summary,
                     struct error *why);

// The summary as one line of JSON.
void prepare_summary_write(const struct prepare_summary *summary, struct buffer *out);

#endif
