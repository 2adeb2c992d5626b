// vqagen show: what a run did, or is doing.
#include "command.h"
#include "file.h"
#include "json.h"
#include "lock.h"
#include "secret.h"
#include "show_item.h"
#include "show_text.h"
#include "store_reading.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OUTPUT_CEILING = 256 << 20, FOLLOW_SECONDS = 2, PLAIN_WIDTH = 80 };

static bool show_once(const struct settings *settings, struct buffer *out, bool *running,
                      struct error *why);
static bool show_census(const struct settings *settings, struct store *store,
                        const struct show_run *run, struct buffer *out, struct error *why);
static void read_report(struct show_run *run);
static bool print(struct buffer *out, bool screen, struct error *why);

bool show_run(struct settings *settings, char *const *environment, int *exit_code,
              struct error *why)
{
    (void)environment;
    (void)exit_code;
    if (settings->operand == NULL)
        return error_set(why, ERR_USAGE,
                         "DIR is missing: where generate -o DIR put its dataset, as in vqagen show "
                         "out");
    bool follow = settings_switch(settings, OPTION_FOLLOW);
    bool screen = follow && isatty(STDOUT_FILENO) && !settings_switch(settings, OPTION_JSON);
    for (bool running = true;;) {
        struct buffer out;
        buffer_init(&out, OUTPUT_CEILING);
        struct error first = {0};
        // A run that begins or ends at this moment can take the file away under the reader: once.
        bool good = show_once(settings, &out, &running, &first);
        if (!good && first.kind == ERR_DISK) {
            buffer_empty(&out);
            good = show_once(settings, &out, &running, why);
        } else if (!good) {
            *why = first;
        }
        good = good && print(&out, screen, why);
        buffer_clear(&out);
        if (!good || !follow || !running)
            return good;
        sleep(FOLLOW_SECONDS);
    }
}

static bool show_once(const struct settings *settings, struct buffer *out, bool *running,
                      struct error *why)
{
    const char *directory = settings->operand, *item = settings_text(settings, OPTION_ITEM);
    struct show_run run = {.directory = directory, .process = lock_holder(directory)};
    *running = run.process > 0;
    struct store *store = store_open_reading(directory, why);
    if (store == NULL)
        return false;
    bool good = item != NULL
                    ? show_item(store, item, settings_switch(settings, OPTION_JSON), out, why)
                    : show_census(settings, store, &run, out, why);
    store_close(store);
    if (good && settings_switch(settings, OPTION_JSON))
        buffer_append_char(out, '\n');
    return good;
}

static size_t width_of_terminal(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col
                                                                            : PLAIN_WIDTH;
}

static bool show_census(const struct settings *settings, struct store *store,
                        const struct show_run *known, struct buffer *out, struct error *why)
{
    struct census census;
    struct show_run run = *known;
    if (!census_take(store, &census, why))
        return false;
    read_report(&run);
    if (settings_switch(settings, OPTION_JSON))
        show_write_json(&census, &run, out);
    else
        show_write_text(&census, &run, width_of_terminal(), out);
    census_clear(&census);
    free(run.ended);
    free(run.stopped_by);
    free(run.input);
    free(run.model);
    free(run.endpoint);
    return true;
}

// The report is of the last run that ended; without it, or with half of it, the store says enough.
static void read_report(struct show_run *run)
{
    struct buffer text;
    buffer_init(&text, 16 << 20);
    char *path = file_join(run->directory, "run.json");
    cJSON *report = NULL;
    if (path != NULL && file_read(path, &text, NULL))
        report = json_parse(buffer_text(&text), text.length, NULL);
    run->ended = text_copy(json_text(report, "ended"));
    run->stopped_by = text_copy(json_text(report, "stopped_by"));
    run->input = text_copy(json_text(report, "input"));
    run->model = text_copy(json_text(report, "model"));
    run->endpoint = text_copy(json_text(report, "endpoint"));
    cJSON_Delete(report);
    buffer_clear(&text);
    free(path);
}

// Names and replies come from outside: what could steer a terminal is taken out, and keys are
// hidden.
static bool print(struct buffer *out, bool screen, struct error *why)
{
    if (!buffer_check(out, "what is shown", why))
        return false;
    if (out->length > 0)
        secret_hide(out->data);
    for (char *at = out->data; at != NULL && *at != '\0'; at++)
        if (((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f)
            *at = ' ';
    if (screen)
        fputs("\033[H\033[J", stdout);
    fputs(buffer_text(out), stdout);
    return fflush(stdout) == 0 || error_set_errno(why, ERR_DISK, "cannot write to standard output");
}
