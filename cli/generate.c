// vqagen generate: settings in, a run, and what to tell about it.
#include "generate.h"

#include "access.h"
#include "builtin.h"
#include "command.h"
#include "log_file.h"
#include "memory.h"
#include "price_file.h"
#include "run.h"
#include "secret.h"
#include "stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool check_needed(const struct settings *settings, struct error *why);
static bool start(struct settings *settings, const struct endpoints *endpoints, int *exit_code,
                  struct error *why);
static bool open_log(const struct settings *settings, struct error *why);
static bool generate(struct settings *settings, bool show, char *const *environment, int *exit_code,
                     struct error *why);
static bool print_table(const struct settings *settings, struct error *why);
static void fill_preview(const struct settings *settings, struct run_settings *run);
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
            fill_preview(settings, &run);
        run.settings_json = buffer_text(&json);
        run.prices = prices.list;
        run.price_count = prices.count;
        stop_catch_signals();
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

// A preview makes no call, so it must not fail for want of a model, a key or an endpoint.
static void fill_preview(const struct settings *settings, struct run_settings *run)
{
    struct endpoint_settings *endpoint = &run->upstreams[0].endpoint;
    bool none = endpoint->endpoint == NULL && endpoint->base_url == NULL;
    if (none) {
        log_note("No endpoint is set: this is what the built-in model would be asked.");
        run->upstreams[0].name = "builtin";
        endpoint->endpoint = "builtin";
        endpoint->base_url = "http://127.0.0.1:9/v1"; // never called
    }
    for (size_t i = 0; i < run->upstream_count; i++) {
        endpoint = &run->upstreams[i].endpoint;
        if (endpoint->model == NULL)
            endpoint->model = none || access_is_builtin(settings) ? "builtin" : "not-yet-chosen";
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

static bool work_with_builtin(const struct settings *settings, struct run_settings *run,
                              int *exit_code, struct error *why)
{
    struct builtin builtin;
    run->upstreams[0].name = "builtin";
    if (!builtin_open(&builtin, !settings_switch(settings, OPTION_DRY_RUN), run->seed,
                      &run->upstreams[0].endpoint, why))
        return false;
    bool good = work(settings, run, exit_code, why);
    builtin_close(&builtin);
    return good;
}

static void tell_failures(const char *directory, const struct run_summary *summary)
{
    if (summary->rejected + summary->unknown == 0)
        return;
    log_note("%s/failures.jsonl says why each of the others failed.", directory);
    if (summary->unknown > 0)
        log_note("Unknown means that no verdict could be had (an outage, a refusal). To ask again: "
                 "the same command with --retry unknown.");
    if (summary->unusable > 0)
        log_note("Of the rejected, %lld %s never asked about: the record or the image cannot be "
                 "used. Mend it, and the same command takes it up.",
                 summary->unusable, summary->unusable == 1 ? "was" : "were");
    if (summary->rejected > summary->screened + summary->unusable)
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
    log_note("%lld item%s%s: %lld accepted, %lld rejected%s, %lld unknown%s", summary->items,
             summary->items == 1 ? "" : "s", ended ? "" : " so far", summary->accepted,
             summary->rejected, screened, summary->unknown,
             summary->open > 0 ? ", the others still open" : "");
    log_note("%lld call%s, %lld request%s sent, %lld of them again after a failure", summary->calls,
             summary->calls == 1 ? "" : "s", summary->requests, summary->requests == 1 ? "" : "s",
             summary->retries);
    if (summary->cost[0] != '\0')
        log_note("%s", summary->cost);
    if (summary->learned[0] != '\0')
        log_note("%s", summary->learned);
    if (summary->lost > 0)
        log_note("The replies to %lld call%s could not be kept. They are asked for again.",
                 summary->lost, summary->lost == 1 ? "" : "s");
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
