// The work on one image, done on a worker's thread: its bytes are had (file, base64 or URL),
// digested, kept in DIR/images/ when they came in the input or by URL, and made into a payload.
#ifndef VQAGEN_IMAGE_JOB_H
#define VQAGEN_IMAGE_JOB_H

#include "allowance.h"
#include "digest.h"
#include "payload.h"
#include "prepare.h"
#include "question.h"
#include "workers.h"

struct image;

struct image_job {
    struct work work;    // first, so that a work is its job
    struct image *image; // the loop's; the worker does not look at it

    // In; borrowed until the job is collected.
    enum image_origin origin;
    const char *source; // path, base64 text or URL
    const char *folder; // DIR
    const struct image_limits *limits;
    struct allowance *memory; // shared with the other jobs
    unsigned retries;         // of a fetch
    int64_t timeout_ms;       // of a fetch

    // Out.
    bool good;
    bool have_bytes;  // the image's bytes were had: digest and format are set
    struct error why; // ERR_IMAGE, ERR_TOO_LARGE: the image; ERR_DISK: the run
    struct digest digest;
    int64_t size, changed_ns; // of a file, when it was read
    enum picture_format format;
    struct picture_figures figures; // when the limits ask for them
    char *kept;                     // "images/..." below DIR, when it was kept; owned
    struct payload *payload;        // owned
};

void image_job_run(struct work *work);
void image_job_free(struct image_job *job);

// The name under which an image of that digest and format is kept: "images/<sha256>.<suffix>".
char *image_kept_name(const struct digest *digest, enum picture_format format);

#endif
