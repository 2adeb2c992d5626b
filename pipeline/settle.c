#include "settle.h"

#include "memory.h"
#include "queue.h"

#include <stdlib.h>

static void count_item(struct run *run, const struct item *item)
{
    struct progress *progress = &run->progress;
    if (item->kept)
        progress->done_before++;
    else if (item->state == ITEM_ACCEPTED)
        progress->accepted++;
    else if (item->state == ITEM_REJECTED)
        progress->rejected++;
    else
        progress->unknown++;
    progress->screened += !item->kept && screen_is_kind(item->kind);
}

void settle_unlink(struct run *run, struct subject *subject)
{
    if (subject->previous != NULL)
        subject->previous->next = subject->next;
    else
        run->first = subject->next;
    if (subject->next != NULL)
        subject->next->previous = subject->previous;
    else
        run->last = subject->previous;
}

static void end_subject(struct run *run, struct subject *subject)
{
    if (subject->heap_place != (size_t)HEAP_OUTSIDE)
        heap_remove(&run->ready, subject);
    queue_leave(run, subject);
    settle_unlink(run, subject);
    subject_free(subject);
}

bool settle_subject(struct run *run, struct subject *subject, struct error *why)
{
    if (!memory_check(why))
        return false;
    for (unsigned i = 0; i < subject->item_count; i++) {
        struct item *item = &subject->items[i];
        if (item->state == ITEM_OPEN || item->reported)
            continue;
        item->reported = true;
        run->open_items--;
        subject->batch->open--;
        count_item(run, item);
        if (!item->kept && (!run_write(run, why) ||
                            !store_finish_item(run->store, item->number, item->state, item->kind,
                                               item_topic_name(item), item->line, why)))
            return false;
        free(item->line);
        item->line = NULL;
    }
    if (subject->open_items == 0 && subject->in_flight == 0 && subject->waiting == 0 &&
        subject->ready == NULL)
        end_subject(run, subject);
    return true;
}

// The part grows by whole batches, oldest first.
bool settle_batches(struct run *run, struct error *why)
{
    struct batch *batch;
    while ((batch = run->oldest_batch) != NULL && batch->full && batch->open == 0) {
        if (!output_extend(&run->output, run->store, batch->to, why))
            return false;
        run->oldest_batch = batch->next;
        if (run->oldest_batch == NULL)
            run->newest_batch = NULL;
        free(batch);
    }
    return true;
}
