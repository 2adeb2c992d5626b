// vqagen generate: settings in, a run, and what to tell about it.
#include "generate.h"
#include "access.h"
#include "command.h"
#include "limits.h"
#include "log_file.h"
#include "memory.h"
#include "price_file.h"
#include "run.h"
#include "screen.h"
#include "secret.h"
#include "simulator.h"
#include "text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static bool check_needed(const struct settings *settings, struct error *why);
static bool start(struct settings *settings, const struct endpoints *endpoints, int *exit_code,
                  struct error *why);
static bool open_log(const struct settings *settings, struct error *why);
static bool generate(struct settings *settings, bool show, char *const *environment, int *exit_code,
                     struct error *why);
static bool print_table(const struct settings *settings, struct error *why);
static void fill_preview(struct run_settings *run);
static bool work(const struct settings *settings, struct run_settings *run, int *exit_code,
                 struct error *why);
static bool work_with_builtin(const struct settings *settings, struct run_settings *run,
                              int *exit_code, struct error *why);
static void tell_summary(const char *directory, const struct run_summary *summary, bool ended,
                         const struct error *why);

bool generate_run(struct settings *settings, char *const *environment, int *exit_code,
                  struct error *why)
{
    bool show = settings_switch(settings, OPTION_SHOW_SETTINGS);
    log_set_level(settings_switch(settings, OPTION_QUIET)     ? LOG_QUIET
                  : settings_switch(settings, OPTION_VERBOSE) ? LOG_VERBOSE
                                                              : LOG_NORMAL);
    if (!show && !check_needed(settings, why))
        return false;
    if (!show && !open_log(settings, why))
        return false;
    bool good = generate(settings, show, environment, exit_code, why);
    if (!good)
        log_file_message("error", secret_hide(why->message));
    log_file_close();
    return good;
}

static bool open_log(const struct settings *settings, struct error *why)
{
    const char *file = settings_text(settings, OPTION_LOG_FILE);
    return log_set_trace(settings_text(settings, OPTION_TRACE), why) &&
           (file == NULL || log_file_open(file, why));
}

