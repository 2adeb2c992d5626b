#include "run.h"

#include "admit.h"
#include "clock.h"
#include "dispatch.h"
#include "file.h"
#include "image_job.h"
#include "judge.h"
#include "learn.h"
#include "log.h"
#include "memory.h"
#include "outage.h"
#include "random.h"
#include "report.h"
#include "screen_queue.h"
#include "settle.h"
#include "spending.h"
#include "stage.h"
#include "unchanged.h"
#include "vision.h"
#include "volume.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic(struct client *) sleeping; // for run_wake, which a signal handler may call

void run_wake(void)
{
    struct client *client = atomic_load(&sleeping);
    if (client != NULL)
        client_wake(client);
}

// A look once a second: calls whose replies cannot be kept are money thrown away.
static bool check_place(struct run *run, struct error *why)
{
    enum { INTERVAL_MS = 1000 };
    int64_t now_ms = clock_now_ms();
    if (now_ms - run->place_checked_ms < INTERVAL_MS)
        return true;
    run->place_checked_ms = now_ms;
    return store_check_place(run->store, why);
}

// ---- The loop -----------------------------------------------------------------------------------

static void heed_signals(struct run *run)
{
    int stop = run->settings->stop != NULL ? *run->settings->stop : 0;
    if (stop == 0)
        return;
    struct error why = {0};
    error_set(&why, ERR_INTERRUPTED, "interrupted; the same command goes on where it stopped");
    if (!run->stopping)
        log_note(
            "stopping: calls in flight (%u) are finished first; interrupt again to stop at once",
            client_in_flight(run->client));
    run_stop(run, &why);
    if (stop > 1 && !run->aborted) {
        run->aborted = true;
        client_abort(run->client);
    }
}

static bool finished(const struct run *run)
{
    if (run->stopping)
        return client_in_flight(run->client) == 0 && run->finished == NULL;
    return run->source_ended && run->first == NULL;
}

static bool something_to_do(const struct run *run)
{
    return !run->stopping && !run->input_waits && !admit_waits(run);
}

static bool turn(struct run *run, struct error *why)
{
    heed_signals(run);
    if (!check_place(run, why) || !admit_some(run, why) || !stage_collect(run, why))
        return false;
    outage_check(run, clock_now_ms());
    if (!dispatch_wake_due(run, clock_now_ms(), why) || !stage_feed(run, why) ||
        !dispatch_send(run, why) || !settle_batches(run, why))
        return false;
    // What was decided since the last turn is kept before the loop sleeps over it.
    if (!run_commit(run, why))
        return false;
    if (finished(run))
        return true;
    int wait_ms = something_to_do(run) ? 0 : dispatch_wait_ms(run, clock_now_ms());
    if (!client_turn(run->client, wait_ms, why))
        return false;
    bool good = judge_finished(run, why);
    progress_show(&run->progress, clock_now_ms(), run->stopping);
    return good && memory_check(why);
}

static bool loop(struct run *run, struct error *why)
{
    bool good = true;
    while (good && !finished(run))
        good = turn(run, why);
    good = good && settle_batches(run, why) && run_commit(run, why);
    if (good && run->stopping) {
        *why = run->stop_why;
        return false;
    }
    return good;
}

// ---- Set-up and end -----------------------------------------------------------------------------

// Calls on one image run close together, oldest image first.
static bool subject_before(const void *a, const void *b)
{
    const struct subject *x = a, *y = b;
    if (x->image->order != y->image->order)
        return x->image->order < y->image->order;
    return x->order < y->order;
}

static size_t *subject_place(void *subject)
{
    return &((struct subject *)subject)->heap_place;
}

static bool image_before(const void *a, const void *b)
{
    return ((const struct image *)a)->order < ((const struct image *)b)->order;
}

static size_t *image_place(void *image)
{
    return &((struct image *)image)->heap_place;
}

static bool task_before(const void *a, const void *b)
{
    const struct task *x = a, *y = b;
    if (x->due_ms != y->due_ms)
        return x->due_ms < y->due_ms;
    return x->subject->order < y->subject->order;
}

static size_t *task_place(void *task)
{
    return &((struct task *)task)->heap_place;
}

static bool check_recipe(struct run *run, struct error *why)
{
    struct store_setting rows[RECIPE_SETTINGS];
    struct buffer text;
    buffer_init(&text, 1 << 20);
    size_t count = recipe_list(&run->recipe, rows, &text);
    bool good = buffer_check(&text, "the settings", why) &&
                store_check_settings(run->store, rows, count, why);
    buffer_clear(&text);
    return good;
}

static bool open_source(struct run *run, struct error *why)
{
    struct source_settings settings = {.is_image = stage_is_image,
                                       .max_record_bytes = 64 << 20,
                                       .left_out = run->settings->directory,
                                       .stop = run->settings->stop};
    run->source = source_open(run->settings->input, &settings, why);
    return run->source != NULL;
}

static bool open_client(struct run *run, struct error *why)
{
    const struct run_settings *settings = run->settings;
    struct client_settings client = run_client_settings(settings);
    client.max_connections = upstreams_slots(&run->upstreams);
    client.done = judge_later;
    client.context = run;
    run->client = client_new(&client, why);
    if (run->client == NULL)
        return false;
    run->image_memory = allowance_new(settings->image_memory, why);
    run->limits = settings->limits;
    unsigned count = settings->image_workers > 0 ? settings->image_workers : workers_processors();
    run->limits.plans = scale_plans_new(why);
    run->limits.planes = plane_pool_new(count, why);
    if (run->image_memory == NULL || run->limits.plans == NULL || run->limits.planes == NULL)
        return false;
    run->workers = workers_new(count, count + 1, stage_wake, run->client, why);
    return run->workers != NULL;
}

