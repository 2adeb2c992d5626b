// vqagen tune: settings in, a tuning run, and what to show of it.
#include "tune.h"

#include "access.h"
#include "builtin.h"
#include "command.h"
#include "file.h"
#include "generate.h"
#include "log.h"
#include "memory.h"
#include "stop.h"
#include "tune_compare.h"
#include "tune_json.h"
#include "tune_page.h"
#include "tune_settings.h"
#include "tune_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST_OUTPUT = 8 << 20 };

static bool check_needed(const struct settings *settings, struct error *why);
static bool compare(const struct settings *settings, struct error *why);
static bool measure(struct settings *settings, char *const *environment, int *exit_code,
                    struct error *why);
static bool tune(const struct settings *settings, struct run_settings *run, int *exit_code,
                 struct error *why);

bool tune_run(struct settings *settings, char *const *environment, int *exit_code,
              struct error *why)
{
    *exit_code = 0;
    if (!check_needed(settings, why))
        return false;
    return settings_switch(settings, OPTION_COMPARE)
               ? compare(settings, why)
               : measure(settings, environment, exit_code, why);
}

static bool check_needed(const struct settings *settings, struct error *why)
{
    bool compares = settings_switch(settings, OPTION_COMPARE);
    if (settings->operand == NULL)
        return error_set(why, ERR_USAGE,
                         compares ? "which results? Name the directories that tune -o wrote, as in "
                                    "vqagen tune --compare monday tuesday"
                                  : "INPUT is missing: a folder of images, an image, or a file of "
                                    "questions, as in vqagen tune photos --endpoint builtin");
    if (compares && settings_text(settings, OPTION_WRITE) != NULL)
        return error_set(why, ERR_USAGE,
                         "--compare measures nothing that --write could write down; take the "
                         "settings of the result that you choose");
    if (!compares && settings->operand_count > 1)
        return error_set(why, ERR_USAGE,
                         "tune takes one INPUT, but \"%s\" and \"%s\" are given; directories of "
                         "earlier results need --compare",
                         settings->operands[0], settings->operands[1]);
    return true;
}

static bool write_file(const char *path, const struct buffer *text, const char *what,
                       struct error *why)
{
    if (!buffer_check(text, what, why) || !file_write(path, text->data, text->length, why))
        return false;
    log_note("%s is in %s", what, path);
    return true;
}

static bool compare(const struct settings *settings, struct error *why)
{
    const char *page_file = settings_text(settings, OPTION_PAGE);
    bool as_json = settings_switch(settings, OPTION_JSON);
    struct buffer text, page;
    buffer_init(&text, MOST_OUTPUT);
    buffer_init(&page, MOST_OUTPUT);
    bool good = tune_compare((const char *const *)settings->operands, settings->operand_count,
                             as_json ? NULL : &text, page_file != NULL ? &page : NULL,
                             as_json ? &text : NULL, why);
    if (good)
        printf("%s%s", buffer_text(&text), as_json ? "\n" : "");
    good = good && (page_file == NULL || write_file(page_file, &page, "the page", why));
    buffer_clear(&text);
    buffer_clear(&page);
    return good;
}

// ---- Measuring ----------------------------------------------------------------------------------

static bool with_builtin(const struct settings *settings, struct run_settings *run, int *exit_code,
                         struct error *why)
{
    struct builtin builtin;
    run->upstreams[0].name = "builtin";
    if (!builtin_open(&builtin, true, run->seed, &run->upstreams[0].endpoint, why))
        return false;
    bool good = tune(settings, run, exit_code, why);
    builtin_close(&builtin);
    return good;
}

static bool measure(struct settings *settings, char *const *environment, int *exit_code,
                    struct error *why)
{
    struct endpoints *none = calloc(1, sizeof *none);
    struct run_settings *run = calloc(1, sizeof *run);
    struct price_file prices = {0};
    bool good = none != NULL && run != NULL;
    if (!good)
        error_set(why, ERR_MEMORY, "no memory for the settings");
    good = good && access_choose(settings, environment, true, why) &&
           generate_read_prices(settings, &prices, why);
    if (good) {
        generate_fill(settings, none, run);
        run->repeat = 1;
        run->prices = prices.list;
        run->price_count = prices.count;
        stop_catch_signals();
        memory_keep_pages();
        good = access_is_builtin(settings) ? with_builtin(settings, run, exit_code, why)
                                           : tune(settings, run, exit_code, why);
    }
    price_file_clear(&prices);
    free(run);
    free(none);
    return good;
}

