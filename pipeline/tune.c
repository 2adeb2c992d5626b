#include "tune_state.h"

#include "clock.h"
#include "log.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL_CALLS = 5 };

static bool open_all(struct tune *tune, struct error *why);
static void close_all(struct tune *tune);
static bool work(struct tune *tune, struct error *why);
static bool climb(struct tune *tune, struct error *why);
static bool fill_rows(struct tune *tune, struct error *why);

bool tune_endpoint(const struct tune_settings *settings, struct tune_result *result,
                   struct error *why)
{
    struct tune *tune = calloc(1, sizeof *tune);
    if (tune == NULL)
        return error_set(why, ERR_MEMORY, "no memory for tuning");
    *result = (struct tune_result){.cost = -1};
    tune->settings = settings;
    tune->result = result;
    int64_t begun_ms = clock_now_ms();
    clock_format_utc(clock_wall_ms(), result->when);
    bool good = open_all(tune, why) && work(tune, why);
    result->seconds = (double)(clock_now_ms() - begun_ms) / 1000;
    close_all(tune);
    free(tune);
    return good;
}

static bool open_all(struct tune *tune, struct error *why)
{
    const struct run_settings *run = tune->settings->run;
    if (!upstreams_init(&tune->upstreams, run->upstreams, run->upstream_count, why))
        return false;
    struct upstream *upstream = &tune->upstreams.list[0];
    snprintf(tune->result->endpoint, sizeof tune->result->endpoint, "%s", upstream->name);
    snprintf(tune->result->model, sizeof tune->result->model, "%s", upstream->endpoint.model);
    return recipe_init(&tune->recipe, run, &tune->upstreams, why) &&
           tune_images_open(&tune->images, run, why) &&
           tune_load_open(&tune->load, run, upstream, tune->settings->most_calls, why);
}

static void close_all(struct tune *tune)
{
    tune_load_close(&tune->load);
    tune_images_clear(&tune->images);
    recipe_clear(&tune->recipe);
    upstreams_clear(&tune->upstreams);
    for (size_t i = 0; i < tune->question_count; i++)
        free(tune->questions[i].text);
}

static struct subject *next_item(void *context, struct error *why)
{
    struct tune *tune = context;
    return tune_images_next(&tune->images, &tune->recipe, why);
}

// Keeps questions for comparing image sizes, a few of each image.
static void keep_questions(void *context, const struct subject *subject)
{
    struct tune *tune = context;
    for (unsigned i = 0; i < subject->item_count; i++) {
        const struct item *item = &subject->items[i];
        const char *text = item_question(item);
        bool known =
            tune->question_count == TUNE_QUESTIONS || item->state != ITEM_ACCEPTED || text == NULL;
        for (size_t q = 0; q < tune->question_count && !known; q++)
            known = text_same_folded(tune->questions[q].text, text);
        if (known || (tune->questions[tune->question_count].text = text_copy(text)) == NULL)
            continue;
        for (size_t image = 0; image < tune->images.count; image++)
            if (&tune->images.list[image].image == subject->image)
                tune->questions[tune->question_count].image = image;
        tune->question_count++;
    }
}

static bool work(struct tune *tune, struct error *why)
{
    struct tune_result *result = tune->result;
    tune->load.feed = (struct tune_feed){
        .recipe = &tune->recipe, .next = next_item, .ended = keep_questions, .context = tune};
    if (!climb(tune, why) || !tune_load_settle(&tune->load, why) || !fill_rows(tune, why))
        return false;
    if (result->level_count == 0)
        return error_set(why, ERR_STOPPED, "nothing could be measured: %s",
                         tune->load.stopped[0] != '\0' ? tune->load.stopped
                         : result->stopped[0] != '\0'  ? result->stopped
                                                       : "no call brought a reply");
    tune_choose(tune->settings, &tune->knee, result); // the phases to come use its concurrency
    if ((tune->load.stopped[0] == '\0' && !tune_compare_drafts(tune, why)) ||
        (tune->load.stopped[0] == '\0' && !tune_compare_sides(tune, why)))
        return false;
    tune_choose(tune->settings, &tune->knee, result);
    if (tune->load.stopped[0] != '\0')
        snprintf(result->stopped, sizeof result->stopped, "%s", tune->load.stopped);
    result->calls = tune->load.calls;
    if (tune->load.upstream->price != NULL)
        result->cost = (double)tune->load.budget.spent_nano / 1e9;
    return true;
}

