#include "tune_items.h"

#include "advance.h"
#include "clock.h"
#include "queue.h"

static void link_subject(struct tune_load *load, struct subject *subject)
{
    subject->previous = load->last;
    if (load->last != NULL)
        load->last->next = subject;
    else
        load->first = subject;
    load->last = subject;
}

bool tune_items_take(struct tune_load *load, struct task **task, struct error *why)
{
    *task = NULL;
    struct subject *subject = load->first;
    for (;;) {
        while (subject != NULL && subject->ready == NULL)
            subject = subject->next;
        if (subject != NULL)
            break;
        if (load->feed_ended)
            return true;
        struct error fault = {0};
        subject = load->feed.next(load->feed.context, &fault);
        if (subject == NULL) {
            load->feed_ended = true;
            if (fault.kind != ERR_NONE)
                *why = fault;
            return fault.kind == ERR_NONE;
        }
        link_subject(load, subject);
        if (!tune_items_advance(load, subject, why))
            return false;
    }
    *task = subject->ready;
    subject->ready = (*task)->next;
    (*task)->next = NULL;
    return true;
}

void tune_items_put_back(struct task *task)
{
    struct subject *subject = task->subject;
    task->next = subject->ready;
    if (subject->ready == NULL)
        subject->ready_last = task;
    subject->ready = task;
}

bool tune_items_advance(struct tune_load *load, struct subject *subject, struct error *why)
{
    struct task *wanted = NULL;
    bool good = subject_advance(subject, load->feed.recipe, &wanted, why);
    queue_tasks(subject, wanted);
    return good;
}

static void free_ready(struct subject *subject)
{
    while (subject->ready != NULL) {
        struct task *task = subject->ready;
        subject->ready = task->next;
        task_free(task);
    }
}

void tune_items_fail(struct subject *subject, const struct fault *fault)
{
    subject_fail(subject, "tune", ITEM_UNKNOWN, fault->kind, fault->message, clock_wall_ms());
    free_ready(subject);
}

static void unlink_subject(struct tune_load *load, struct subject *subject)
{
    if (subject->previous != NULL)
        subject->previous->next = subject->next;
    else
        load->first = subject->next;
    if (subject->next != NULL)
        subject->next->previous = subject->previous;
    else
        load->last = subject->previous;
}

void tune_items_end(struct tune_load *load, bool all)
{
    for (struct subject *subject = load->first, *next; subject != NULL; subject = next) {
        next = subject->next;
        bool ended = subject->open_items == 0 && subject->in_flight == 0;
        if (!ended && !all)
            continue;
        if (ended) {
            load->items += subject->item_count;
            for (unsigned i = 0; i < subject->item_count; i++)
                load->accepted += subject->items[i].state == ITEM_ACCEPTED;
            if (load->feed.ended != NULL)
                load->feed.ended(load->feed.context, subject);
        }
        unlink_subject(load, subject);
        free_ready(subject);
        subject_free(subject);
    }
}
