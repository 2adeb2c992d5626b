// vqagen diagnose: why calls to an endpoint fail, or why those of a run did.
#include "access.h"
#include "builtin.h"
#include "command.h"
#include "diagnose_run.h"
#include "failures.h"
#include "generate.h"
#include "ladder.h"
#include "limits.h"
#include "log.h"
#include "prompt.h"
#include "replay.h"

#include <stdio.h>
#include <unistd.h>

static bool diagnose_endpoint(struct settings *settings, char *const *environment,
                              struct diagnosis *diagnosis, struct error *why);
static bool diagnose_directory(struct settings *settings, char *const *environment,
                               struct diagnosis *diagnosis, struct error *why);

// Each line as it becomes known: a rung may take minutes.
static void tell(void *context, const char *line)
{
    FILE *to = context;
    fprintf(to, "%s\n", line);
    fflush(to);
}

static bool print(const struct settings *settings, const struct diagnosis *diagnosis,
                  struct error *why)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    if (settings_switch(settings, OPTION_JSON)) {
        diagnosis_write_json(diagnosis, &out);
        buffer_append_char(&out, '\n');
    } else {
        diagnosis_write_verdict(diagnosis, &out);
    }
    bool good = buffer_check(&out, "the diagnosis", why);
    if (good)
        fputs(buffer_text(&out), stdout);
    buffer_clear(&out);
    return good;
}

static int exit_code_of(enum verdict verdict)
{
    return verdict == VERDICT_HEALTHY     ? 0
           : verdict == VERDICT_DIAGNOSED ? 1
                                          : error_exit_code(ERR_UNEXPLAINED);
}

bool diagnose_run(struct settings *settings, char *const *environment, int *exit_code,
                  struct error *why)
{
    bool quiet = settings_switch(settings, OPTION_QUIET);
    struct diagnosis diagnosis = {0};
    if (!quiet && !settings_switch(settings, OPTION_JSON)) {
        diagnosis.tell = tell;
        diagnosis.context = stdout;
    }
    if (settings->operand == NULL && settings_text(settings, OPTION_REPLAY) != NULL)
        return error_set(why, ERR_USAGE,
                         "--replay needs the DIR of the run: vqagen diagnose DIR --replay ID");
    bool good = settings->operand != NULL
                    ? diagnose_directory(settings, environment, &diagnosis, why)
                    : diagnose_endpoint(settings, environment, &diagnosis, why);
    good = good && print(settings, &diagnosis, why);
    *exit_code = exit_code_of(diagnosis.verdict);
    diagnosis_clear(&diagnosis);
    return good;
}

static void fill(const struct settings *settings, struct ladder_settings *ladder)
{
    enum language language = LANGUAGE_EN;
    language_find(settings_text(settings, OPTION_LANGUAGE), &language);
    generate_fill_endpoint(settings, &ladder->endpoint);
    ladder->endpoint.stream = false; // a rung of its own
    ladder->client = (struct client_settings){
        .timeout_ms = (int64_t)settings_number(settings, OPTION_TIMEOUT),
        .connect_timeout_ms = (int64_t)settings_number(settings, OPTION_CONNECT_TIMEOUT),
        .first_byte_timeout_ms = (int64_t)settings_number(settings, OPTION_FIRST_BYTE_TIMEOUT),
        .idle_timeout_ms = (int64_t)settings_number(settings, OPTION_IDLE_TIMEOUT),
        .max_reply_bytes = settings_number(settings, OPTION_MAX_REPLY_BYTES),
        .user_agent = "vqagen/" VQAGEN_VERSION,
        .ca_file = settings_text(settings, OPTION_CA_FILE),
        .proxy = settings_text(settings, OPTION_PROXY)};
    ladder->limits = limits_of(settings);
    ladder->image_file = settings_text(settings, OPTION_IMAGE);
    ladder->system_prompt = prompt_system(language, settings_text(settings, OPTION_SYSTEM_PROMPT));
    ladder->extra_body = settings_text(settings, OPTION_EXTRA_BODY);
    ladder->temperature = settings_real(settings, OPTION_TEMPERATURE);
    ladder->max_tokens = (int)settings_number(settings, OPTION_MAX_TOKENS);
    ladder->most_calls = LADDER_MOST_CALLS;
}

