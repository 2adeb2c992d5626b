#include "schedule.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_NS = 200000000 }; // how often the sockets of stalled jobs are looked at

struct schedule {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const struct capacity *capacity; // borrowed
    void (*ready)(struct job *job);
    pthread_t thread;
    bool started;
    // All guarded by lock.
    bool ending;
    struct job **heap; // by due time
    // Jobs are due in worked time, which passes more slowly than the clock while more jobs than
    // there are places share the work: so a change of their number changes no job's due time.
    int64_t worked_ns, at_ns; // the worked time at that time of the clock
    int64_t begun_ns;         // when the first job entered; 0: none did
    size_t step;              // of the capacity
    size_t heap_count, heap_room;
    struct job *first, *last; // waiting for a place
    struct job *stalled;
    unsigned working, most_working, waiting;
};

static void *schedule_main(void *argument);
static struct job *take_due(struct schedule *schedule);
static struct job *take_closed(struct schedule *schedule);

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

struct schedule *schedule_new(const struct capacity *capacity, void (*ready)(struct job *job),
                              struct error *why)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);
    if (schedule == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the simulator's schedule");
        return NULL;
    }
    schedule->capacity = capacity;
    schedule->ready = ready;
    schedule->at_ns = now_ns();
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&schedule->changed, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&schedule->lock, NULL);
    if (pthread_create(&schedule->thread, NULL, schedule_main, schedule) == 0) {
        schedule->started = true;
        return schedule;
    }
    schedule_free(schedule);
    error_set(why, ERR_MEMORY, "cannot start the simulator's timer");
    return NULL;
}

void schedule_free(struct schedule *schedule)
{
    if (schedule == NULL)
        return;
    schedule_end(schedule);
    pthread_mutex_destroy(&schedule->lock);
    pthread_cond_destroy(&schedule->changed);
    free(schedule->heap);
    free(schedule);
}

static bool heap_has_room(struct schedule *schedule)
{
    // Jobs that stay have a place, and may come back to the heap.
    size_t needed = (size_t)schedule->working + schedule->waiting + 1;
    if (needed <= schedule->heap_room)
        return true;
    size_t room = schedule->heap_room * 2 + 64;
    struct job **heap = realloc(schedule->heap, room * sizeof *heap);
    if (heap == NULL)
        return false;
    schedule->heap = heap;
    schedule->heap_room = room;
    return true;
}

