// --dry-run: what a run would ask, how many calls it would make and about how many tokens they
// would take. Nothing is sent and nothing is written.
#include "advance.h"
#include "buffer.h"
#include "file.h"
#include "memory.h"
#include "source.h"
#include "spending.h"
#include "stage.h"
#include "subject.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Whole input is counted; images of the first ones are measured and their mean stands for the rest.
enum { MEASURED_IMAGES = 200, SHOWN_PROMPTS = 3, OUTPUT_TOKENS = 120 };

struct preview {
    struct recipe recipe;
    long long elsewhere;       // records of other shards
    const char *model;         // of the first endpoint
    const struct price *price; // there; NULL: unknown
    long long records, bad, images, items, multiple_choice, fill_in;
    long long drafts, answers, options; // calls, if every first try passes
    long long measured, unreadable, image_tokens;
    long long prompt_tokens;
    int shown;
};

// False: ERR_MEMORY; an image that cannot be used is counted.
static bool measure_image(struct preview *preview, const struct question *question,
                          struct error *why)
{
    if (question->origin != IMAGE_FILE ||
        preview->measured + preview->unreadable >= MEASURED_IMAGES)
        return true;
    struct buffer bytes;
    struct error fault = {0};
    unsigned width, height;
    buffer_init(&bytes, 1 << 30);
    if (file_read(question->image, &bytes, &fault) &&
        image_measure(bytes.data, bytes.length, &preview->recipe.settings->limits, &width, &height,
                      &fault)) {
        preview->measured++;
        preview->image_tokens += token_estimate(preview->model, width, height);
    } else if (fault.kind == ERR_MEMORY) {
        *why = fault;
    } else {
        preview->unreadable++;
        printf("cannot be used: %s\n", fault.message);
    }
    buffer_clear(&bytes);
    return fault.kind != ERR_MEMORY;
}

static void show_prompt(const char *title, const char *id, const char *text)
{
    printf("---- %s for %s ----\n%s\n", title, id, text);
}

static bool add_subject(struct preview *preview, struct subject *subject, struct error *why)
{
    const struct question *question = &subject->question;
    bool show = preview->shown < SHOWN_PROMPTS;
    preview->shown++;
    struct task *wanted = NULL;
    bool good = subject_advance(subject, &preview->recipe, &wanted, why);
    for (struct task *task = wanted; task != NULL;) {
        struct buffer prompt;
        buffer_init(&prompt, 1 << 20);
        task_write_prompt(task, &preview->recipe, &prompt);
        good = good && buffer_check(&prompt, "a prompt", why);
        preview->prompt_tokens += text_token_estimate(buffer_text(&prompt));
        if (show && good)
            show_prompt(call_step_name(task->plan.step), question->id, buffer_text(&prompt));
        buffer_clear(&prompt);
        struct task *next = task->next;
        free(task);
        task = next;
    }
    preview->drafts += subject->drafting;
    for (unsigned i = 0; i < subject->item_count; i++) {
        const struct item *item = &subject->items[i];
        bool choice = item->type == QUESTION_MULTIPLE_CHOICE;
        preview->items++;
        preview->multiple_choice += choice;
        preview->fill_in += !choice;
        if (question->answer == NULL)
            preview->answers += preview->recipe.settings->repeat;
        preview->options += choice && question->option_count == 0;
    }
    return good;
}

static bool add_record(struct preview *preview, struct question *question, struct error *why)
{
    preview->records++;
    if (question->fault != NULL) {
        preview->bad++;
        printf("cannot be used: %s: %s\n", question->id, question->fault);
        question_clear(question);
        return true;
    }
    preview->images++;
    struct subject *subject = NULL;
    if (measure_image(preview, question, why))
        subject = subject_new(question, &preview->recipe, preview->items, why);
    if (subject == NULL) {
        question_clear(question);
        return false;
    }
    bool good = add_subject(preview, subject, why);
    subject_free(subject);
    return good;
}

// Without what caches save and what tries after the first cost.
static void print_cost(const struct preview *preview, double input, double output)
{
    const struct price *price = preview->price;
    char text[PRICE_TEXT];
    if (price == NULL)
        printf("cost: price unknown; --price INPUT,OUTPUT gives it, in dollars a million tokens\n");
    else if (price != &price_nothing)
        printf("cost, an estimate: about %s without what caches save (price of %s%s%s, %s)\n",
               price_write(price_most(price, input, output), text), price->model,
               price->date[0] != '\0' ? ", " : "", price->date, price->source);
}