// "512,1024" or "none".
static bool read_numbers(const struct settings *settings, enum option_id id, unsigned low,
                         unsigned high, unsigned *numbers, size_t room, size_t *count,
                         struct error *why)
{
    const char *text = settings_text(settings, id);
    *count = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (const char *at = text; *at != '\0';) {
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        bool separated = *end == '\0' || (*end == ',' && end[1] != '\0');
        if (end == at || at[0] < '0' || at[0] > '9' || !separated || number < low ||
            number > high || *count == room)
            return error_set(why, ERR_USAGE,
                             "--%s \"%s\" is no list of at most %zu whole numbers from %u to %u; "
                             "write %s, or none",
                             option_at(id)->name, text, room, low, high, option_at(id)->example);
        numbers[(*count)++] = (unsigned)number;
        at = *end == ',' ? end + 1 : end;
    }
    return true;
}

static bool fill(const struct settings *settings, const struct run_settings *run,
                 struct tune_settings *tuning, struct error *why)
{
    const char *goal = settings_text(settings, OPTION_GOAL);
    *tuning = (struct tune_settings){
        .run = run,
        .most_concurrency = (unsigned)settings_number(settings, OPTION_MAX_CONCURRENCY),
        .most_calls = (long long)settings_number(settings, OPTION_MAX_CALLS),
        .goal = strcmp(goal, "latency") == 0 ? TUNE_LATENCY
                : strcmp(goal, "cost") == 0  ? TUNE_COST
                                             : TUNE_THROUGHPUT,
        .latency_goal_ms = (double)settings_number(settings, OPTION_LATENCY_GOAL)};
    return read_numbers(settings, OPTION_SIDES, 16, 16384, tuning->sides, TUNE_SIDES,
                        &tuning->side_count, why) &&
           read_numbers(settings, OPTION_DRAFTS, 1, 1000, tuning->drafts,
                        sizeof tuning->drafts / sizeof *tuning->drafts, &tuning->draft_count, why);
}

static size_t terminal_width(void)
{
    enum { USUAL = 80 };
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL;
}

static bool print(const struct settings *settings, const struct tune_result *result,
                  const struct buffer *json, struct error *why)
{
    struct buffer text;
    buffer_init(&text, MOST_OUTPUT);
    if (settings_switch(settings, OPTION_JSON)) {
        buffer_append_format(&text, "%s\n", buffer_text(json));
    } else {
        tune_table_write(result, &text);
        if (isatty(STDOUT_FILENO)) {
            buffer_append_char(&text, '\n');
            tune_chart_write(
                result, terminal_width(),
                tune_chart_is_unicode(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")), &text);
        }
    }
    bool good = buffer_check(&text, "the result", why);
    if (good)
        fputs(buffer_text(&text), stdout);
    buffer_clear(&text);
    return good;
}

static bool keep(const struct settings *settings, const struct tune_result *result,
                 const struct buffer *json, struct error *why)
{
    const char *directory = settings_text(settings, OPTION_OUTPUT);
    const char *file = settings_text(settings, OPTION_WRITE);
    const char *page = settings_text(settings, OPTION_PAGE);
    struct buffer text;
    bool good = true;
    buffer_init(&text, MOST_OUTPUT);
    if (directory != NULL) {
        char *path = file_join(directory, "tune.json");
        good = path != NULL || error_set(why, ERR_MEMORY, "no memory for a path");
        good = good && file_make_directory(directory, why) &&
               write_file(path, json, "the result", why);
        free(path);
    }
    if (good && file != NULL) {
        tune_settings_write(result, &text);
        good = write_file(file, &text, "the settings file", why);
    }
    buffer_empty(&text);
    if (good && page != NULL) {
        tune_page_write(&result, NULL, 1, &text);
        good = write_file(page, &text, "the page", why);
    }
    buffer_clear(&text);
    return good;
}

static bool tune(const struct settings *settings, struct run_settings *run, int *exit_code,
                 struct error *why)
{
    struct tune_settings tuning;
    struct tune_result *result = calloc(1, sizeof *result);
    if (result == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the result");
    struct buffer json;
    buffer_init(&json, MOST_OUTPUT);
    bool good = fill(settings, run, &tuning, why) && tune_endpoint(&tuning, result, why);
    if (good) {
        tune_json_write(result, &json);
        good = buffer_check(&json, "the result", why) && print(settings, result, &json, why) &&
               keep(settings, result, &json, why);
    }
    if (good && *run->stop != 0)
        *exit_code = error_exit_code(ERR_INTERRUPTED);
    else if (good && result->concurrency == 0)
        *exit_code = error_exit_code(ERR_STOPPED);
    buffer_clear(&json);
    free(result);
    return good;
}
