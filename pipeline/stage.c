#include "stage.h"

#include "admit.h"
#include "advance.h"
#include "clock.h"
#include "file.h"
#include "image_job.h"
#include "log.h"
#include "queue.h"
#include "screen_queue.h"
#include "settle.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum {
    FETCHERS = 16,          // threads that wait for images given by URL
    MAX_AHEAD = 128,        // images ready beyond those in use
    FIRST_GUESS = 512 << 10 // bytes of a payload, while none has been made
};

static struct work *job_new(struct run *run, struct image *image);

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
        if (subject->image != NULL && subject->image->payload != NULL &&
            !image_in_use(subject->image))
            queue_release(run, subject->image);
    // One image may always be worked on, or nothing would ever move.
    return run->payload_bytes + wanted <= ceiling || run->payload_count == 0;
}

static bool may_feed(struct run *run)
{
    unsigned out = workers_out(run->workers);
    // Twice as many as may be in flight: the number may double within a latency.
    unsigned slots = upstreams_slots(&run->upstreams), ahead = 2 * upstreams_limit(&run->upstreams);
    ahead = ahead < slots ? ahead : slots;
    ahead = ahead < MAX_AHEAD ? ahead : MAX_AHEAD;
    if (run->ready.count + run->unjudged_payloads + out >= ahead + 2)
        return false;
    // Those behind the one whose turn it is must not push out each other's payloads.
    const struct image *next = heap_first(&run->hungry), *turn = run->unjudged_first;
    if (turn != NULL && next->order > turn->order &&
        run->payload_bytes + (out + 1) * guess_payload(run) > run->settings->payload_memory)
        return false;
    return make_room(run, (out + 1) * guess_payload(run)) || out == 0;
}

// URLs are waited for by threads of their own: a slow server must not keep pixels waiting.
static struct workers *workers_for(struct run *run, const struct image *image, struct error *why)
{
    if (image->origin != IMAGE_URL)
        return run->workers;
    if (run->fetchers == NULL)
        run->fetchers = workers_new(FETCHERS, FETCHERS, stage_wake, run->client, why);
    return run->fetchers;
}

bool stage_feed(struct run *run, struct error *why)
{
    while (!run->stopping && run->hungry.count > 0 && may_feed(run)) {
        struct image *image = heap_first(&run->hungry);
        struct workers *workers = workers_for(run, image, why);
        if (workers == NULL)
            return false;
        if (workers_out(workers) == workers_capacity(workers))
            break;
        struct work *work = job_new(run, image);
        if (work == NULL)
            return error_set(why, ERR_MEMORY, "no memory for image work");
        heap_remove(&run->hungry, image);
        image->state = IMAGE_WORKING;
        workers_give(workers, work);
    }
    return true;
}

static struct work *job_new(struct run *run, struct image *image)
{
    struct image_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    job->work.run = image_job_run;
    job->image = image;
    job->origin = image->origin;
    job->source = image->source;
    job->folder = run->settings->directory;
    job->limits = &run->limits;
    job->memory = run->image_memory;
    job->retries = run->settings->retry.retries;
    job->timeout_ms = run->settings->timeout_ms;
    return &job->work;
}

