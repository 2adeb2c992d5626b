#include "admit.h"

#include "advance.h"
#include "batch.h"
#include "clock.h"
#include "file.h"
#include "image_job.h"
#include "log.h"
#include "memory.h"
#include "queue.h"
#include "screen_queue.h"
#include "settle.h"
#include "store_reading.h"
#include "text.h"
#include "unchanged.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// So many records a turn, so that the network is looked after in between.
enum { RECORDS_A_TURN = 64 };

// Base64 from records waits in memory until a worker has put the image on disk.
enum { MAX_HELD_BYTES = 64 << 20 };

static bool take_record(struct run *run, struct question *question, struct error *why);

// It follows the endpoint where concurrency does.
static unsigned batch_size(const struct run *run)
{
    const struct run_settings *settings = run->settings;
    return settings->batch_size > 0
               ? settings->batch_size
               : batch_size_for(upstreams_limit(&run->upstreams), settings->per_image);
}

// The next batch is admitted when half of the last one is done, so that slots never run dry.
static bool batch_wanted(const struct run *run)
{
    const struct batch *newest = run->newest_batch;
    if (newest != NULL && !newest->full)
        return true;
    return run->open_items <= batch_size(run) / 2;
}

bool admit_waits(const struct run *run)
{
    return run->source_ended || run->stopping || !batch_wanted(run) ||
           run->held_bytes > MAX_HELD_BYTES;
}

static bool begin_batch(struct run *run, struct error *why)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a batch");
    batch->to = run->next_place;
    if (run->newest_batch != NULL)
        run->newest_batch->next = batch;
    else
        run->oldest_batch = batch;
    run->newest_batch = batch;
    return true;
}

static bool end_source(struct run *run, struct error *why)
{
    run->source_ended = true;
    run->progress.all_admitted = true;
    if (run->newest_batch != NULL)
        run->newest_batch->full = true;
    uint64_t skipped = source_skipped(run->source);
    if (run->records == 0)
        log_warn("%s holds %s: there is nothing to ask about", run->settings->input,
                 source_is_folder(run->source) ? "no image" : "no record");
    if (skipped > 0)
        log_note("files of the input that are not images and were passed over: %llu",
                 (unsigned long long)skipped);
    if (source_left_out(run->source))
        log_note("%s lies in the input and was passed over: it is where this run writes",
                 run->settings->directory);
    return unchanged_end(run, why);
}

static bool take_or_leave(struct run *run, struct question *question, struct error *why)
{
    run->records++;
    bool held = shard_holds(&run->settings->shard, question);
    unchanged_add(run, question, held);
    if (held)
        return run_write(run, why) && take_record(run, question, why);
    run->next_place += subject_item_count(question, &run->recipe);
    question_clear(question);
    return true;
}

// *more: 0 at the input's end; -1 when a signal came, which the next turn sees: what is in flight
// is finished.
static bool next_record(struct run *run, int *more, struct error *why)
{
    struct question question;
    struct error fault = {0};
    *more = source_next(run->source, &question, &fault);
    if (*more == 1)
        return take_or_leave(run, &question, why) && unchanged_close(run, why);
    if (*more == 0)
        return end_source(run, why);
    if (fault.kind == ERR_INTERRUPTED)
        return true;
    *why = fault;
    return false;
}

bool admit_some(struct run *run, struct error *why)
{
    int more = 1;
    bool passed = false; // a thousand records at once are enough for a turn
    for (int i = 0; i < RECORDS_A_TURN && !admit_waits(run) && more == 1 && !passed; i++) {
        if (run->settings->limit > 0 && run->records >= run->settings->limit)
            return end_source(run, why);
        run->input_waits = source_waits(run->source);
        if (run->input_waits)
            break;
        if ((run->newest_batch == NULL || run->newest_batch->full) && !begin_batch(run, why))
            return false;
        struct batch *batch = run->newest_batch;
        if (!unchanged_pass(run, &passed, why) || (!passed && !next_record(run, &more, why)))
            return false;
        batch->full = batch->full || batch->admitted >= batch_size(run);
    }
    return true;
}

static void link_subject(struct run *run, struct subject *subject)
{
    subject->order = run->next_order++;
    subject->previous = run->last;
    if (run->last != NULL)
        run->last->next = subject;
    else
        run->first = subject;
    run->last = subject;
}

// The remembered digest of a file, if the file is still as it was.
static void recall_file(struct run *run, struct image *image)
{
    if (run->recalled.path != NULL && strcmp(run->recalled.path, image->source) == 0) {
        image->digest_known = true;
        image->digest = run->recalled.digest;
        image->size = run->recalled.size;
        image->changed_ns = run->recalled.changed_ns;
        return;
    }
    struct stat facts;
    if (stat(image->source, &facts) == 0) {
        image->size = facts.st_size;
        image->changed_ns = file_changed_ns(&facts);
        image->digest_known = store_find_digest(run->store, image->source, image->size,
                                                image->changed_ns, &image->digest);
    }
    free(run->recalled.path);
    run->recalled.path = image->digest_known ? text_copy(image->source) : NULL;
    run->recalled.digest = image->digest;
    run->recalled.size = image->size;
    run->recalled.changed_ns = image->changed_ns;
}

// An image fetched by an earlier run lies in DIR/images; its format, and so its name, is told by
// the "size" under which the URL's digest was remembered.
static void recall_url(struct run *run, struct image *image)
{
    for (int format = PICTURE_JPEG; format <= PICTURE_WEBP; format++) {
        if (!store_find_digest(run->store, image->source, format, 0, &image->digest))
            continue;
        char *name = image_kept_name(&image->digest, (enum picture_format)format);
        char *path = name != NULL ? file_join(run->settings->directory, name) : NULL;
        if (path != NULL && access(path, R_OK) == 0) {
            free(image->source);
            image->source = path;
            image->origin = IMAGE_FILE;
            image->kept = name;
            image->digest_known = true;
            return;
        }
        free(path);
        free(name);
    }
}

