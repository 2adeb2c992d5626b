#include "diagnose_run.h"

#include "access.h"
#include "file.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool diagnose_run_read(struct diagnose_run *run, const char *directory, bool needed,
                       struct error *why)
{
    *run = (struct diagnose_run){0};
    settings_init(&run->settings, FOR_GENERATE);
    run->endpoints = calloc(1, sizeof *run->endpoints);
    if (run->endpoints == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the endpoints");
    char *path = file_join(directory, "run.json");
    struct buffer text;
    struct error fault = {0};
    buffer_init(&text, 16 << 20);
    if (path != NULL && file_read(path, &text, &fault))
        run->report = json_parse(text.data, text.length, &fault);
    free(path);
    buffer_clear(&text);
    run->stopped_by = json_text(run->report, "stopped_by");
    if (run->report != NULL || !needed)
        return true;
    diagnose_run_clear(run);
    return error_set(why, ERR_INPUT,
                     "the settings of the run cannot be had: %s; run.json is written when a run "
                     "ends",
                     fault.message);
}

void diagnose_run_clear(struct diagnose_run *run)
{
    cJSON_Delete(run->report);
    if (run->endpoints != NULL)
        endpoints_clear(run->endpoints);
    free(run->endpoints);
    settings_clear(&run->settings);
}

// A value as it would be typed. Seeds above 2^53 lose their last digits in JSON; the call's key
// then tells.
static const char *typed(const cJSON *value, char *room, size_t size)
{
    if (cJSON_IsString(value))
        return value->valuestring;
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value) ? "true" : "false";
    if (!cJSON_IsNumber(value))
        return NULL;
    snprintf(room, size, "%.17g", value->valuedouble);
    return room;
}

// What does not concern a single call, or belongs to the process that ran.
static bool is_left_out(enum option_id id)
{
    return id == OPTION_API_KEY || id == OPTION_OUTPUT || id == OPTION_RETRY ||
           id == OPTION_SETTINGS || id == OPTION_SHOW_SETTINGS || id == OPTION_SUMMARY_JSON ||
           id == OPTION_DRY_RUN;
}

// A proxy's password is not kept; see settings_write_shown.
static bool is_hidden(enum option_id id, const char *text)
{
    return id == OPTION_PROXY && strstr(text, "//***@") != NULL;
}

static bool take_report(struct diagnose_run *run, struct error *why)
{
    const cJSON *all = json_member(run->report, "settings"), *entry;
    cJSON_ArrayForEach(entry, all)
    {
        char room[40];
        const char *text = typed(json_member(entry, "value"), room, sizeof room);
        const char *from = json_text(entry, "from");
        const struct option_entry *option = option_find(entry->string, FOR_GENERATE);
        if (text == NULL || option == NULL || is_left_out(option->id) ||
            (from != NULL && strcmp(from, "default") == 0))
            continue;
        if (is_hidden(option->id, text))
            continue;
        // The report has the text itself; "@" at its beginning names no file.
        struct buffer own;
        buffer_init(&own, 4 << 20);
        bool prose = option->type == TYPE_PROSE && text[0] == '@';
        buffer_append_format(&own, "%s%s", prose ? "@" : "", text);
        bool good = buffer_check(&own, "a setting", why) &&
                    settings_offer(&run->settings, option->id, buffer_text(&own), FROM_FILE,
                                   "run.json", why);
        buffer_clear(&own);
        if (!good)
            return error_note(why, "run.json: %s", entry->string);
    }
    run->settings.operand = json_text(run->report, "input"); // stays the report's
    return run->settings.operand != NULL ||
           error_set(why, ERR_INPUT, "run.json does not say what the input was");
}

static bool take_given(struct diagnose_run *run, const struct settings *given, struct error *why)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const struct setting *setting = &given->list[id];
        if (setting->source == FROM_ARGUMENTS && (option_at(id)->commands & FOR_GENERATE) != 0 &&
            !settings_offer(&run->settings, id, setting->text, FROM_ARGUMENTS, setting->from, why))
            return false;
    }
    return true;
}

bool diagnose_run_settings(struct diagnose_run *run, const struct settings *given,
                           char *const *environment, struct error *why)
{
    // Topics of the user's own stand in a settings file alone.
    const char *file = settings_text(given, OPTION_SETTINGS);
    if (!take_report(run, why) || !take_given(run, given, why))
        return false;
    if (file != NULL && !settings_read_file(&run->settings, file, why))
        return false;
    const char *proxy =
        json_text(json_member(json_member(run->report, "settings"), "proxy"), "value");
    if (proxy != NULL && is_hidden(OPTION_PROXY, proxy) &&
        settings_text(&run->settings, OPTION_PROXY) == NULL)
        return error_set(why, ERR_SETTINGS,
                         "the run went through the proxy %s, whose password run.json does not "
                         "hold; give --proxy again",
                         proxy);
    if (settings_text(&run->settings, OPTION_SETTINGS) != NULL)
        settings_drop(&run->settings, OPTION_SETTINGS);
    return settings_read_defaults(&run->settings, why) && settings_complete(&run->settings, why) &&
           endpoints_read(&run->settings, environment, run->endpoints, why) &&
           (run->endpoints->count > 0 || access_choose(&run->settings, environment, true, why));
}