// What was learned about the image's bytes, so that a later run need not read them.
static bool remember(struct run *run, struct image *image, struct image_job *job, struct error *why)
{
    bool url = job->origin == IMAGE_URL;
    image->digest = job->digest;
    image->digest_known = true;
    image->size = job->size;
    image->changed_ns = job->changed_ns;
    if (job->origin != IMAGE_BASE64 &&
        !store_put_digest(run->store, job->source, url ? (int64_t)job->format : job->size,
                          url ? 0 : job->changed_ns, &job->digest, why))
        return false;
    if (job->kept == NULL)
        return true;
    char *path = file_join(run->settings->directory, job->kept);
    if (path == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    free(image->source);
    image->source = path;
    image->origin = IMAGE_FILE;
    image->kept = job->kept;
    job->kept = NULL;
    return true;
}

static bool fail_subjects(struct run *run, struct image *image, enum item_state state,
                          const char *kind, const char *message, struct error *why)
{
    for (struct subject *subject = image->subjects; subject != NULL;) {
        struct subject *next = subject->next_of_image; // the last one may take the image with it
        log_detail("%s: %s", subject->question.id, message);
        if (!subject->begun && !admit_begin(run, subject, why))
            return false;
        while (subject->ready != NULL) {
            struct task *task = subject->ready;
            subject->ready = task->next;
            queue_give_up(run, task);
        }
        subject_fail(subject, "image", state, kind, message, clock_wall_ms());
        if (!settle_subject(run, subject, why))
            return false;
        subject = next;
    }
    return true;
}

static bool fail_image(struct run *run, struct image *image, const struct image_job *job,
                       struct error *why)
{
    const char *kind = job->why.kind == ERR_TOO_LARGE ? "image_too_large" : "image_unusable";
    enum item_state state = ITEM_REJECTED;
    if (!job->have_bytes) {
        // Its bytes could not be had: that says nothing about the picture.
        kind = job->origin == IMAGE_URL ? "image_unreachable" : "image_unreadable";
        state = ITEM_UNKNOWN;
    }
    image->state = IMAGE_FAILED;
    screen_queue_leave(run, image);
    return fail_subjects(run, image, state, kind, job->why.message, why);
}

static void take_payload(struct run *run, struct image *image, struct image_job *job)
{
    image->payload = job->payload;
    job->payload = NULL;
    image->state = IMAGE_READY;
    run->payload_bytes += image->payload->length;
    run->payload_count++;
    run->unjudged_payloads += image->unjudged;
    run->payload_sum += image->payload->length;
    run->payload_made++;
}

static bool serve_subjects(struct run *run, struct image *image, struct error *why)
{
    for (struct subject *subject = image->subjects; subject != NULL;) {
        struct subject *next = subject->next_of_image; // the last one may take the image with it
        if (!subject->begun && !admit_begin(run, subject, why))
            return false;
        queue_subject(run, subject);
        if (!settle_subject(run, subject, why))
            return false;
        subject = next;
    }
    return true;
}

static bool take_job(struct run *run, struct image_job *job, struct error *why)
{
    struct image *image = job->image;
    if (job->origin == IMAGE_BASE64)
        run->held_bytes -= strlen(job->source);
    if (job->why.kind == ERR_DISK || job->why.kind == ERR_MEMORY) {
        *why = job->why;
        return error_note(why, "an image of the input");
    }
    if (image->subjects == NULL) { // nobody wants it any more
        image->state = IMAGE_FAILED;
        queue_end_image(run, image);
        return true;
    }
    if (image->digest_known && job->have_bytes && !digest_equal(&image->digest, &job->digest)) {
        // Changed while the run goes on: its calls' keys would speak of another picture.
        job->good = false;
        error_clear(&job->why);
        error_set(&job->why, ERR_IMAGE, "the file changed while the run was going on: run again");
    }
    if (!run_write(run, why))
        return false;
    if (!image->digest_known && job->have_bytes && !remember(run, image, job, why))
        return false;
    if (!job->good)
        return fail_image(run, image, job, why);
    take_payload(run, image, job);
    if (image->unjudged)
        return screen_queue_take(run, image, &job->figures, why);
    return serve_subjects(run, image, why);
}

// Images that are left out, and those that may be asked about now.
static bool judge_images(struct run *run, struct error *why)
{
    struct image *image;
    while ((image = screen_queue_next(run)) != NULL) {
        if (!run_write(run, why) || !screen_queue_judge(run, image, why))
            return false;
        bool refused = image->refusal != NULL;
        char *message = refused ? text_copy(image->refusal) : NULL;
        if (refused) {
            queue_release(run, image);
            image->state = IMAGE_FAILED;
        }
        bool good = !refused || message != NULL || error_set(why, ERR_MEMORY, "no memory");
        good = good && (refused ? fail_subjects(run, image, ITEM_REJECTED, image->refusal_kind,
                                                message, why)
                                : serve_subjects(run, image, why));
        free(message); // the image goes with its last subject
        if (!good)
            return false;
    }
    return true;
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
    return judge_images(run, why);
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
