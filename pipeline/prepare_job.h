// The work on one image of `vqagen prepare`, done on a worker's thread: read, prepared, and written
// to OUT under its digest. What is kept of it is a few hundred bytes.
#ifndef VQAGEN_PREPARE_JOB_H
#define VQAGEN_PREPARE_JOB_H

#include "allowance.h"
#include "digest.h"
#include "prepare.h"
#include "question.h"
#include "workers.h"

enum prepare_status { PREPARE_ENCODED, PREPARE_PASSED, PREPARE_SKIPPED, PREPARE_FAILED };

struct prepare_job {
    struct work work; // first, so that a work is its job

    // In.
    struct question question;          // owned
    const char *folder;                // OUT/images; borrowed
    const struct image_limits *limits; // borrowed
    struct allowance *file_memory;     // for files as read; borrowed
    struct allowance *picture_memory;  // for decoding; borrowed, and taken after the other

    // Out.
    bool done; // for the owner
    enum prepare_status status;
    struct error why;            // of a failed one; of a damaged one that was accepted: the damage
    struct prepared_image image; // without its JPEG
    size_t bytes_in, bytes_out;
    struct digest digest; // of the JPEG
};

void prepare_job_run(struct work *work);
void prepare_job_free(struct prepare_job *job);

// The row of images.jsonl, with its line break.
void prepare_job_write(const struct prepare_job *job, struct buffer *out);

#endif
