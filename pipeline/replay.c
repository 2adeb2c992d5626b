#include "replay.h"

#include "advance.h"
#include "file.h"
#include "image_job.h"
#include "request_bisect.h"
#include "source.h"
#include "stage.h"
#include "store_reading.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    const struct replay_settings *settings;
    struct upstreams upstreams;
    struct recipe recipe;
    struct store *store;
    struct subject *subject;
    struct item *item;
    struct dropped {
        struct digest key;
        const struct upstream *upstream; // that answered it; NULL: it is no longer there
    } * dropped;                         // the calls that are to be made anew; owned
    size_t dropped_count;
    const struct upstream *upstream; // where the call goes
    struct task *task;
    struct ladder ladder;
};

static bool find_record(struct replay *replay, struct error *why);
static bool make_image(struct replay *replay, struct error *why);
static bool load_items(struct replay *replay, struct error *why);
static bool find_task(struct replay *replay, struct error *why);
static bool send(struct replay *replay, struct error *why);

static bool check_item(struct replay *replay, struct error *why)
{
    const char *id = replay->settings->id, *directory = replay->settings->run->directory;
    struct stored_item row;
    int found = store_find_item(replay->store, id, &row, why);
    if (found == 0)
        return error_set(why, ERR_INPUT, "%s has no item '%.200s'; ids stand in its failures.jsonl",
                         directory, id);
    if (found == 1 && row.state == ITEM_ACCEPTED)
        return error_set(why, ERR_INPUT, "item '%.200s' was accepted: no call of it failed", id);
    return found == 1;
}

static void replay_close(struct replay *replay)
{
    while (replay->task != NULL) {
        struct task *next = replay->task->next;
        free(replay->task);
        replay->task = next;
    }
    free(replay->dropped);
    subject_free(replay->subject);
    payload_drop(replay->ladder.payload);
    payload_drop(replay->ladder.tiny);
    probe_picture_clear(&replay->ladder.picture);
    prober_clear(&replay->ladder.prober);
    store_close(replay->store);
    recipe_clear(&replay->recipe);
    upstreams_clear(&replay->upstreams);
}

bool replay_call(const struct replay_settings *settings, struct diagnosis *diagnosis,
                 struct error *why)
{
    const struct run_settings *run = settings->run;
    struct replay replay = {.settings = settings};
    struct ladder_settings ladder = {
        .client = settings->client, .limits = run->limits, .most_calls = settings->most_calls};
    replay.ladder.settings = &ladder;
    replay.ladder.diagnosis = diagnosis;
    bool good = upstreams_init(&replay.upstreams, run->upstreams, run->upstream_count, why) &&
                recipe_init(&replay.recipe, run, &replay.upstreams, why) &&
                (replay.store = store_open_reading(run->directory, why)) != NULL &&
                check_item(&replay, why) && find_record(&replay, why) && make_image(&replay, why) &&
                load_items(&replay, why) && find_task(&replay, why) &&
                prober_init(&replay.ladder.prober, &settings->client, settings->most_calls, why) &&
                send(&replay, why);
    diagnosis->calls = replay.ladder.prober.calls;
    diagnosis->tokens = replay.ladder.prober.tokens;
    replay_close(&replay);
    return good;
}

// ---- The item as it stood -----------------------------------------------------------------------

// Whether the record makes the item: its id, or its id, '#' and a number.
static bool makes(const struct question *question, const char *id)
{
    size_t length = strlen(question->id);
    if (strncmp(question->id, id, length) != 0)
        return false;
    return question->image_only ? id[length] == '#' && strchr(id + length + 1, '#') == NULL
                                : id[length] == '\0';
}

static bool take_record(struct replay *replay, struct question *question, struct error *why)
{
    replay->subject = subject_new(question, &replay->recipe, 0, why);
    if (replay->subject == NULL) {
        question_clear(question);
        return false;
    }
    for (unsigned i = 0; i < replay->subject->item_count; i++)
        if (strcmp(replay->subject->items[i].id, replay->settings->id) == 0)
            replay->item = &replay->subject->items[i];
    return replay->item != NULL ||
           error_set(why, ERR_INPUT, "the settings of the run make no item '%.200s'",
                     replay->settings->id);
}

static bool find_record(struct replay *replay, struct error *why)
{
    const struct run_settings *run = replay->settings->run;
    struct source_settings settings = {
        .is_image = stage_is_image, .max_record_bytes = 64 << 20, .left_out = run->directory};
    if (strcmp(run->input, "-") == 0)
        return error_set(why, ERR_INPUT,
                         "the run's input came by standard input and is gone: run it on a file of "
                         "the same records, and replay that");
    struct source *source = source_open(run->input, &settings, why);
    if (source == NULL)
        return error_note(why, "the input of the run (a relative path counts from the current "
                               "folder)");
    struct question question;
    int more;
    while ((more = source_next(source, &question, why)) == 1) {
        if (question.fault == NULL && makes(&question, replay->settings->id))
            break;
        question_clear(&question);
    }
    source_close(source);
    if (more == 0)
        return error_set(why, ERR_INPUT, "the input %s has no record '%.200s' that can be used",
                         run->input, replay->settings->id);
    return more == 1 && take_record(replay, &question, why);
}

