// What a run is told, from the settings, see generate.h.
#include "generate.h"

#include "limits.h"
#include "screen.h"
#include "stop.h"

#include <string.h>

static enum retry_what retry_of(const char *word);
static enum probe_when probe_of(const char *word);
static enum model_naming naming_of(const char *word);
static enum thinking thinking_of(const char *word);
static enum prefix_use prefix_of(const char *word);
static void fill_endpoint(const struct settings *settings, const struct settings *own,
                          struct endpoint_settings *endpoint);
static void fill_pace(const struct settings *settings, struct pace_settings *pace);
static void fill_upstreams(const struct settings *settings, const struct endpoints *endpoints,
                           struct run_settings *run);

// A number that the option's range keeps within an unsigned int.
static unsigned count_of(const struct settings *settings, enum option_id id)
{
    return (unsigned)settings_number(settings, id);
}

void generate_fill(const struct settings *settings, const struct endpoints *endpoints,
                   struct run_settings *run)
{
    const struct value *shares = &settings->list[OPTION_FORMAT].value;
    *run = (struct run_settings){
        .input = settings->operand,
        .directory = settings_text(settings, OPTION_OUTPUT),
        .limits = limits_of(settings),
        .image_memory = settings_number(settings, OPTION_IMAGE_MEMORY),
        .screen = screen_of(settings),
        .image_workers = count_of(settings, OPTION_IMAGE_WORKERS),
        .payload_memory = settings_number(settings, OPTION_PAYLOAD_MEMORY),
        .per_image = count_of(settings, OPTION_PER_IMAGE),
        .share_multiple_choice = shares->shares[0],
        .share_fill_in_blank = shares->shares[1],
        .options = count_of(settings, OPTION_OPTIONS),
        .tries = count_of(settings, OPTION_TRIES),
        .repeat = count_of(settings, OPTION_REPEAT),
        .seed = settings_number(settings, OPTION_SEED),
        .topics = settings_text(settings, OPTION_TOPICS),
        .own_topics = settings->own_topics,
        .own_topic_count = settings->own_topic_count,
        .system_prompt = settings_text(settings, OPTION_SYSTEM_PROMPT),
        .extra_body = settings_text(settings, OPTION_EXTRA_BODY),
        .answer_temperature = settings_real(settings, OPTION_ANSWER_TEMPERATURE),
        .temperature = settings_real(settings, OPTION_TEMPERATURE),
        .max_tokens = (int)count_of(settings, OPTION_MAX_TOKENS),
        .batch_size = count_of(settings, OPTION_BATCH_SIZE),
        .timeout_ms = (int64_t)settings_number(settings, OPTION_TIMEOUT),
        .ca_file = settings_text(settings, OPTION_CA_FILE),
        .proxy = settings_text(settings, OPTION_PROXY),
        .connect_timeout_ms = (int64_t)settings_number(settings, OPTION_CONNECT_TIMEOUT),
        .first_byte_timeout_ms = (int64_t)settings_number(settings, OPTION_FIRST_BYTE_TIMEOUT),
        .idle_timeout_ms = (int64_t)settings_number(settings, OPTION_IDLE_TIMEOUT),
        .outage_patience_ms = (int64_t)settings_number(settings, OPTION_OUTAGE_PATIENCE),
        .retry = retry_settings_default(),
        .max_reply_bytes = settings_number(settings, OPTION_MAX_REPLY_BYTES),
        .shard = settings->list[OPTION_SHARD].value.shard,
        .limit = (long long)settings_number(settings, OPTION_LIMIT),
        .retry_what = retry_of(settings_text(settings, OPTION_RETRY)),
        .max_cost = settings_real(settings, OPTION_MAX_COST),
        .probe = probe_of(settings_text(settings, OPTION_PROBE)),
        .summary_file = settings_text(settings, OPTION_SUMMARY_JSON),
        .stop = stop_asked(),
    };
    run->limits.figures = run->screen.mode != SCREEN_OFF;
    language_find(settings_text(settings, OPTION_LANGUAGE), &run->language);
    run->retry.retries = count_of(settings, OPTION_RETRIES);
    run->retry.base_ms = (int64_t)settings_number(settings, OPTION_RETRY_WAIT);
    const char *thinking = settings_text(settings, OPTION_THINKING);
    run->thinking = thinking_of(thinking) != THINKING_AUTO ? thinking : NULL;
    run->durable = settings_switch(settings, OPTION_DURABLE);
    run->relearn = settings_switch(settings, OPTION_RELEARN);
    if (endpoints->count > 0) {
        fill_upstreams(settings, endpoints, run);
        return;
    }
    run->upstream_count = 1;
    run->upstreams[0].weight = 1;
    fill_pace(settings, &run->upstreams[0].pace);
    fill_endpoint(settings, settings, &run->upstreams[0].endpoint);
}

void generate_fill_endpoint(const struct settings *settings, struct endpoint_settings *endpoint)
{
    fill_endpoint(settings, settings, endpoint);
}

