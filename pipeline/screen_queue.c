#include "screen_queue.h"

#include "screen_row.h"
#include "text.h"

#include <string.h>

bool screen_queue_open(struct run *run, struct error *why)
{
    const struct screen_settings *settings = &run->settings->screen;
    if (settings->mode == SCREEN_OFF)
        return true;
    run->screening = screening_new(settings, why);
    return run->screening != NULL &&
           screen_row_open(&run->screen_rows, run->settings->directory, why);
}

bool screen_queue_close(struct run *run, bool complete, struct error *why)
{
    bool good = true;
    if (run->screen_rows.stream != NULL && complete)
        good = file_commit(&run->screen_rows, why);
    else if (run->screen_rows.stream != NULL)
        file_abandon(&run->screen_rows);
    run->screen_rows = (struct file_writer){0};
    return good;
}

void screen_queue_enter(struct run *run, struct image *image)
{
    if (run->screening == NULL)
        return;
    image->unjudged = true;
    image->unjudged_previous = run->unjudged_last;
    if (run->unjudged_last != NULL)
        run->unjudged_last->unjudged_next = image;
    else
        run->unjudged_first = image;
    run->unjudged_last = image;
}

void screen_queue_leave(struct run *run, struct image *image)
{
    if (!image->unjudged)
        return;
    image->unjudged = false;
    run->unjudged_payloads -= image->payload != NULL;
    struct image *next = image->unjudged_next, *previous = image->unjudged_previous;
    if (previous != NULL)
        previous->unjudged_next = next;
    else
        run->unjudged_first = next;
    if (next != NULL)
        next->unjudged_previous = previous;
    else
        run->unjudged_last = previous;
    image->unjudged_next = image->unjudged_previous = NULL;
}

static bool remember(struct run *run, const struct image *image, struct error *why)
{
    const struct picture_figures *figures = &image->figures;
    struct stored_figures stored = {.shorter_px = figures->shorter_px,
                                    .contrast = figures->contrast,
                                    .blur = figures->blur,
                                    .detail = figures->detail};
    likeness_write(&figures->look, stored.look);
    return run_write(run, why) && store_put_figures(run->store, &image->digest, &stored, why);
}

bool screen_queue_take(struct run *run, struct image *image, const struct picture_figures *figures,
                       struct error *why)
{
    if (!image->unjudged || image->figures_known)
        return true;
    if (figures == NULL) {
        image->figures_known =
            image->digest_known && screen_row_recall(run->store, &image->digest, &image->figures);
        return true;
    }
    image->figures = *figures;
    image->figures_known = true;
    return remember(run, image, why);
}

struct image *screen_queue_next(const struct run *run)
{
    struct image *image = run->unjudged_first;
    return image != NULL && image->figures_known ? image : NULL;
}

bool screen_queue_judge(struct run *run, struct image *image, struct error *why)
{
    const struct question *question = &image->subjects->question;
    const char *name = image->kept != NULL ? image->kept : question->name;
    struct screen_image judged = {.name = name != NULL ? name : question->id,
                                  .digest = image->digest,
                                  .figures = image->figures};
    memcpy(&judged.key, image->key.bytes, sizeof judged.key);
    struct screen_verdict verdict;
    screen_queue_leave(run, image);
    if (!screening_judge(run->screening, &judged, &verdict, why))
        return false;
    if (screening_skips(run->screening, &verdict)) {
        image->refusal_kind = screen_finding_kind(verdict.finding);
        image->refusal = text_copy(verdict.reason);
        if (image->refusal == NULL)
            return error_set(why, ERR_MEMORY, "no memory for a verdict");
    }
    return verdict.met_before || screen_row_write(&run->screen_rows, &judged, &verdict, why);
}