static bool check_files(const struct settings *settings, struct error *why)
{
    const char *bundle = settings_text(settings, OPTION_CA_FILE);
    const char *image = settings_text(settings, OPTION_IMAGE);
    if (bundle != NULL && access(bundle, R_OK) != 0)
        return error_set_errno(why, ERR_SETTINGS, "--ca-file: cannot read %s", bundle);
    if (image != NULL && access(image, R_OK) != 0)
        return error_set_errno(why, ERR_INPUT, "--image: cannot read %s", image);
    return true;
}

static bool climb(const struct settings *settings, struct ladder_settings *ladder,
                  struct diagnosis *diagnosis, struct error *why)
{
    enum { USUAL_CALLS = 10 };
    char line[160];
    snprintf(line, sizeof line,
             "At most %d requests will be sent; %d, with about %lld tokens, if all is well.",
             LADDER_MOST_CALLS, USUAL_CALLS, ladder_estimate(ladder));
    if (settings_switch(settings, OPTION_JSON))
        log_note("%s", line);
    else if (diagnosis->tell != NULL)
        diagnosis->tell(diagnosis->context, line);
    return ladder_climb(ladder, diagnosis, why);
}

static bool diagnose_endpoint(struct settings *settings, char *const *environment,
                              struct diagnosis *diagnosis, struct error *why)
{
    struct ladder_settings ladder = {0};
    struct builtin builtin;
    if (!check_files(settings, why))
        return false;
    access_choose(settings, environment, true, &ladder.refused);
    fill(settings, &ladder);
    bool is_builtin = access_is_builtin(settings);
    if (is_builtin && !builtin_open(&builtin, true, 1, &ladder.endpoint, why))
        return false;
    bool good = climb(settings, &ladder, diagnosis, why);
    if (is_builtin)
        builtin_close(&builtin);
    return good;
}

// ---- A run's failures ---------------------------------------------------------------------------

// The endpoint as a run would reach it; the built-in model is started for the one call.
static bool replay(const struct settings *settings, const struct settings *run_settings,
                   const struct endpoints *endpoints, struct diagnosis *diagnosis,
                   struct error *why)
{
    struct builtin builtin;
    struct run_settings run;
    struct ladder_settings ladder = {0};
    generate_fill(run_settings, endpoints, &run);
    fill(settings, &ladder);
    run.directory = settings->operand;
    bool is_builtin = access_is_builtin(run_settings);
    if (is_builtin && !builtin_open(&builtin, true, run.seed, &run.upstreams[0].endpoint, why))
        return false;
    if (is_builtin)
        run.upstreams[0].name = "builtin";
    struct replay_settings replay_settings = {.run = &run,
                                              .client = ladder.client,
                                              .id = settings_text(settings, OPTION_REPLAY),
                                              .most_calls = LADDER_MOST_CALLS};
    replay_settings.client.timeout_ms = run.timeout_ms;
    replay_settings.client.first_byte_timeout_ms = run.first_byte_timeout_ms;
    replay_settings.client.idle_timeout_ms = run.idle_timeout_ms;
    replay_settings.client.ca_file = run.ca_file;
    replay_settings.client.proxy = run.proxy;
    bool good = replay_call(&replay_settings, diagnosis, why);
    if (is_builtin)
        builtin_close(&builtin);
    return good;
}

static bool diagnose_directory(struct settings *settings, char *const *environment,
                               struct diagnosis *diagnosis, struct error *why)
{
    struct diagnose_run run;
    bool wants_call = settings_text(settings, OPTION_REPLAY) != NULL;
    if (!diagnose_run_read(&run, settings->operand, wants_call, why))
        return false;
    bool good = true;
    if (wants_call)
        good = diagnose_run_settings(&run, settings, environment, why) &&
               replay(settings, &run.settings, run.endpoints, diagnosis, why);
    else
        good = failures_explain(settings->operand, run.stopped_by, diagnosis, why);
    diagnose_run_clear(&run);
    return good;
}