// The image that the record names; what an earlier run knew of it is recalled when it is new.
static bool find_image(struct run *run, struct subject *subject, struct error *why)
{
    size_t known = run->images.count;
    enum image_origin origin = subject->question.origin;
    struct image *image = image_find(&run->images, &subject->question, subject->order, why);
    if (image == NULL)
        return false;
    image_attach(image, subject);
    if (run->images.count == known)
        return true;
    screen_queue_enter(run, image);
    if (origin == IMAGE_FILE)
        recall_file(run, image);
    else if (origin == IMAGE_URL)
        recall_url(run, image);
    else
        run->held_bytes += strlen(image->source);
    return screen_queue_take(run, image, NULL, why);
}

static bool take_record(struct run *run, struct question *question, struct error *why)
{
    struct subject *subject = subject_new(question, &run->recipe, run->next_place, why);
    if (subject == NULL) {
        question_clear(question);
        return false;
    }
    link_subject(run, subject);
    unchanged_await(run, subject);
    subject->batch = run->newest_batch;
    run->next_place += subject->item_count;
    subject->batch->admitted += subject->item_count;
    subject->batch->open += subject->item_count;
    subject->batch->to = run->next_place;
    run->open_items += subject->item_count;
    run->progress.items += subject->item_count;
    if (subject->question.fault != NULL) {
        if (!admit_begin(run, subject, why))
            return false;
        subject_fail(subject, "input", ITEM_REJECTED, "bad_record", subject->question.fault,
                     clock_wall_ms());
        return settle_subject(run, subject, why);
    }
    if (!find_image(run, subject, why))
        return false;
    const struct image *image = subject->image;
    if (!image->digest_known || image->unjudged) {
        queue_subject(run, subject);
        return true;
    }
    if (!admit_begin(run, subject, why))
        return false;
    if (image->refusal != NULL)
        subject_fail(subject, "image", ITEM_REJECTED, image->refusal_kind, image->refusal,
                     clock_wall_ms());
    else if (image->state == IMAGE_FAILED)
        subject_fail(subject, "image", ITEM_UNKNOWN, "image_unusable",
                     "the image changed while the run was going on: run again", clock_wall_ms());
    return settle_subject(run, subject, why);
}

// A failed item tells where its record stands in the input, which may have changed around it.
static bool follow_line(struct run *run, const struct item *item, enum item_state state,
                        struct error *why)
{
    enum { MAX_LINE = 64 << 20 };
    uint64_t line = item->subject->question.line;
    if (line == 0 || (state != ITEM_REJECTED && state != ITEM_UNKNOWN))
        return true;
    char *failed;
    if (!store_item_line(run->store, item->number, &failed, why))
        return false;
    struct buffer moved;
    buffer_init(&moved, MAX_LINE);
    bool good = failed == NULL || !item_write_moved(failed, line, &moved) ||
                (buffer_check(&moved, "an item's line", why) &&
                 store_put_line(run->store, item->number, state, buffer_text(&moved), why));
    buffer_clear(&moved);
    free(failed);
    return good;
}

// Finds the item's row; true in *loads when its calls are to be read.
static bool admit_item(struct run *run, struct item *item, bool *loads, struct error *why)
{
    struct subject *subject = item->subject;
    struct digest fingerprint = subject_fingerprint(subject, item);
    if (!memory_check(why))
        return false;
    struct stored_item row;
    if (!store_admit_item(run->store, item->id, item->place, &fingerprint, &row, why))
        return false;
    item->number = row.number;
    item->round = row.round;
    unchanged_add_row(subject, item, &fingerprint);
    unsigned flag = row.state == ITEM_UNKNOWN    ? RETRY_UNKNOWN
                    : row.state == ITEM_REJECTED ? RETRY_REJECTED
                                                 : 0;
    if ((run->settings->retry_what & flag) != 0) {
        item->round++;
        row.state = ITEM_OPEN;
        if (!store_retry_item(run->store, item->number, item->round, why))
            return false;
    }
    if (row.state == ITEM_OPEN) {
        *loads = true;
        return true;
    }
    item->state = row.state;
    item->step = ITEM_ENDED;
    item->kept = true;
    subject->open_items--;
    return follow_line(run, item, row.state, why);
}

bool admit_begin(struct run *run, struct subject *subject, struct error *why)
{
    const struct image *image = subject->image;
    bool any_open = false;
    subject->begun = true;
    const char *shown = image != NULL && image->kept != NULL ? image->kept : subject->question.name;
    subject->image_shown = text_copy(shown);
    if (image != NULL)
        subject->digest = image->digest;
    for (unsigned i = 0; i < subject->item_count; i++)
        if (!admit_item(run, &subject->items[i], &any_open, why))
            return false;
    if (!unchanged_begun(run, subject, why))
        return false;
    // An item whose record or image cannot be used fails even when nothing of it had to be asked.
    if (!any_open || subject->question.fault != NULL ||
        (image != NULL && image->state == IMAGE_FAILED))
        return true;
    for (unsigned i = 0; i < subject->item_count; i++) {
        struct item *item = &subject->items[i];
        // The image's draft lies with its first item.
        bool needed = item->state == ITEM_OPEN || (i == 0 && subject->drafting);
        if (needed &&
            !store_load_calls(run->store, item->number, &item->stored, &item->stored_count, why))
            return false;
    }
    struct task *wanted = NULL;
    bool good = subject_advance(subject, &run->recipe, &wanted, why);
    queue_tasks(subject, wanted);
    queue_subject(run, subject);
    return good;
}