// An image that came by URL or as base64 was kept in DIR/images; a URL's is found by what the store
// remembers, and fetched anew otherwise.
static bool make_image(struct replay *replay, struct error *why)
{
    const struct run_settings *run = replay->settings->run;
    const struct question *question = &replay->subject->question;
    struct image_job job = {.origin = question->origin,
                            .source = question->image,
                            .folder = run->directory,
                            .limits = &run->limits,
                            .timeout_ms = run->timeout_ms};
    job.memory = allowance_new(run->image_memory, why);
    if (job.memory == NULL)
        return false;
    image_job_run(&job.work);
    allowance_free(job.memory);
    replay->subject->digest = job.digest;
    replay->ladder.payload = job.payload;
    bool good = job.good;
    if (!good) {
        *why = job.why;
        error_note(why, "the image of %.200s", replay->settings->id);
    }
    // Kept for the bisection, which makes it smaller.
    char *kept = good && job.kept != NULL ? file_join(run->directory, job.kept) : NULL;
    good = good &&
           probe_picture_read(&replay->ladder.picture, kept != NULL ? kept : question->image, why);
    free(kept);
    free(job.kept);
    return good;
}

// Whether the call is one that the item stands on now: of its own, those of its present round; of
// the image's first item, the draft that all items come from.
static bool counts(const struct replay *replay, const struct item *item, const struct call *call)
{
    return item == replay->item ? call->round == item->round
                                : call->step == STEP_DRAFT && call->round == 0;
}

