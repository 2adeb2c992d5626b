// The work on one image of `vqagen prepare`, done on a worker's thread: read, prepared, and written
// to OUT under its digest. What is kept of it is a few hundred bytes.
//
// With screening the work is done in two parts, prepare_job_run and prepare_job_keep: the owner
// judges the image in between, when all earlier ones were judged. Its JPEG waits in memory.
#ifndef VQAGEN_PREPARE_JOB_H
#define VQAGEN_PREPARE_JOB_H

#include "allowance.h"
#include "digest.h"
#include "prepare.h"
#include "question.h"
#include "screening.h"
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
    bool screens;                      // the JPEG is not written yet

    // Out.
    bool run, judged, done; // for the owner: the first part was run, the picture judged; all done
    enum prepare_status status;
    struct error why;            // of a failed one; of a damaged one that was accepted: the damage
    struct prepared_image image; // without its JPEG, once that is written
    size_t bytes_in, bytes_out;
    struct digest digest; // of the JPEG
    struct digest source; // of the file, when screening needs it

    struct screen_verdict verdict; // the owner's
    char *nearest;                 // of the verdict; owned
};

void prepare_job_run(struct work *work);

// The second part: writes the JPEG of an image that is kept.
void prepare_job_keep(struct work *work);

// What the first part came to is a picture, to be judged.
bool prepare_job_is_prepared(const struct prepare_job *job);

// Takes what was judged. A picture that is left out is skipped, and its JPEG let go.
bool prepare_job_take_verdict(struct prepare_job *job, const struct screen_verdict *verdict,
                              bool skip, struct error *why);

void prepare_job_free(struct prepare_job *job);

// The row of images.jsonl, with its line break.
void prepare_job_write(const struct prepare_job *job, struct buffer *out);

#endif