// ---- Levels -------------------------------------------------------------------------------------

static void tell(const struct tune *tune, const struct knee_level *level)
{
    char knee[64] = "";
    if (tune->knee.place > 0)
        snprintf(knee, sizeof knee, "; knee at about %.0f", tune->knee.place);
    log_note("%u in flight: %.2f replies/s, mean latency %.2f s, %lld refused, %lld failed; %lld "
             "calls so far%s",
             level->concurrency, level->calls_per_second, level->mean_ms / 1000, level->refused,
             level->failed, tune->load.calls, knee);
}

static long long reserved_calls(const struct tune *tune)
{
    return tune_drafts_calls(tune->settings) + tune_sides_calls(tune->settings);
}

static bool measure(struct tune *tune, struct knee_level *level, struct tune_window *window,
                    struct tune_level *row, struct error *why)
{
    struct tune_load *load = &tune->load;
    return tune_load_level(load, level->concurrency, knee_wanted(level->concurrency), window,
                           why) &&
           tune_window_measure(load->samples.list, load->samples.count, window, level, row, why);
}

// A level that the client could not keep up says nothing of the endpoint. Mostly the machine was
// busy with something else for a moment: it is held once more, where that can be afforded.
static bool measure_again(struct tune *tune, struct knee_level *level, struct tune_window *window,
                          const struct tune_level *row, struct error *why)
{
    struct tune_load *load = &tune->load;
    struct knee_level second = {.concurrency = level->concurrency};
    struct tune_window second_window;
    struct tune_level second_row;
    long long wants = knee_wanted(level->concurrency) + level->concurrency;
    bool may = load->stopped[0] == '\0' &&
               tune_load_affords(load, wants + reserved_calls(tune), level->concurrency) &&
               knee_may_repeat(&tune->knee, level, load->calls);
    log_note("%u in flight: the client did not keep up (Little's law gives %.2f)%s",
             level->concurrency, row->littles_ratio, may ? "; again" : "");
    if (!may)
        return true;
    if (!measure(tune, &second, &second_window, &second_row, why))
        return false;
    if (load->stopped[0] != '\0' ||
        fabs(second_row.littles_ratio - 1) > fabs(row->littles_ratio - 1))
        return true;
    *level = second;
    *window = second_window;
    return true;
}

static bool hold(struct tune *tune, unsigned concurrency, bool refining, struct error *why)
{
    struct knee_level level = {.concurrency = concurrency};
    struct tune_load *load = &tune->load;
    struct tune_window window;
    struct tune_level row;
    if (!measure(tune, &level, &window, &row, why) ||
        (row.client_bound && !measure_again(tune, &level, &window, &row, why)))
        return false;
    bool broken = level.failed * 10 > level.ended;
    bool cut = load->stopped[0] != '\0' && level.ended < knee_wanted(concurrency) / 2;
    if (level.ended == 0 || (cut && !broken) || tune->held_count == TUNE_LEVELS)
        return true;
    tune->held[tune->held_count].concurrency = concurrency;
    tune->held[tune->held_count].broken = broken;
    tune->held[tune->held_count].refined = refining;
    tune->held[tune->held_count++].window = window;
    tune->knee.limit_per_second = tune_load_limit(load);
    tune->knee.refined += refining;
    if (!broken)
        knee_add(&tune->knee, &level);
    knee_judge(&tune->knee);
    tell(tune, &level);
    return true;
}

static void tell_limit(struct tune *tune, unsigned concurrency, long long wants)
{
    const struct tune_load *load = &tune->load;
    bool of_calls = load->calls + wants + reserved_calls(tune) > load->most_calls;
    char limit[PRICE_TEXT + 32];
    if (of_calls)
        snprintf(limit, sizeof limit, "--max-calls is %lld", load->most_calls);
    else
        snprintf(limit, sizeof limit, "--max-cost is %s",
                 price_write(load->budget.limit_nano, (char[PRICE_TEXT]){0}));
    snprintf(
        tune->result->stopped, sizeof tune->result->stopped,
        "%u calls in flight were not tried: they want about %lld calls, %lld are made, %lld kept "
        "for --drafts and --sides, and %s",
        concurrency, wants, load->calls, reserved_calls(tune), limit);
}