// Calls whose replies cannot be kept are not sent at all.
enum { LEAST_ROOM_BYTES = 1 << 20 };

static bool run_open(struct run *run, const struct run_settings *settings, struct error *why)
{
    *run = (struct run){.settings = settings,
                        .ready = {.before = subject_before, .place = subject_place},
                        .hungry = {.before = image_before, .place = image_place},
                        .due = {.before = task_before, .place = task_place}};
    int64_t now_ms = clock_now_ms();
    run->jitter = random_from((uint64_t)clock_wall_ms(), "", "jitter");
    progress_begin(&run->progress, now_ms);
    if (!upstreams_init(&run->upstreams, settings->upstreams, settings->upstream_count, why))
        return false;
    retry_budget_init(&run->retry_budget, upstreams_expected(&run->upstreams), now_ms);
    if (!recipe_init(&run->recipe, settings, &run->upstreams, why))
        return false;
    run->system_bytes = strlen(run->recipe.system);
    return open_source(run, why) && (run->store = store_open(settings->directory, why)) != NULL &&
           volume_check_room(settings->directory, LEAST_ROOM_BYTES, why) &&
           (!settings->durable || store_set_durable(run->store, why)) && check_recipe(run, why) &&
           learn_recall(run, why) &&
           ((run->images_folder = file_join(settings->directory, "images")) != NULL ||
            memory_check(why)) &&
           file_make_directory(run->images_folder, why) &&
           output_open(&run->output, settings->directory, run->store, why) &&
           screen_queue_open(run, why) && spending_open(run, why) && open_client(run, why);
}

static void free_tasks(struct task *task)
{
    while (task != NULL) {
        struct task *next = task->next;
        task_free(task);
        task = next;
    }
}

static void run_close(struct run *run)
{
    atomic_store(&sleeping, NULL);
    log_progress("");
    if (run->client != NULL)
        client_abort(run->client);
    while (run->finished != NULL) {
        struct exchange *exchange = run->finished;
        run->finished = exchange->transfer;
        task_free(exchange->owner);
        exchange->transfer = NULL;
        exchange_free(exchange);
    }
    workers_free(run->workers, stage_drop);
    workers_free(run->fetchers, stage_drop);
    allowance_free(run->image_memory);
    scale_plans_free(run->limits.plans);
    plane_pool_free(run->limits.planes);
    for (struct task *task = heap_take(&run->due); task != NULL; task = heap_take(&run->due))
        task_free(task);
    while (run->first != NULL) {
        struct subject *subject = run->first;
        free_tasks(subject->ready);
        settle_unlink(run, subject);
        subject_free(subject);
    }
    while (run->oldest_batch != NULL) {
        struct batch *batch = run->oldest_batch;
        run->oldest_batch = batch->next;
        free(batch);
    }
    image_table_clear(&run->images);
    unchanged_clear(run);
    screen_queue_close(run, false, NULL);
    screening_free(run->screening);
    heap_free(&run->ready);
    heap_free(&run->hungry);
    heap_free(&run->due);
    asked_clear(&run->asked);
    client_free(run->client);
    output_close(&run->output);
    store_close(run->store);
    source_close(run->source);
    recipe_clear(&run->recipe);
    upstreams_clear(&run->upstreams);
    free(run->images_folder);
    free(run->recalled.path);
}

static bool end_input(struct run *run, struct error *why)
{
    return run_write(run, why) && store_end_input(run->store, why) && run_commit(run, why);
}

// Writes what can be written, whether the run went well or not. Nothing is written to a DIR that is
// not ours any more.
static bool conclude(struct run *run, bool good, struct run_summary *summary, struct error *why)
{
    struct error fault = {0};
    bool there = store_check_place(run->store, good ? why : &fault);
    good = good && there;
    bool written = run_commit(run, &fault);
    if (good)
        written = written && end_input(run, &fault) && screen_queue_close(run, true, &fault) &&
                  output_complete(&run->output, run->store, run->next_place, &fault);
    else if (why->kind != ERR_DISK)
        written = written && output_incomplete(&run->output, run->store, run->next_place, &fault);
    written = report_run(run, there && (written || why->kind != ERR_DISK), summary, why, &fault) &&
              written;
    summary->lost = why->kind == ERR_DISK ? run->lost + client_in_flight(run->client) : 0;
    if (good && !written) {
        *why = fault;
        summary->exit_code = error_exit_code(fault.kind);
    }
    return good && written;
}

bool run_generate(const struct run_settings *settings, struct run_summary *summary,
                  struct error *why)
{
    struct run run;
    *summary = (struct run_summary){0};
    bool good = run_open(&run, settings, why);
    if (good) {
        atomic_store(&sleeping, run.client);
        good = vision_check(&run, why) && loop(&run, why);
        good = conclude(&run, good, summary, why);
    }
    if (!good && summary->exit_code == 0)
        summary->exit_code = error_exit_code(why->kind);
    run_close(&run);
    return good;
}