static void heap_put(struct schedule *schedule, struct job *job)
{
    size_t place = schedule->heap_count++;
    while (place > 0 && schedule->heap[(place - 1) / 2]->due_ns > job->due_ns) {
        schedule->heap[place] = schedule->heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    schedule->heap[place] = job;
}

static struct job *heap_take(struct schedule *schedule)
{
    struct job *top = schedule->heap[0], *last = schedule->heap[--schedule->heap_count];
    size_t place = 0, child;
    while ((child = 2 * place + 1) < schedule->heap_count) {
        if (child + 1 < schedule->heap_count &&
            schedule->heap[child + 1]->due_ns < schedule->heap[child]->due_ns)
            child++;
        if (schedule->heap[child]->due_ns >= last->due_ns)
            break;
        schedule->heap[place] = schedule->heap[child];
        place = child;
    }
    schedule->heap[place] = last;
    return top;
}

static unsigned places(const struct schedule *schedule)
{
    return schedule->capacity->count > 0 ? schedule->capacity->steps[schedule->step].places : 0;
}

static bool shares(const struct schedule *schedule)
{
    return schedule->capacity->mode == CAPACITY_SLOW && places(schedule) > 0 &&
           schedule->working > places(schedule);
}

static bool is_full(const struct schedule *schedule)
{
    return schedule->capacity->mode != CAPACITY_SLOW && places(schedule) > 0 &&
           schedule->working >= places(schedule);
}

// When the next step of the capacity begins; INT64_MAX: there is none.
static int64_t next_step_ns(const struct schedule *schedule)
{
    if (schedule->begun_ns == 0 || schedule->step + 1 >= schedule->capacity->count)
        return INT64_MAX;
    return schedule->begun_ns + schedule->capacity->steps[schedule->step + 1].from_ns;
}

static void work_until(struct schedule *schedule, int64_t time)
{
    int64_t span = time - schedule->at_ns;
    if (shares(schedule))
        span = (int64_t)((double)span * places(schedule) / schedule->working);
    schedule->worked_ns += span;
    schedule->at_ns = time;
}

// Under the lock, before the number of jobs changes: the worked time and the capacity of now.
static int64_t bring_up(struct schedule *schedule)
{
    int64_t now = now_ns();
    while (next_step_ns(schedule) <= now) {
        work_until(schedule, next_step_ns(schedule));
        schedule->step++;
    }
    work_until(schedule, now);
    return now;
}

static void take_place(struct schedule *schedule, struct job *job)
{
    job->placed = true;
    if (++schedule->working > schedule->most_working)
        schedule->most_working = schedule->working;
}

static void begin(struct schedule *schedule, struct job *job)
{
    if (!job->placed)
        take_place(schedule, job);
    job->due_ns = schedule->worked_ns + job->delay_ns;
    heap_put(schedule, job);
}

// Under the lock: those that wait take what places there are.
static void begin_waiting(struct schedule *schedule)
{
    while (schedule->first != NULL && !is_full(schedule)) {
        struct job *job = schedule->first;
        schedule->first = job->next;
        if (schedule->first == NULL)
            schedule->last = NULL;
        schedule->waiting--;
        begin(schedule, job);
    }
}

static void enter(struct schedule *schedule)
{
    int64_t now = bring_up(schedule);
    if (schedule->begun_ns == 0) {
        schedule->begun_ns = now;
        pthread_cond_signal(&schedule->changed); // the steps of the capacity begin to count
    }
}

bool schedule_enter(struct schedule *schedule, struct job *job)
{
    if (schedule->capacity->count == 0 || schedule->capacity->mode != CAPACITY_REFUSE)
        return true;
    pthread_mutex_lock(&schedule->lock);
    enter(schedule);
    bool room = !is_full(schedule);
    if (room)
        take_place(schedule, job);
    pthread_mutex_unlock(&schedule->lock);
    return room;
}

static void wait_in_line(struct schedule *schedule, struct job *job)
{
    job->next = NULL;
    if (schedule->last != NULL)
        schedule->last->next = job;
    else
        schedule->first = job;
    schedule->last = job;
    schedule->waiting++;
}

bool schedule_add(struct schedule *schedule, struct job *job, void (*before)(struct job *job))
{
    pthread_mutex_lock(&schedule->lock);
    bool taken = !schedule->ending && heap_has_room(schedule);
    if (taken) {
        enter(schedule);
        before(job);
        if (!job->placed && is_full(schedule) && schedule->capacity->mode == CAPACITY_QUEUE)
            wait_in_line(schedule, job);
        else
            begin(schedule, job);
        if (schedule->heap_count > 0 && schedule->heap[0] == job)
            pthread_cond_signal(&schedule->changed);
    }
    pthread_mutex_unlock(&schedule->lock);
    return taken;
}

void schedule_leave(struct schedule *schedule, struct job *job)
{
    if (!job->placed)
        return;
    pthread_mutex_lock(&schedule->lock);
    bring_up(schedule);
    job->placed = false;
    schedule->working--;
    begin_waiting(schedule);
    pthread_cond_signal(&schedule->changed);
    pthread_mutex_unlock(&schedule->lock);
}

bool schedule_stall(struct schedule *schedule, struct job *job, void (*before)(struct job *job))
{
    pthread_mutex_lock(&schedule->lock);
    bool taken = !schedule->ending;
    if (taken) {
        before(job);
        job->next = schedule->stalled;
        schedule->stalled = job;
        pthread_cond_signal(&schedule->changed);
    }
    pthread_mutex_unlock(&schedule->lock);
    return taken;
}

// By the clock, as long as the number of jobs stays as it is.
static int64_t first_due_ns(const struct schedule *schedule)
{
    if (schedule->heap_count == 0)
        return INT64_MAX;
    int64_t left = schedule->heap[0]->due_ns - schedule->worked_ns;
    if (shares(schedule))
        left = (int64_t)((double)left * schedule->working / places(schedule)) + 1;
    return schedule->at_ns + left;
}

// Sleeps until the first job is due, or stalled ones are to be looked at, or something changes.
static void sleep_until_due(struct schedule *schedule, int64_t now)
{
    int64_t until = first_due_ns(schedule);
    if (next_step_ns(schedule) < until)
        until = next_step_ns(schedule);
    if (schedule->stalled != NULL && now + LOOK_NS < until)
        until = now + LOOK_NS;
    if (until == INT64_MAX) {
        pthread_cond_wait(&schedule->changed, &schedule->lock);
        return;
    }
    struct timespec time = {until / 1000000000, until % 1000000000};
    pthread_cond_timedwait(&schedule->changed, &schedule->lock, &time);
}

static void *schedule_main(void *argument)
{
    struct schedule *schedule = argument;
    int64_t looked = 0;
    pthread_mutex_lock(&schedule->lock);
    while (!schedule->ending) {
        int64_t now = bring_up(schedule);
        begin_waiting(schedule);
        struct job *done = take_due(schedule);
        if (done == NULL && schedule->stalled != NULL && now - looked >= LOOK_NS) {
            looked = now;
            done = take_closed(schedule);
        }
        if (done == NULL) {
            sleep_until_due(schedule, now);
            continue;
        }
        pthread_mutex_unlock(&schedule->lock);
        for (struct job *next; done != NULL; done = next) {
            next = done->next; // the job's memory may go with the call
            schedule->ready(done);
        }
        pthread_mutex_lock(&schedule->lock);
    }
    pthread_mutex_unlock(&schedule->lock);
    return NULL;
}

// Under the lock: all jobs that are due, as a list; those that waited take their places.
static struct job *take_due(struct schedule *schedule)
{
    struct job *list = NULL, **end = &list;
    while (schedule->heap_count > 0 && schedule->heap[0]->due_ns <= schedule->worked_ns) {
        struct job *job = heap_take(schedule);
        job->next = NULL;
        *end = job;
        end = &job->next;
        if (job->stays)
            continue;
        job->placed = false;
        schedule->working--;
        begin_waiting(schedule);
    }
    return list;
}

static bool peer_closed(int socket)
{
    char byte;
    ssize_t got = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

// Under the lock: the stalled jobs whose peers have gone.
static struct job *take_closed(struct schedule *schedule)
{
    struct job *list = NULL;
    for (struct job **link = &schedule->stalled; *link != NULL;) {
        struct job *job = *link;
        if (job->socket < 0 || !peer_closed(job->socket)) {
            link = &job->next;
            continue;
        }
        *link = job->next;
        job->aborted = true;
        job->next = list;
        list = job;
    }
    return list;
}

void schedule_count(struct schedule *schedule, unsigned *working, unsigned *most_working,
                    unsigned *waiting)
{
    pthread_mutex_lock(&schedule->lock);
    *working = schedule->working;
    *most_working = schedule->most_working;
    *waiting = schedule->waiting;
    pthread_mutex_unlock(&schedule->lock);
}

static void hand_back(struct schedule *schedule, struct job *list)
{
    for (struct job *next; list != NULL; list = next) {
        next = list->next;
        list->aborted = true;
        schedule->ready(list);
    }
}

void schedule_end(struct schedule *schedule)
{
    pthread_mutex_lock(&schedule->lock);
    schedule->ending = true;
    pthread_cond_signal(&schedule->changed);
    pthread_mutex_unlock(&schedule->lock);
    if (schedule->started)
        pthread_join(schedule->thread, NULL);
    schedule->started = false;
    // Connections that end meanwhile leave the schedule on the server's threads.
    struct job *begun = NULL;
    pthread_mutex_lock(&schedule->lock);
    struct job *waiting = schedule->first, *stalled = schedule->stalled;
    schedule->first = schedule->last = schedule->stalled = NULL;
    schedule->waiting = 0;
    while (schedule->heap_count > 0) {
        struct job *job = heap_take(schedule);
        if (!job->stays) {
            job->placed = false;
            schedule->working--;
        }
        job->next = begun;
        begun = job;
    }
    pthread_mutex_unlock(&schedule->lock);
    hand_back(schedule, waiting);
    hand_back(schedule, stalled);
    hand_back(schedule, begun);
}
