#include "workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

struct list {
    struct work *first, *last;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t given; // a piece waits, or the threads shall end
    struct list waiting;  // guarded by lock
    struct list done;     // guarded by lock
    bool ending;          // guarded by lock
    unsigned out;         // the owner's own count
    unsigned capacity;
    void (*wake)(void *);
    void *wake_context;
    unsigned count;
    pthread_t threads[];
};

static void list_put(struct list *list, struct work *work)
{
    work->next = NULL;
    if (list->last != NULL)
        list->last->next = work;
    else
        list->first = work;
    list->last = work;
}

static struct work *list_get(struct list *list)
{
    struct work *work = list->first;
    if (work != NULL) {
        list->first = work->next;
        if (list->first == NULL)
            list->last = NULL;
        work->next = NULL;
    }
    return work;
}

static void *worker_main(void *argument)
{
    struct workers *workers = argument;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (workers->waiting.first == NULL && !workers->ending)
            pthread_cond_wait(&workers->given, &workers->lock);
        if (workers->ending)
            break;
        struct work *work = list_get(&workers->waiting);
        pthread_mutex_unlock(&workers->lock);
        work->run(work);
        pthread_mutex_lock(&workers->lock);
        list_put(&workers->done, work);
        if (workers->wake != NULL) {
            pthread_mutex_unlock(&workers->lock);
            workers->wake(workers->wake_context);
            pthread_mutex_lock(&workers->lock);
        }
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

struct workers *workers_new(unsigned count, unsigned capacity, void (*wake)(void *),
                            void *wake_context, struct error *why)
{
    struct workers *workers = calloc(1, sizeof *workers + count * sizeof(pthread_t));
    if (workers == NULL) {
        error_set(why, ERR_MEMORY, "no memory for %u workers", count);
        return NULL;
    }
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->given, NULL);
    workers->capacity = capacity;
    workers->wake = wake;
    workers->wake_context = wake_context;
    // Signals are the owner's business: its threads inherit a full mask.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool begun = true;
    while (begun && workers->count < count) {
        begun = pthread_create(&workers->threads[workers->count], NULL, worker_main, workers) == 0;
        workers->count += begun;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (begun)
        return workers;
    error_set_errno(why, ERR_MEMORY, "cannot start worker %u of %u", workers->count + 1, count);
    workers_free(workers, NULL);
    return NULL;
}

bool workers_give(struct workers *workers, struct work *work)
{
    if (workers->out == workers->capacity)
        return false;
    workers->out++;
    pthread_mutex_lock(&workers->lock);
    list_put(&workers->waiting, work);
    pthread_cond_signal(&workers->given);
    pthread_mutex_unlock(&workers->lock);
    return true;
}

struct work *workers_collect(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    struct work *work = list_get(&workers->done);
    pthread_mutex_unlock(&workers->lock);
    workers->out -= work != NULL;
    return work;
}

unsigned workers_out(const struct workers *workers)
{
    return workers->out;
}

unsigned workers_capacity(const struct workers *workers)
{
    return workers->capacity;
}

static void drop_all(struct list *list, void (*drop)(struct work *))
{
    for (struct work *work = list_get(list); work != NULL; work = list_get(list))
        if (drop != NULL)
            drop(work);
}

void workers_free(struct workers *workers, void (*drop)(struct work *))
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->ending = true;
    pthread_cond_broadcast(&workers->given);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    drop_all(&workers->waiting, drop);
    drop_all(&workers->done, drop);
    pthread_cond_destroy(&workers->given);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

unsigned workers_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? (unsigned)count : 1;
}
