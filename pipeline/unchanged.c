#include "unchanged.h"

#include "file.h"
#include "store_stretch.h"

#include <stdlib.h>
#include <sys/stat.h>

// A note is written once its last record was read and all its items have their rows.
struct noted_stretch {
    struct stretch stretch;
    unsigned waiting; // records whose items have no rows yet
    bool closed;      // its last record was read
    bool useless;     // something of it must be looked at by every run
    struct noted_stretch *next;
};

static bool pass_stored(struct run *run, struct stretch *stretch, bool *passed, struct error *why);
static bool write_note(struct run *run, struct noted_stretch *noted, struct error *why);

// ---- Passing over -------------------------------------------------------------------------------

static bool begin_note(struct run *run, struct error *why)
{
    struct noted_stretch *noted = calloc(1, sizeof *noted);
    if (noted == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a stretch of the input");
    stretch_init(&noted->stretch);
    source_begin_stretch(run->source, &noted->stretch);
    noted->stretch.place = run->next_place;
    noted->next = run->noted;
    run->noted = run->noted_to = noted;
    return true;
}

bool unchanged_pass(struct run *run, bool *passed, struct error *why)
{
    *passed = false;
    if (run->noted_to != NULL || run->screening != NULL || !source_has_stretches(run->source))
        return true;
    struct stretch stretch;
    stretch_init(&stretch);
    bool good = run->settings->retry_what != 0 || pass_stored(run, &stretch, passed, why);
    stretch_clear(&stretch);
    return good && (*passed || begin_note(run, why));
}

// What was noted of it, with all that it can be compared by as it is now.
static bool look_again(struct run *run, struct stretch *stretch, bool *same, struct error *why)
{
    struct digest noted;
    bool ended = false;
    *same = false;
    if (!store_find_stretch(run->store, run->records, stretch, &noted) ||
        stretch->place != run->next_place || !source_look_ahead(run->source, stretch) ||
        !stretch_look_at_images(stretch))
        return true;
    if (!store_read_stretch(run->store, stretch, &ended, why))
        return false;
    struct digest now = stretch_digest(stretch);
    *same = ended && digest_equal(&now, &noted);
    return true;
}

static bool pass_stored(struct run *run, struct stretch *stretch, bool *passed, struct error *why)
{
    long long limit = run->settings->limit;
    bool same;
    if (!look_again(run, stretch, &same, why))
        return false;
    if (!same || (limit > 0 && stretch->records > limit - run->records))
        return true;
    if (!source_skip_stretch(run->source, stretch, passed, why))
        return false;
    if (!*passed)
        return true;
    run->records += stretch->records;
    run->next_place += stretch->places;
    run->newest_batch->admitted += (unsigned)stretch->row_count;
    run->newest_batch->to = run->next_place;
    run->progress.items += (long long)stretch->row_count;
    run->progress.done_before += (long long)stretch->row_count;
    run->progress.unread += (long long)stretch->row_count;
    return store_admit_stretch(run->store, stretch, why);
}

// ---- Noting -------------------------------------------------------------------------------------

// False: it is gone, or no memory.
static bool add_file(struct stretch *stretch, const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 &&
           stretch_add_image(stretch, path, facts.st_size, file_changed_ns(&facts));
}

// An image that another shard looks at: whether it can be looked at tells whose it is.
static bool add_other_image(struct stretch *stretch, const struct question *question)
{
    return question->origin != IMAGE_FILE || add_file(stretch, question->image);
}

void unchanged_add(struct run *run, const struct question *question, bool held)
{
    struct noted_stretch *noted = run->noted_to;
    if (noted == NULL)
        return;
    struct stretch *stretch = &noted->stretch;
    stretch->places += subject_item_count(question, &run->recipe);
    if (!source_extend_stretch(run->source, stretch) || question->fault != NULL ||
        question->missed || (!held && !add_other_image(stretch, question)))
        noted->useless = true;
}

void unchanged_await(struct run *run, struct subject *subject)
{
    subject->noted = run->noted_to;
    if (subject->noted != NULL)
        subject->noted->waiting++;
}

void unchanged_add_row(struct subject *subject, const struct item *item,
                       const struct digest *fingerprint)
{
    struct noted_stretch *noted = subject->noted;
    if (noted != NULL && !noted->useless &&
        !stretch_add_row(&noted->stretch, item->number, item->place, fingerprint))
        noted->useless = true;
}

// One that was kept below DIR is known by its digest in its name.
static bool add_image(struct stretch *stretch, const struct image *image)
{
    if (image == NULL || !image->digest_known || image->origin != IMAGE_FILE)
        return false;
    return image->kept != NULL
               ? add_file(stretch, image->source)
               : stretch_add_image(stretch, image->source, image->size, image->changed_ns);
}

bool unchanged_begun(struct run *run, struct subject *subject, struct error *why)
{
    struct noted_stretch *noted = subject->noted;
    subject->noted = NULL;
    if (noted == NULL)
        return true;
    noted->waiting--;
    if (!noted->useless && !add_image(&noted->stretch, subject->image))
        noted->useless = true;
    return write_note(run, noted, why);
}

bool unchanged_close(struct run *run, struct error *why)
{
    const struct noted_stretch *noted = run->noted_to;
    if (noted == NULL || (noted->stretch.record + noted->stretch.records) % STRETCH_RECORDS != 0)
        return true;
    return unchanged_end(run, why);
}

bool unchanged_end(struct run *run, struct error *why)
{
    struct noted_stretch *noted = run->noted_to;
    run->noted_to = NULL;
    if (noted == NULL)
        return true;
    noted->closed = true;
    noted->useless = noted->useless || noted->stretch.records == 0;
    return write_note(run, noted, why);
}

static void drop_note(struct run *run, struct noted_stretch *noted)
{
    struct noted_stretch **at = &run->noted;
    while (*at != noted)
        at = &(*at)->next;
    *at = noted->next;
    stretch_clear(&noted->stretch);
    free(noted);
}

static bool write_note(struct run *run, struct noted_stretch *noted, struct error *why)
{
    if (!noted->closed || noted->waiting > 0)
        return true;
    bool good = noted->useless ||
                (run_write(run, why) && store_put_stretch(run->store, &noted->stretch, why));
    drop_note(run, noted);
    return good;
}

void unchanged_clear(struct run *run)
{
    while (run->noted != NULL)
        drop_note(run, run->noted);
    run->noted_to = NULL;
}
