// The same questions at several image sizes: how the answers agree with those at the largest.
//
// A model does not always say the same of the same picture, so the largest size is asked twice, and
// how far those two agree is what can be had.
#include "tune_state.h"

#include "log.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_QUESTIONS = 6 };

struct asked {
    struct tune *tune;
    size_t next;
    char *answers[TUNE_QUESTIONS]; // owned; NULL: none could be had
};

static size_t choose_sides(const struct tune *tune, unsigned *sides);
static bool ask(struct tune *tune, struct asked *asked, struct error *why);
static void clear(struct asked *asked);

long long tune_sides_calls(const struct tune_settings *settings)
{
    return settings->side_count > 1 ? (long long)(settings->side_count + 1) * TUNE_QUESTIONS : 0;
}

static void fill(struct tune *tune, const struct asked *asked, const struct asked *largest,
                 size_t first, struct tune_side *row)
{
    const struct tune_load *load = &tune->load;
    double tokens = 0, calls = 0, bytes = 0;
    for (size_t q = 0; q < tune->question_count; q++) {
        bool both = asked->answers[q] != NULL && largest->answers[q] != NULL;
        row->questions += both;
        row->agreed += both && text_same_folded(asked->answers[q], largest->answers[q]);
    }
    for (size_t i = first; i < load->samples.count; i++)
        if (load->samples.list[i].kind == NULL && load->samples.list[i].input_tokens >= 0) {
            tokens += (double)load->samples.list[i].input_tokens;
            calls++;
        }
    for (size_t i = 0; i < tune->images.count; i++)
        bytes += (double)tune->images.list[i].jpeg_bytes;
    double cost = tune_mean_cost(load, first, NULL);
    row->quality = tune->settings->run->limits.quality;
    row->agreement = row->questions > 0 ? (double)row->agreed / (double)row->questions : -1;
    row->mean_input_tokens = calls > 0 ? tokens / calls : 0;
    row->mean_image_bytes = bytes / (double)tune->images.count;
    row->cost_per_1000_items =
        cost >= 0 && tune->calls_per_item > 0 ? cost * tune->calls_per_item * 1000 : -1;
    log_note("longest side %u: %lld of %lld answers agree with the largest; %.0f input tokens a "
             "call",
             row->side_px, row->agreed, row->questions, row->mean_input_tokens);
}

static bool compare(struct tune *tune, const unsigned *sides, size_t count, struct error *why)
{
    struct asked largest = {.tune = tune};
    bool good = true;
    // The first round is the largest side itself, which is then asked again.
    for (size_t i = 0; good && i <= count && tune->load.stopped[0] == '\0'; i++) {
        struct asked asked = {.tune = tune};
        unsigned side = sides[i > 0 ? i - 1 : 0];
        size_t first = tune->load.samples.count;
        good = tune_images_resize(&tune->images, side, why) && ask(tune, &asked, why);
        if (i == 0) {
            largest = asked;
            continue;
        }
        if (good && tune->load.stopped[0] == '\0') {
            struct tune_side *row = &tune->result->sides[tune->result->side_count++];
            row->side_px = side;
            fill(tune, &asked, &largest, first, row);
        }
        clear(&asked);
    }
    clear(&largest);
    return good;
}

bool tune_compare_sides(struct tune *tune, struct error *why)
{
    unsigned sides[TUNE_SIDES];
    size_t count = choose_sides(tune, sides);
    if (tune->settings->side_count < 2)
        return true;
    if (count < 2) {
        log_note("the images are too small for comparing sizes");
        return true;
    }
    if (tune->question_count < LEAST_QUESTIONS) {
        log_note("too few questions (%zu) came of it for comparing image sizes",
                 tune->question_count);
        return true;
    }
    if (!tune_load_affords(&tune->load, (long long)((count + 1) * tune->question_count),
                           tune->result->concurrency)) {
        log_note("--max-calls or --max-cost leaves too little for comparing image sizes");
        return true;
    }
    return compare(tune, sides, count, why);
}

static int descending(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x < y) - (x > y);
}

// Largest first; of those that reduce no image, only the smallest.
static size_t choose_sides(const struct tune *tune, unsigned *sides)
{
    const struct tune_settings *settings = tune->settings;
    unsigned most = settings->run->limits.max_side_px, longest = 0;
    size_t count = 0;
    for (size_t i = 0; i < tune->images.count; i++)
        if (tune->images.list[i].source_side > longest)
            longest = tune->images.list[i].source_side;
    unsigned sorted[TUNE_SIDES];
    memcpy(sorted, settings->sides, sizeof sorted);
    qsort(sorted, settings->side_count, sizeof *sorted, descending);
    for (size_t i = 0; i < settings->side_count; i++) {
        unsigned side = sorted[i] < most ? sorted[i] : most;
        if (count > 0 && (sides[count - 1] == side || sides[count - 1] >= longest) &&
            (sides[count - 1] == side || side >= longest))
            count--;
        sides[count++] = side;
    }
    return count;
}

static struct subject *next(void *context, struct error *why)
{
    struct asked *asked = context;
    struct tune *tune = asked->tune;
    if (asked->next == tune->question_count)
        return NULL;
    size_t q = asked->next++;
    struct subject *subject = tune_images_ask(&tune->images, tune->questions[q].image,
                                              tune->questions[q].text, &tune->recipe, why);
    if (subject != NULL)
        subject->order = q;
    return subject;
}

static void ended(void *context, const struct subject *subject)
{
    struct asked *asked = context;
    const struct item *item = &subject->items[0];
    const char *answer = item->state == ITEM_ACCEPTED
                             ? item_answer(item, asked->tune->recipe.settings->repeat)
                             : NULL;
    if (answer != NULL)
        asked->answers[subject->order] = text_copy(answer);
}

static bool ask(struct tune *tune, struct asked *asked, struct error *why)
{
    struct tune_load *load = &tune->load;
    load->feed =
        (struct tune_feed){.recipe = &tune->recipe, .next = next, .ended = ended, .context = asked};
    bool good = tune_load_all(load, tune->result->concurrency, why);
    bool settled = tune_load_settle(load, why);
    load->feed.ended = NULL; // asked does not outlive this
    return good && settled;
}

static void clear(struct asked *asked)
{
    for (size_t q = 0; q < TUNE_QUESTIONS; q++)
        free(asked->answers[q]);
}