static bool generate(struct settings *settings, bool show, char *const *environment, int *exit_code,
                     struct error *why)
{
    bool required = !show && !settings_switch(settings, OPTION_DRY_RUN);
    struct endpoints *endpoints = calloc(1, sizeof *endpoints);
    if (endpoints == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the endpoints");
    bool good = endpoints_read(settings, environment, endpoints, why) &&
                (endpoints->count > 0 || access_choose(settings, environment, required, why));
    if (good && show)
        good = print_table(settings, why);
    else if (good)
        good = start(settings, endpoints, exit_code, why);
    endpoints_clear(endpoints);
    free(endpoints);
    return good;
}

static bool start(struct settings *settings, const struct endpoints *endpoints, int *exit_code,
                  struct error *why)
{
    struct buffer json;
    buffer_init(&json, 4 * 1024 * 1024);
    settings_write_json(settings, &json);
    struct price_file prices;
    bool good = generate_read_prices(settings, &prices, why);
    good = good && buffer_check(&json, "the settings", why);
    if (good) {
        struct run_settings run;
        generate_fill(settings, endpoints, &run);
        if (settings_switch(settings, OPTION_DRY_RUN))
            fill_preview(&run);
        run.settings_json = buffer_text(&json);
        run.prices = prices.list;
        run.price_count = prices.count;
        generate_catch_signals();
        memory_keep_pages();
        good = access_is_builtin(settings) ? work_with_builtin(settings, &run, exit_code, why)
                                           : work(settings, &run, exit_code, why);
    }
    price_file_clear(&prices);
    buffer_clear(&json);
    return good;
}

static bool check_needed(const struct settings *settings, struct error *why)
{
    if (settings->operand == NULL)
        return error_set(why, ERR_USAGE,
                         "INPUT is missing: a folder of images, an image, or a file of questions, "
                         "as in vqagen generate photos -o out");
    if (settings_text(settings, OPTION_OUTPUT) == NULL &&
        !settings_switch(settings, OPTION_DRY_RUN))
        return error_set(why, ERR_USAGE,
                         "where shall the dataset go? Give -o DIR, as in vqagen generate %s -o out",
                         settings->operand);
    const char *bundle = settings_text(settings, OPTION_CA_FILE);
    if (bundle != NULL && access(bundle, R_OK) != 0)
        return error_set_errno(why, ERR_SETTINGS, "--ca-file: cannot read %s", bundle);
    return true;
}

static bool print_table(const struct settings *settings, struct error *why)
{
    struct buffer table;
    buffer_init(&table, 4 * 1024 * 1024);
    settings_write_table(settings, &table);
    bool good = buffer_check(&table, "the settings", why);
    if (good)
        fputs(buffer_text(&table), stdout);
    buffer_clear(&table);
    return good;
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

// A number that the option's range keeps within an unsigned int.
static unsigned count_of(const struct settings *settings, enum option_id id)
{
    return (unsigned)settings_number(settings, id);
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

static enum probe_when probe_of(const char *word)
{
    return word != NULL && strcmp(word, "always") == 0  ? PROBE_ALWAYS
           : word != NULL && strcmp(word, "never") == 0 ? PROBE_NEVER
                                                        : PROBE_AUTO;
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

void generate_fill_endpoint(const struct settings *settings, struct endpoint_settings *endpoint)
{
    fill_endpoint(settings, settings, endpoint);
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
        .stop = &stop,
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

// A preview makes no call, so it must not fail for want of a model, a key or an endpoint.
static void fill_preview(struct run_settings *run)
{
    struct endpoint_settings *endpoint = &run->upstreams[0].endpoint;
    bool builtin = endpoint->endpoint == NULL && endpoint->base_url == NULL;
    if (builtin) {
        log_note("No endpoint is set: this is what the built-in model would be asked.");
        run->upstreams[0].name = "builtin";
        endpoint->endpoint = "builtin";
        endpoint->base_url = "http://127.0.0.1:9/v1"; // never called
    }
    for (size_t i = 0; i < run->upstream_count; i++) {
        endpoint = &run->upstreams[i].endpoint;
        if (endpoint->model == NULL)
            endpoint->model = builtin ? "builtin" : "not-yet-chosen";
        if (endpoint->api_key == NULL)
            endpoint->api_key = "none-needed-for-a-preview";
    }
}

static bool work(const struct settings *settings, struct run_settings *run, int *exit_code,
                 struct error *why)
{
    if (settings_switch(settings, OPTION_DRY_RUN))
        return run_preview(run, why);
    struct run_summary summary = {0};
    bool ended = run_generate(run, &summary, why);
    log_progress("");
    tell_summary(run->directory, &summary, ended, why);
    *exit_code = summary.exit_code;
    return ended;
}

// The built-in model is a server like any other, but of our own: a child process on a free port.
static bool work_with_builtin(const struct settings *settings, struct run_settings *run,
                              int *exit_code, struct error *why)
{
    char url[64];
    struct simulator_child child;
    bool dry = settings_switch(settings, OPTION_DRY_RUN);
    if (dry)
        child.port = 9; // the discard port; never called
    else if (!simulator_start(&child, run->seed, why))
        return error_note(why, "the built-in model");
    snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", child.port);
    struct upstream_settings *upstream = &run->upstreams[0];
    upstream->name = "builtin";
    upstream->endpoint.endpoint = "builtin";
    upstream->endpoint.base_url = url;
    if (upstream->endpoint.model == NULL)
        upstream->endpoint.model = "builtin";
    bool good = work(settings, run, exit_code, why);
    if (!dry)
        simulator_stop(&child);
    return good;
}

// The first signal asks to finish what is in flight, the second to stop at once.
static void on_signal(int number)
{
    (void)number;
    stop = stop == 0 ? 1 : 2;
    run_wake();
}

void generate_catch_signals(void)
{
    // Without SA_RESTART: who waits for input that never comes must be woken.
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // Under nohup the closing terminal is to be ignored, as the parent has arranged.
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL); // a limit on file size is a full disk, and told as one
}

static void tell_failures(const char *directory, const struct run_summary *summary)
{
    if (summary->rejected + summary->unknown == 0)
        return;
    log_note("%s/failures.jsonl says why each of the others failed.", directory);
    if (summary->unknown > 0)
        log_note("Unknown means that no verdict could be had (an outage, a refusal). To ask again: "
                 "the same command with --retry unknown.");
    if (summary->rejected > summary->screened)
        log_note("Rejected means that the rules refused what the model gave. To ask anew: the same "
                 "command with --retry rejected.");
}

static void tell_summary(const char *directory, const struct run_summary *summary, bool ended,
                         const struct error *why)
{
    if (summary->items == 0 && summary->calls == 0 && !ended)
        return;
    char screened[64] = "";
    if (summary->screened > 0)
        snprintf(screened, sizeof screened, " (%lld of them by screening)", summary->screened);
    log_note("%lld items%s: %lld accepted, %lld rejected%s, %lld unknown%s", summary->items,
             ended ? "" : " so far", summary->accepted, summary->rejected, screened,
             summary->unknown, summary->open > 0 ? ", the others still open" : "");
    log_note("%lld calls, %lld requests sent, %lld of them again after a failure", summary->calls,
             summary->requests, summary->retries);
    if (summary->cost[0] != '\0')
        log_note("%s", summary->cost);
    if (summary->learned[0] != '\0')
        log_note("%s", summary->learned);
    if (!ended && why->kind == ERR_DISK)
        return; // the error says what is to be done first
    if (!ended) {
        log_note("Everything received is kept in %s. The same command goes on from there.",
                 directory);
        return;
    }
    log_note("%s/dataset.jsonl holds the dataset, %s/run.json the report.", directory, directory);
    tell_failures(directory, summary);
}
