#include "recipe.h"

#include "provider.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How much the temperature rises with each further try, and how far: above 1 some providers refuse.
static const double temperature_step = 0.15, temperature_top = 1.0;
enum { MAX_CUTS = 3 };

static void digest_base(struct recipe *recipe)
{
    const struct run_settings *settings = recipe->settings;
    char limits[200];
    snprintf(limits, sizeof limits, "%u/%d/%d/%zu/%zu/%d", settings->limits.max_side_px,
             settings->limits.quality, settings->limits.min_quality,
             settings->limits.max_base64_bytes, settings->limits.refuse_base64_bytes,
             settings->limits.accept_damaged);
    if (settings->limits.max_result_pixels > 0)
        snprintf(limits + strlen(limits), sizeof limits - strlen(limits), "/%llu",
                 (unsigned long long)settings->limits.max_result_pixels);
    struct digester digester = digester_begin();
    digester_add_field(&digester, "vqagen call 1");
    digester_add_field(&digester, PROMPT_VERSION);
    digester_add_field(&digester, recipe->model);
    digester_add_field(&digester, recipe->system);
    digester_add_field(&digester, settings->extra_body);
    digester_add_field(&digester, limits);
    if (settings->thinking != NULL) {
        digester_add_field(&digester, "thinking");
        digester_add_field(&digester, settings->thinking);
    }
    recipe->base = digester_end(&digester);
}

static char *list_words(const struct upstreams *upstreams, enum upstream_word word)
{
    struct buffer out;
    buffer_init(&out, 1 << 16);
    upstreams_write(upstreams, word, &out);
    return buffer_take(&out);
}

// Each wire format has members of its own that must not be set.
static bool check_extra_body(const struct recipe *recipe, struct error *why)
{
    const char *extra = recipe->settings->extra_body;
    if (extra == NULL || *extra == '\0')
        return true;
    for (size_t i = 0; i < recipe->upstreams->count; i++)
        if (!provider_check_extra_body(recipe->upstreams->list[i].endpoint.provider, extra, why))
            return false;
    return true;
}

bool recipe_init(struct recipe *recipe, const struct run_settings *settings,
                 const struct upstreams *upstreams, struct error *why)
{
    *recipe = (struct recipe){.settings = settings,
                              .system = prompt_system(settings->language, settings->system_prompt),
                              .upstreams = upstreams,
                              .model = list_words(upstreams, UPSTREAM_MODEL),
                              .endpoint = list_words(upstreams, UPSTREAM_NAME),
                              .provider = list_words(upstreams, UPSTREAM_PROVIDER)};
    if (recipe->model == NULL || recipe->endpoint == NULL || recipe->provider == NULL) {
        recipe_clear(recipe);
        return error_set(why, ERR_MEMORY, "no memory for the settings");
    }
    for (size_t i = 0; i < upstreams->count; i++)
        recipe->prefixed = recipe->prefixed || upstreams->list[i].endpoint.begun.prefix;
    if (!check_extra_body(recipe, why) ||
        !topics_init(&recipe->topics, settings->topics, settings->own_topics,
                     settings->own_topic_count, why)) {
        recipe_clear(recipe);
        return false;
    }
    digest_base(recipe);
    return true;
}

void recipe_clear(struct recipe *recipe)
{
    topics_clear(&recipe->topics);
    free(recipe->model);
    free(recipe->endpoint);
    free(recipe->provider);
    *recipe = (struct recipe){0};
}

struct draft_settings recipe_draft(const struct recipe *recipe)
{
    const struct run_settings *settings = recipe->settings;
    return (struct draft_settings){.topics = &recipe->topics,
                                   .language = settings->language,
                                   .seed = settings->seed,
                                   .tries = settings->tries,
                                   .share_multiple_choice = settings->share_multiple_choice,
                                   .share_fill_in_blank = settings->share_fill_in_blank};
}

// The users' own topics count with all their words: another intent is another dataset.
static void write_topics(const struct recipe *recipe, struct buffer *text)
{
    const struct run_settings *settings = recipe->settings;
    for (size_t i = 0; i < recipe->topics.count; i++)
        buffer_append_format(text, "%s%s", i > 0 ? "," : "", recipe->topics.list[i].name);
    if (settings->own_topic_count == 0)
        return;
    struct digester digester = digester_begin();
    for (size_t i = 0; i < settings->own_topic_count; i++) {
        const struct topic_definition *own = &settings->own_topics[i];
        const char *fields[] = {own->name, own->intent, own->answer_type, own->constraints,
                                own->example};
        for (size_t j = 0; j < sizeof fields / sizeof *fields; j++)
            digester_add_field(&digester, fields[j]);
    }
    struct digest digest = digester_end(&digester);
    char hex[DIGEST_HEX + 1];
    digest_hex(&digest, hex);
    buffer_append_format(text, " (own topics %.12s)", hex);
}