static bool drop_call(struct replay *replay, struct item *item, size_t at, struct error *why)
{
    void *list = realloc(replay->dropped, (replay->dropped_count + 1) * sizeof *replay->dropped);
    if (list == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a call");
    replay->dropped = list;
    replay->dropped[replay->dropped_count++] = (struct dropped){
        item->stored[at].key, upstreams_find(&replay->upstreams, item->stored[at].endpoint)};
    call_clear(&item->stored[at]);
    item->stored[at] = item->stored[--item->stored_count];
    return true;
}

static bool drop_failed(struct replay *replay, struct item *item, struct error *why)
{
    for (size_t i = item->stored_count; i > 0; i--)
        if (counts(replay, item, &item->stored[i - 1]) && !item->stored[i - 1].replied &&
            !drop_call(replay, item, i - 1, why))
            return false;
    return true;
}

// Whether a call was made after another of the same item: step upon step, and try upon try. Times
// alone do not tell, since a millisecond may hold several calls; only repeats have nothing else.
static bool is_later(const struct call *call, const struct call *than)
{
    if (call->step != than->step)
        return call->step > than->step;
    if (call->try_number != than->try_number)
        return call->try_number > than->try_number;
    return call->when_ms >= than->when_ms;
}

static bool drop_last(struct replay *replay, struct item *item, struct error *why)
{
    size_t last = item->stored_count;
    for (size_t i = 0; i < item->stored_count; i++)
        if (counts(replay, item, &item->stored[i]) &&
            (last == item->stored_count || is_later(&item->stored[i], &item->stored[last])))
            last = i;
    return last == item->stored_count || drop_call(replay, item, last, why);
}

// The failed calls of the item, or else of its image's draft. When none failed, the last one is of
// interest, whose reply was not accepted.
static bool drop_calls(struct replay *replay, struct error *why)
{
    struct item *own = replay->item, *first = &replay->subject->items[0];
    const size_t *count = &replay->dropped_count;
    return drop_failed(replay, own, why) && (*count > 0 || drop_failed(replay, first, why)) &&
           (*count > 0 || drop_last(replay, own, why)) &&
           (*count > 0 || drop_last(replay, first, why));
}

// The stored calls of the item, and of the image's first, with which its draft lies. The other
// items count as ended.
static bool load_items(struct replay *replay, struct error *why)
{
    struct subject *subject = replay->subject;
    for (unsigned i = 0; i < subject->item_count; i++) {
        struct item *item = &subject->items[i];
        struct stored_item row = {0};
        if (item != replay->item) {
            item->state = ITEM_UNKNOWN;
            item->step = ITEM_ENDED;
            subject->open_items--;
        }
        if (item != replay->item && (i > 0 || !subject->drafting))
            continue;
        int found = store_find_item(replay->store, item->id, &row, why);
        if (found < 0 || (found == 1 && !store_load_calls(replay->store, row.number, &item->stored,
                                                          &item->stored_count, why)))
            return false;
        item->number = row.number;
        item->round = row.round;
    }
    return drop_calls(replay, why);
}

// What is now missing is wanted, and is the dropped call when its key is the same: then prompt,
// settings and image are those of the run. An item that no call was made for has a next one.
static bool find_task(struct replay *replay, struct error *why)
{
    if (!subject_advance(replay->subject, &replay->recipe, &replay->task, why))
        return false;
    for (struct task **at = &replay->task; *at != NULL; at = &(*at)->next)
        for (size_t i = 0; i < replay->dropped_count; i++)
            if (digest_equal(&(*at)->key, &replay->dropped[i].key)) {
                struct task *found = *at;
                replay->upstream = replay->dropped[i].upstream;
                *at = found->next;
                found->next = replay->task;
                replay->task = found;
                return true;
            }
    if (replay->task != NULL && replay->dropped_count == 0)
        return true;
    return error_set(why, ERR_INPUT,
                     "the call of '%.200s' cannot be made anew: the input, its image or the "
                     "settings are no longer those of the run",
                     replay->settings->id);
}

// ---- Sending ------------------------------------------------------------------------------------

// As a run does: what a refusal teaches is learned, and the call sent again.
static bool send_adapting(struct replay *replay, struct probe *probe, struct error *why)
{
    enum { MOST_LESSONS = 4 };
    char seen[SEEN_BYTES];
    struct ladder *ladder = &replay->ladder;
    for (int lessons = 0;; lessons++) {
        if (!ladder_send(ladder, probe, why))
            return false;
        if (probe->fault.verdict != FAULT_ADAPT || lessons == MOST_LESSONS)
            return true;
        diagnosis_step(ladder->diagnosis, "%s; learned, as a run does, and sent again",
                       probe_seen(probe, seen, sizeof seen));
        ladder->endpoint.lessons = probe->learned;
        probe_clear(probe);
    }
}

static void judge_reply(struct replay *replay, const struct probe *probe, const char *tried)
{
    char seen[SEEN_BYTES];
    struct diagnosis *diagnosis = replay->ladder.diagnosis;
    const struct reply *reply = &probe->reply;
    if (reply->finish == FINISH_REFUSED) {
        ladder_break(&replay->ladder, RUNG_REPLAY, tried, probe, CAUSE_content_filtered,
                     "The model refuses to answer.", NULL);
    } else if (text_is_blank(reply->text)) {
        ladder_break(&replay->ladder, RUNG_REPLAY, tried, probe,
                     reply->finish == FINISH_LENGTH ? CAUSE_answer_cut : CAUSE_reply_empty, NULL,
                     NULL);
    } else {
        diagnosis_add(diagnosis, RUNG_REPLAY, RUNG_PASSED, tried,
                      probe_seen(probe, seen, sizeof seen));
        diagnosis_blame(diagnosis, CAUSE_passed_meanwhile, NULL, NULL, NULL);
    }
}

static bool send(struct replay *replay, struct error *why)
{
    struct ladder *ladder = &replay->ladder;
    const struct task *task = replay->task;
    char tried[SEEN_BYTES], size[100];
    const struct upstream *upstream =
        replay->upstream != NULL ? replay->upstream : &replay->upstreams.list[0];
    ladder->endpoint = upstream->endpoint; // its texts stay the upstream's
    struct buffer prompt;
    buffer_init(&prompt, 1 << 20);
    task_write_prompt(task, &replay->recipe, &prompt);
    struct probe probe = {.endpoint = &ladder->endpoint,
                          .ask = task_ask(task, &replay->recipe, buffer_text(&prompt)),
                          .payload = ladder->payload};
    payload_describe(ladder->payload, size, sizeof size);
    snprintf(tried, sizeof tried, "%s of %.200s, try %u, to %s: %zu bytes of text, %s",
             call_step_name(task->plan.step), replay->settings->id, task->plan.try_number,
             upstream->name, prompt.length, size);
    bool good = buffer_check(&prompt, "a prompt", why) && send_adapting(replay, &probe, why);
    if (good && probe.fault.verdict == FAULT_NONE) {
        judge_reply(replay, &probe, tried);
    } else if (good && ladder_beside(ladder_cause(ladder, &probe))) {
        ladder_break_beside(ladder, RUNG_REPLAY, tried, &probe);
    } else if (good) {
        struct request request = {
            .endpoint = probe.endpoint, .ask = probe.ask, .payload = probe.payload};
        good = request_bisect(ladder, RUNG_REPLAY, tried, &request, false, &probe, why);
    }
    probe_clear(&probe);
    buffer_clear(&prompt);
    return good;
}
