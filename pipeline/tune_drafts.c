// Questions drafted in one call: how many of them are usable, and what an item then takes.
#include "tune_state.h"

#include "log.h"

enum { ITEMS = 16, CALLS_PER_ITEM = 4 };

struct drafts {
    struct tune *tune;
    struct recipe recipe;
    unsigned left; // images
};

static struct subject *next(void *context, struct error *why);
static void fill(const struct tune_load *load, size_t first, long long items, long long accepted,
                 struct tune_draft *row);

long long tune_drafts_calls(const struct tune_settings *settings)
{
    return (long long)settings->draft_count * ITEMS * CALLS_PER_ITEM;
}

static bool compare(struct tune *tune, unsigned questions, struct error *why)
{
    struct tune_load *load = &tune->load;
    struct run_settings settings = *tune->settings->run;
    settings.per_image = questions;
    struct drafts drafts = {
        .tune = tune,
        .left = (ITEMS + questions - 1) / questions < 2 ? 2 : (ITEMS + questions - 1) / questions};
    if (!recipe_init(&drafts.recipe, &settings, &tune->upstreams, why))
        return false;
    long long items = load->items, accepted = load->accepted;
    size_t first = load->samples.count;
    load->feed = (struct tune_feed){.recipe = &drafts.recipe, .next = next, .context = &drafts};
    bool good = tune_load_all(load, tune->result->concurrency, why);
    bool whole = load->stopped[0] == '\0';
    good = tune_load_settle(load, why) && good;
    recipe_clear(&drafts.recipe);
    if (!good || !whole || load->items == items)
        return good;
    struct tune_draft *row = &tune->result->drafts[tune->result->draft_count++];
    row->questions = questions;
    fill(load, first, load->items - items, load->accepted - accepted, row);
    log_note("%u questions drafted a call: %.0f %% usable, %.2f calls and %.0f tokens an item",
             questions, 100 * row->usable, row->calls_per_item, row->tokens_per_item);
    return true;
}

bool tune_compare_drafts(struct tune *tune, struct error *why)
{
    const struct tune_settings *settings = tune->settings;
    for (size_t i = 0; i < settings->draft_count && tune->load.stopped[0] == '\0'; i++) {
        if (!tune->images.list[0].question.image_only) {
            log_note("the input gives its questions: nothing is drafted, nothing to compare");
            return true;
        }
        if (!tune_load_affords(&tune->load, ITEMS * CALLS_PER_ITEM, tune->result->concurrency)) {
            log_note("--max-calls or --max-cost leaves too little for comparing questions drafted "
                     "a call");
            return true;
        }
        if (!compare(tune, settings->drafts[i], why))
            return false;
    }
    return true;
}

static struct subject *next(void *context, struct error *why)
{
    struct drafts *drafts = context;
    if (drafts->left == 0)
        return NULL;
    drafts->left--;
    return tune_images_next(&drafts->tune->images, &drafts->recipe, why);
}

static void fill(const struct tune_load *load, size_t first, long long items, long long accepted,
                 struct tune_draft *row)
{
    double calls = 0, ms = 0, tokens = 0;
    for (size_t i = first; i < load->samples.count; i++) {
        const struct tune_sample *at = &load->samples.list[i];
        if (at->kind != NULL || at->left_out)
            continue;
        calls++;
        ms += at->latency_ms;
        tokens += at->input_tokens > 0 ? (double)at->input_tokens : 0;
        tokens += at->output_tokens > 0 ? (double)at->output_tokens : 0;
    }
    double good = accepted > 0 ? (double)accepted : 1;
    row->usable = (double)accepted / (double)items;
    row->calls_per_item = calls / good;
    row->seconds_per_item = ms / 1000 / good;
    row->tokens_per_item = tokens / good;
}
