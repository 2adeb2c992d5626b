#include "queue.h"

#include "memory.h"
#include "screen_queue.h"

void queue_tasks(struct subject *subject, struct task *wanted)
{
    while (wanted != NULL) {
        struct task *task = wanted;
        wanted = task->next;
        task->next = NULL;
        if (subject->ready_last != NULL && subject->ready != NULL)
            subject->ready_last->next = task;
        else
            subject->ready = task;
        subject->ready_last = task;
    }
}

// Without memory the element waits for ever; the note ends the run before that matters.
static void put(struct heap *heap, void *element)
{
    if (!heap_put(heap, element))
        memory_noted(NULL);
}

void queue_subject(struct run *run, struct subject *subject)
{
    struct image *image = subject->image;
    if (subject->begun && subject->ready == NULL)
        return;
    if (image->unjudged && image->figures_known)
        return; // what was read of it is all that its turn needs
    if (image->state == IMAGE_READY && subject->heap_place == (size_t)HEAP_OUTSIDE)
        put(&run->ready, subject);
    if ((image->state == IMAGE_WANTED || image->state == IMAGE_RELEASED) &&
        image->heap_place == (size_t)HEAP_OUTSIDE)
        put(&run->hungry, image);
}

void queue_give_up(struct run *run, struct task *task)
{
    asked_remove(&run->asked, task);
    while (task->followers != NULL) {
        struct task *follower = task->followers;
        task->followers = follower->next;
        follower->next = NULL;
        follower->due_ms = 0; // at once
        put(&run->due, follower);
    }
    task_free(task);
}

void queue_release(struct run *run, struct image *image)
{
    if (image->payload == NULL)
        return;
    run->payload_bytes -= image->payload->length;
    run->payload_count--;
    run->unjudged_payloads -= image->unjudged;
    payload_drop(image->payload);
    image->payload = NULL;
    image->state = IMAGE_RELEASED;
}

void queue_end_image(struct run *run, struct image *image)
{
    if (image->heap_place != (size_t)HEAP_OUTSIDE)
        heap_remove(&run->hungry, image);
    queue_release(run, image);
    screen_queue_leave(run, image);
    image_remove(&run->images, image);
}

void queue_leave(struct run *run, struct subject *subject)
{
    struct image *image = subject->image;
    if (image == NULL || !image_detach(image, subject))
        return;
    if (image->state != IMAGE_WORKING) // else its worker is waited for
        queue_end_image(run, image);
}