static bool climb(struct tune *tune, struct error *why)
{
    struct tune_load *load = &tune->load;
    struct tune_window serial;
    if (!tune_load_level(load, 1, SERIAL_CALLS, &serial, why))
        return false;
    tune->knee.most = tune->settings->most_concurrency;
    bool refining;
    unsigned next;
    while (load->stopped[0] == '\0' && (next = knee_next(&tune->knee, &refining)) > 0) {
        long long wants = knee_wanted(next) + next;
        bool first = tune->knee.count == 0;
        if (!first && !tune_load_affords(load, wants + reserved_calls(tune), next)) {
            tell_limit(tune, next, wants);
            return true;
        }
        size_t before = tune->held_count;
        if (!hold(tune, next, refining, why))
            return false;
        if (tune->held_count == before)
            break;
    }
    return true;
}

// ---- Rows ---------------------------------------------------------------------------------------

double tune_mean_cost(const struct tune_load *load, size_t first, const struct tune_window *window)
{
    long long sum = 0, count = 0;
    for (size_t i = first; i < load->samples.count; i++) {
        const struct tune_sample *at = &load->samples.list[i];
        bool inside =
            window == NULL || (at->end_us >= window->from_us && at->end_us < window->to_us);
        if (at->kind != NULL || at->left_out || at->end_us == INT64_MAX || !inside)
            continue;
        if (at->cost_nano < 0)
            return -1;
        sum += at->cost_nano;
        count++;
    }
    return count > 0 ? (double)sum / (double)count / 1e9 : -1;
}

// All calls have ended by now, so that those at the edges of the windows are known in full.
static bool fill_rows(struct tune *tune, struct error *why)
{
    const struct tune_load *load = &tune->load;
    struct tune_result *result = tune->result;
    struct knee knee = {.most = tune->knee.most,
                        .limit_per_second = tune->knee.limit_per_second,
                        .refined = tune->knee.refined};
    tune->calls_per_item = load->items > 0 ? (double)load->replies / (double)load->items : 0;
    for (size_t i = 0; i < tune->held_count; i++) {
        struct knee_level level = {.concurrency = tune->held[i].concurrency};
        struct tune_level row;
        if (!tune_window_measure(load->samples.list, load->samples.count, &tune->held[i].window,
                                 &level, &row, why))
            return false;
        row.refined = tune->held[i].refined;
        if (tune->calls_per_item > 0)
            row.items_per_second = row.calls_per_second / tune->calls_per_item;
        double cost = tune_mean_cost(load, 0, &tune->held[i].window);
        if (cost >= 0 && tune->calls_per_item > 0)
            row.cost_per_1000_items = cost * tune->calls_per_item * 1000;
        if (!tune->held[i].broken)
            knee_add(&knee, &level);
        size_t at = result->level_count++;
        for (; at > 0 && result->levels[at - 1].concurrency > row.concurrency; at--)
            result->levels[at] = result->levels[at - 1];
        result->levels[at] = row;
    }
    knee_judge(&knee);
    tune->knee = knee;
    for (size_t i = 0; i < knee.count; i++)
        for (size_t row = 0; row < result->level_count; row++)
            if (result->levels[row].concurrency == knee.levels[i].concurrency)
                result->levels[row].saturated = knee.signs[i] != KNEE_NO_SIGN;
    result->base_ms = knee.base_ms;
    if (knee.place > 0)
        result->knee = knee.place < 1 ? 1 : (unsigned)(knee.place + 0.5);
    size_t longest = 0; // the recommended level, or the nearest below, is found by tune_choose
    for (size_t i = 0; i < tune->held_count; i++)
        if (tune->held[i].concurrency <= (result->knee > 0 ? result->knee : UINT32_MAX) &&
            tune->held[i].concurrency >= tune->held[longest].concurrency)
            longest = i;
    if (tune->held_count > 0)
        tune_window_histogram(load->samples.list, load->samples.count, &tune->held[longest].window,
                              result->histogram, &result->histogram_ms);
    return true;
}