// own: of one of several endpoints, else the settings themselves.
static void fill_endpoint(const struct settings *settings, const struct settings *own,
                          struct endpoint_settings *endpoint)
{
    endpoint->endpoint = settings_text(own, OPTION_ENDPOINT);
    endpoint->base_url = settings_text(own, OPTION_BASE_URL);
    endpoint->api_key = settings_text(own, OPTION_API_KEY);
    endpoint->model = settings_text(own, OPTION_MODEL);
    endpoint->naming = naming_of(settings_text(own, OPTION_MODEL_NAME));
    endpoint->allow_plain_http = settings_switch(settings, OPTION_ALLOW_HTTP);
    endpoint->stream = settings_switch(settings, OPTION_STREAM);
    endpoint->thinking = thinking_of(settings_text(settings, OPTION_THINKING));
    endpoint->prefix = prefix_of(settings_text(settings, OPTION_PREFIX));
    endpoint->capabilities = settings->capabilities;
    endpoint->capability_count = settings->capability_count;
}

static void fill_pace(const struct settings *settings, struct pace_settings *pace)
{
    unsigned concurrency = count_of(settings, OPTION_CONCURRENCY);
    *pace = (struct pace_settings){
        .automatic = concurrency == 0,
        .concurrency = concurrency > 0 ? concurrency : count_of(settings, OPTION_MAX_CONCURRENCY),
        .requests_per_minute = (long long)settings_number(settings, OPTION_REQUESTS_PER_MINUTE),
        .tokens_per_minute = (long long)settings_number(settings, OPTION_TOKENS_PER_MINUTE)};
}

// Calls at once that an entry does not set are the common number by weight, so that the weights
// hold also while every slot is taken.
static void fill_upstreams(const struct settings *settings, const struct endpoints *endpoints,
                           struct run_settings *run)
{
    unsigned heaviest = 1;
    for (size_t i = 0; i < endpoints->count; i++)
        if (endpoints->list[i].weight > heaviest)
            heaviest = endpoints->list[i].weight;
    for (size_t i = 0; i < endpoints->count; i++) {
        const struct endpoint_entry *entry = &endpoints->list[i];
        struct upstream_settings *upstream = &run->upstreams[run->upstream_count++];
        *upstream = (struct upstream_settings){.name = entry->name,
                                               .weight = entry->weight,
                                               .fallback = entry->fallback,
                                               .price = entry->priced ? &entry->price : NULL};
        fill_endpoint(settings, &entry->settings, &upstream->endpoint);
        upstream->endpoint.own_key = true;
        fill_pace(&entry->settings, &upstream->pace);
        // One picture for all of them. A name that is none is told of by whoever opens it.
        limits_tighten(&run->limits, upstream->endpoint.endpoint, upstream->endpoint.base_url,
                       NULL);
        unsigned *slots = &upstream->pace.concurrency;
        if (!entry->own_concurrency && !upstream->pace.automatic)
            *slots = (*slots * entry->weight + heaviest - 1) / heaviest;
    }
}

bool generate_read_prices(const struct settings *settings, struct price_file *prices,
                          struct error *why)
{
    const char *file = settings_text(settings, OPTION_PRICES);
    const char *quick = settings_text(settings, OPTION_PRICE);
    *prices = (struct price_file){0};
    if (file != NULL && !price_file_read(prices, file, why))
        return false;
    if (quick == NULL || price_file_add(prices, quick, why))
        return true;
    price_file_clear(prices);
    return false;
}

static enum retry_what retry_of(const char *word)
{
    if (word == NULL)
        return RETRY_NOTHING;
    return strcmp(word, "unknown") == 0    ? RETRY_UNKNOWN
           : strcmp(word, "rejected") == 0 ? RETRY_REJECTED
                                           : RETRY_FAILED;
}

static enum model_naming naming_of(const char *word)
{
    return strcmp(word, "verbatim") == 0     ? MODEL_NAMING_VERBATIM
           : strcmp(word, "normalized") == 0 ? MODEL_NAMING_NORMALIZED
                                             : MODEL_NAMING_AUTO;
}

static enum thinking thinking_of(const char *word)
{
    return strcmp(word, "off") == 0      ? THINKING_OFF
           : strcmp(word, "low") == 0    ? THINKING_LOW
           : strcmp(word, "medium") == 0 ? THINKING_MEDIUM
           : strcmp(word, "high") == 0   ? THINKING_HIGH
                                         : THINKING_AUTO;
}

static enum prefix_use prefix_of(const char *word)
{
    return strcmp(word, "on") == 0    ? PREFIX_ON
           : strcmp(word, "off") == 0 ? PREFIX_OFF
                                      : PREFIX_AUTO;
}

static enum probe_when probe_of(const char *word)
{
    return word != NULL && strcmp(word, "always") == 0  ? PROBE_ALWAYS
           : word != NULL && strcmp(word, "never") == 0 ? PROBE_NEVER
                                                        : PROBE_AUTO;
}
