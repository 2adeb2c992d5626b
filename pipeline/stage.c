// The image stage: which images are made ready, and when, and how much memory they may hold.
//
// Images are prepared a little ahead of the calls that need them, oldest first. A payload stays
// while calls of its image are ready or under way. One whose calls all wait for a later time is
// only a cache: it is the first to go when memory is wanted, and is made again when its time comes.
#include "clock.h"
#include "file.h"
#include "image_job.h"
#include "log.h"
#include "run_state.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum {
    FETCHERS = 16,          // threads that wait for images given by URL
    MAX_AHEAD = 128,        // images ready beyond those in use
    FIRST_GUESS = 512 << 10 // bytes of a payload, while none has been made
};

static struct work *job_new(struct run *run, struct subject *subject);

void stage_queue(struct run *run, struct subject *subject)
{
    if (subject->heap_place != (size_t)HEAP_OUTSIDE)
        return;
    bool wants = subject->ready != NULL || !subject->digest_known;
    if (!wants || subject->image == IMAGE_WORKING || subject->image == IMAGE_FAILED)
        return;
    struct heap *heap = subject->image == IMAGE_READY ? &run->ready : &run->hungry;
    struct error why = {0};
    if (!heap_put(heap, subject)) {
        error_set(&why, ERR_MEMORY, "no memory for the queue of images");
        run_stop(run, &why);
    }
}

void stage_release(struct run *run, struct subject *subject)
{
    if (subject->payload == NULL)
        return;
    if (subject->heap_place != (size_t)HEAP_OUTSIDE)
        heap_remove(&run->ready, subject);
    run->payload_bytes -= subject->payload->length;
    run->payload_count--;
    payload_drop(subject->payload);
    subject->payload = NULL;
    subject->image = IMAGE_RELEASED;
}

static size_t guess_payload(const struct run *run)
{
    return run->payload_made > 0 ? run->payload_sum / run->payload_made : FIRST_GUESS;
}

// Makes room by taking back payloads whose calls all wait.
static bool make_room(struct run *run, size_t wanted)
{
    size_t ceiling = run->settings->payload_memory;
    for (struct subject *subject = run->last;
         subject != NULL && run->payload_bytes + wanted > ceiling; subject = subject->previous)
        if (subject->payload != NULL && subject->in_flight == 0 && subject->ready == NULL)
            stage_release(run, subject);
    // One image may always be worked on, or nothing would ever move.
    return run->payload_bytes + wanted <= ceiling || run->payload_count == 0;
}

static bool may_feed(struct run *run)
{
    unsigned out = workers_out(run->workers);
    unsigned ahead =
        run->settings->concurrency < MAX_AHEAD ? run->settings->concurrency : MAX_AHEAD;
    if (run->ready.count + out >= ahead + 2)
        return false;
    return make_room(run, (out + 1) * guess_payload(run)) || out == 0;
}

// URLs are waited for by threads of their own: a slow server must not keep pixels waiting.
static struct workers *workers_for(struct run *run, const struct subject *subject,
                                   struct error *why)
{
    if (subject->question.origin != IMAGE_URL || subject->image_path != NULL)
        return run->workers;
    if (run->fetchers == NULL)
        run->fetchers = workers_new(FETCHERS, FETCHERS, stage_wake, run->client, why);
    return run->fetchers;
}

bool stage_feed(struct run *run, struct error *why)
{
    while (!run->stopping && run->hungry.count > 0 && may_feed(run)) {
        struct subject *subject = heap_first(&run->hungry);
        struct workers *workers = workers_for(run, subject, why);
        if (workers == NULL)
            return false;
        if (workers_out(workers) == workers_capacity(workers))
            break;
        struct work *work = job_new(run, subject);
        if (work == NULL)
            return error_set(why, ERR_MEMORY, "no memory for image work");
        heap_remove(&run->hungry, subject);
        subject->image = IMAGE_WORKING;
        workers_give(workers, work);
    }
    return true;
}

static struct work *job_new(struct run *run, struct subject *subject)
{
    struct image_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    bool on_disk = subject->image_path != NULL;
    job->work.run = image_job_run;
    job->subject = subject;
    job->origin = on_disk ? IMAGE_FILE : subject->question.origin;
    job->image = on_disk ? subject->image_path : subject->question.image;
    job->folder = run->settings->directory;
    job->limits = &run->settings->limits;
    job->retries = run->settings->retry.retries;
    job->timeout_ms = run->settings->timeout_ms;
    job->want_payload = true;
    return &job->work;
}