size_t recipe_list(const struct recipe *recipe, struct store_setting *rows, struct buffer *text)
{
    const struct run_settings *settings = recipe->settings;
    size_t starts[RECIPE_SETTINGS], count = 0;
#define ROW(label, ...)                                                                            \
    do {                                                                                           \
        rows[count].name = label;                                                                  \
        starts[count++] = text->length;                                                            \
        __VA_ARGS__;                                                                               \
        buffer_append_char(text, '\0');                                                            \
    } while (0)
    ROW("model", buffer_append_text(text, recipe->model));
    ROW("seed", buffer_append_format(text, "%llu", (unsigned long long)settings->seed));
    ROW("per-image", buffer_append_format(text, "%u", settings->per_image));
    ROW("format",
        buffer_append_format(text, "multiple_choice:%u,fill_in_blank:%u",
                             settings->share_multiple_choice, settings->share_fill_in_blank));
    ROW("language", buffer_append_text(text, language_name(settings->language)));
    ROW("options", buffer_append_format(text, "%u", settings->options));
    ROW("tries", buffer_append_format(text, "%u", settings->tries));
    ROW("repeat", buffer_append_format(text, "%u", settings->repeat));
    ROW("topics", write_topics(recipe, text));
    ROW("system-prompt", buffer_append_text(text, recipe->system));
    ROW("extra-body",
        buffer_append_text(text, settings->extra_body != NULL ? settings->extra_body : ""));
    ROW("answer-temperature", buffer_append_format(text, "%.3f", settings->answer_temperature));
    ROW("temperature", buffer_append_format(text, "%.3f", settings->temperature));
    ROW("max-tokens", buffer_append_format(text, "%d", settings->max_tokens));
    ROW("max-side", buffer_append_format(text, "%u", settings->limits.max_side_px));
    ROW("max-bytes", buffer_append_format(text, "%zu", settings->limits.max_base64_bytes));
    ROW("quality", buffer_append_format(text, "%d", settings->limits.quality));
    ROW("min-quality", buffer_append_format(text, "%d", settings->limits.min_quality));
    ROW("accept-damaged", buffer_append_text(text, settings->limits.accept_damaged ? "yes" : "no"));
    // Rows that are only there when they say something keep stores of earlier versions good.
    if (settings->thinking != NULL)
        ROW("thinking", buffer_append_text(text, settings->thinking));
    if (recipe->prefixed)
        ROW("prefix", buffer_append_text(text, "on"));
    // A DIR holds one part; vqagen merge joins them.
    if (shard_is_part(&settings->shard))
        ROW("shard",
            buffer_append_format(text, "%u/%u", settings->shard.index, settings->shard.count));
    ROW("prompt version", buffer_append_text(text, PROMPT_VERSION));
    // Without screening there is no row, as before there was any: nothing is left out.
    if (settings->screen.mode == SCREEN_SKIP)
        ROW("screen", screen_settings_write(&settings->screen, text));
#undef ROW
    for (size_t i = 0; i < count && !text->failed; i++)
        rows[i].value = text->data + starts[i];
    return text->failed ? 0 : count;
}

static int doubled(int max_tokens, unsigned cuts)
{
    for (unsigned i = 0; i < cuts && i < MAX_CUTS && max_tokens < INT_MAX / 2; i++)
        max_tokens *= 2;
    return max_tokens;
}

struct plan recipe_plan(const struct recipe *recipe, enum call_step step, unsigned try_number,
                        unsigned repeat, unsigned round, unsigned cuts)
{
    static const struct {
        const char *name, *schema, *prefix;
    } shapes[] = {
        [STEP_DRAFT] = {"questions", prompt_schema_draft, "```json\n{\"questions\": ["},
        [STEP_ANSWER] = {"answer", prompt_schema_answer, "```json\n{\"answer\": \""},
        [STEP_OPTIONS] = {"wrong_options", prompt_schema_options, "```json\n{\"options\": [\""}};
    const struct run_settings *settings = recipe->settings;
    double temperature = step == STEP_ANSWER ? settings->answer_temperature : settings->temperature;
    if (temperature >= 0 && temperature < temperature_top) {
        temperature += temperature_step * (try_number - 1);
        if (temperature > temperature_top)
            temperature = temperature_top;
    }
    return (struct plan){.step = step,
                         .try_number = try_number,
                         .repeat = repeat,
                         .round = round,
                         .temperature = temperature,
                         .max_tokens = doubled(settings->max_tokens, cuts),
                         .schema_name = shapes[step].name,
                         .schema = shapes[step].schema,
                         .prefix = recipe->prefixed ? shapes[step].prefix : NULL};
}

struct digest recipe_key(const struct recipe *recipe, const struct plan *plan, const char *prompt,
                         const struct digest *image)
{
    char numbers[160];
    snprintf(numbers, sizeof numbers, "%s try %u repeat %u round %u temperature %.3f max %d",
             call_step_name(plan->step), plan->try_number, plan->repeat, plan->round,
             plan->temperature, plan->max_tokens);
    struct digester digester = digester_begin();
    digester_add(&digester, recipe->base.bytes, DIGEST_BYTES);
    digester_add(&digester, image->bytes, DIGEST_BYTES);
    digester_add_field(&digester, numbers);
    digester_add_field(&digester, plan->schema);
    if (plan->prefix != NULL)
        digester_add_field(&digester, plan->prefix);
    digester_add_field(&digester, prompt);
    return digester_end(&digester);
}