// Several endpoints: what each of them is for.
static void print_endpoints(const struct upstreams *upstreams)
{
    for (size_t i = 0; upstreams->count > 1 && i < upstreams->count; i++) {
        const struct upstream *upstream = &upstreams->list[i];
        printf("endpoint %s: %s, %s%u calls at once, weight %u%s\n", upstream->label,
               upstream->endpoint.model, upstream->pace.automatic ? "up to " : "",
               upstream->pace.most, upstream->weight,
               upstream->fallback ? ", only while no other can be called" : "");
    }
}

static void print_estimate(const struct preview *preview)
{
    const struct recipe *recipe = &preview->recipe;
    long long calls = preview->drafts + preview->answers + preview->options;
    printf("\n%lld records (%lld cannot be used), %lld items: %lld multiple choice, %lld fill-in\n",
           preview->records, preview->bad, preview->items, preview->multiple_choice,
           preview->fill_in);
    if (preview->elsewhere > 0)
        printf("%lld records belong to other shards\n", preview->elsewhere);
    printf("calls to %s at %s, if every first try passes: %lld (%lld drafts, %lld answers, %lld "
           "wrong options)\n",
           recipe->model, recipe->endpoint, calls, preview->drafts, preview->answers,
           preview->options);
    print_endpoints(recipe->upstreams);
    if (preview->unreadable > 0)
        printf("%lld of the first %lld images cannot be used\n", preview->unreadable,
               preview->measured + preview->unreadable);
    long long image = preview->measured > 0 ? preview->image_tokens / preview->measured : 765;
    long long first = preview->drafts > 0 || preview->answers > 0
                          ? preview->prompt_tokens / (preview->images > 0 ? preview->images : 1)
                          : 0;
    long long prompt = text_token_estimate(recipe->system) + (first > 0 ? first : 150);
    printf("tokens, an estimate: about %lld a image (%s), %lld in all for input, %lld for output; "
           "cached input costs less\n",
           image, preview->measured > 0 ? "measured sides, the model's formula" : "a guess",
           calls * (image + prompt), calls * (long long)OUTPUT_TOKENS);
    print_cost(preview, (double)(calls * (image + prompt)), (double)(calls * OUTPUT_TOKENS));
    if (recipe->settings->screen.mode == SCREEN_SKIP)
        printf(
            "all of this is before screening: it counts every image, and a run asks about fewer; "
            "vqagen prepare with the same --screen tells how many it leaves out, free of cost\n");
    printf("nothing was sent and nothing was written\n");
}

static bool preview_all(struct preview *preview, struct source *source, struct error *why)
{
    const struct run_settings *settings = preview->recipe.settings;
    for (;;) {
        struct question question;
        if (settings->limit > 0 && preview->records + preview->elsewhere >= settings->limit)
            return true;
        int more = source_next(source, &question, why);
        if (more < 0)
            return false;
        if (more == 0)
            return true;
        if (!shard_holds(&settings->shard, &question)) {
            preview->elsewhere++;
            question_clear(&question);
        } else if (!add_record(preview, &question, why)) {
            return false;
        }
    }
}

bool run_preview(const struct run_settings *settings, struct error *why)
{
    struct upstreams upstreams = {0};
    struct preview preview = {0};
    if (!upstreams_init(&upstreams, settings->upstreams, settings->upstream_count, why))
        return false;
    preview.model = upstreams.list[0].endpoint.model;
    preview.price = spending_price(settings, &upstreams.list[0]);
    bool good = recipe_init(&preview.recipe, settings, &upstreams, why);
    struct source_settings source_settings = {
        .is_image = stage_is_image, .max_record_bytes = 64 << 20, .left_out = settings->directory};
    struct source *source = good ? source_open(settings->input, &source_settings, why) : NULL;
    good = source != NULL && preview_all(&preview, source, why) && memory_check(why);
    if (good)
        print_estimate(&preview);
    source_close(source);
    recipe_clear(&preview.recipe);
    upstreams_clear(&upstreams);
    return good;
}