// What was learned about the image's bytes, so that a later run need not read them.
static bool remember(struct run *run, struct subject *subject, struct image_job *job,
                     struct error *why)
{
    bool url = job->origin == IMAGE_URL;
    if (job->origin != IMAGE_BASE64 &&
        !store_put_digest(run->store, job->image, url ? (int64_t)job->format : job->size,
                          url ? 0 : job->changed_ns, &job->digest, why))
        return false;
    if (job->kept == NULL)
        return true;
    subject->image_path = file_join(run->settings->directory, job->kept);
    subject->image_shown = job->kept;
    job->kept = NULL;
    if (job->origin == IMAGE_BASE64) {
        free(subject->question.image);
        subject->question.image = NULL;
    }
    return subject->image_path != NULL || error_set(why, ERR_MEMORY, "no memory for a path");
}

static bool fail_image(struct run *run, struct subject *subject, struct image_job *job, bool known,
                       struct error *why)
{
    const char *kind = "image_unusable";
    enum item_state state = ITEM_REJECTED;
    if (job->why.kind == ERR_TOO_LARGE)
        kind = "image_too_large";
    if (job->format == PICTURE_UNKNOWN && digest_equal(&job->digest, &(struct digest){{0}})) {
        // Its bytes could not be had: that says nothing about the picture.
        kind = job->origin == IMAGE_URL ? "image_unreachable" : "image_unreadable";
        state = ITEM_UNKNOWN;
    }
    if (subject->image_shown == NULL)
        subject->image_shown = text_copy(subject->question.name);
    subject->image = IMAGE_FAILED;
    log_detail("%s: %s", subject->question.id, job->why.message);
    if (!known && !admit_begin(run, subject, why))
        return false;
    while (subject->ready != NULL) {
        struct task *task = subject->ready;
        subject->ready = task->next;
        free(task);
    }
    subject_fail(subject, "image", state, kind, job->why.message, clock_wall_ms());
    return run_settle(run, subject, why);
}

static bool take_payload(struct run *run, struct subject *subject, struct image_job *job)
{
    subject->payload = job->payload;
    job->payload = NULL;
    subject->image = IMAGE_READY;
    run->payload_bytes += subject->payload->length;
    run->payload_count++;
    run->payload_sum += subject->payload->length;
    run->payload_made++;
    return true;
}

static bool take_job(struct run *run, struct image_job *job, struct error *why)
{
    struct subject *subject = job->subject;
    bool known = subject->digest_known;
    if (job->origin == IMAGE_BASE64)
        run->held_bytes -= strlen(job->image);
    if (job->why.kind == ERR_DISK || job->why.kind == ERR_MEMORY) {
        *why = job->why;
        return error_note(why, "%s", subject->question.id);
    }
    bool have_bytes = job->good || !digest_equal(&job->digest, &(struct digest){{0}});
    if (known && have_bytes && !digest_equal(&subject->digest, &job->digest)) {
        // Changed while the run goes on: its calls' keys would speak of another picture.
        job->good = false;
        error_clear(&job->why);
        error_set(&job->why, ERR_IMAGE, "the file changed while the run was going on: run again");
    }
    if (!run_write(run, why))
        return false;
    if (!known && have_bytes) {
        subject->digest = job->digest;
        subject->digest_known = true;
        if (!remember(run, subject, job, why))
            return false;
    }
    if (!job->good)
        return fail_image(run, subject, job, known, why);
    take_payload(run, subject, job);
    if (!known && !admit_begin(run, subject, why))
        return false;
    stage_queue(run, subject);
    return run_settle(run, subject, why);
}

bool stage_collect(struct run *run, struct error *why)
{
    struct workers *all[] = {run->workers, run->fetchers};
    for (int i = 0; i < 2; i++) {
        struct work *work;
        while (all[i] != NULL && (work = workers_collect(all[i])) != NULL) {
            struct image_job *job = (struct image_job *)work;
            bool good = take_job(run, job, why);
            image_job_free(job);
            if (!good)
                return false;
        }
    }
    return true;
}

bool stage_busy(const struct run *run)
{
    return workers_out(run->workers) > 0 ||
           (run->fetchers != NULL && workers_out(run->fetchers) > 0);
}

bool stage_is_image(const void *bytes, size_t length)
{
    return sniff_readable(sniff_format(bytes, length));
}

void stage_wake(void *client)
{
    client_wake(client);
}

void stage_drop(struct work *work)
{
    image_job_free((struct image_job *)work);
}
