#include "access.h"

#include "endpoint.h"
#include "log.h"
#include "secret.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FROM_BYTES = 400, KEY_FILE_BYTES = 16384 };

static bool settle_conflicts(struct settings *settings, struct error *why);
static bool choose_by_variable(struct settings *settings, char *const *environment, bool required,
                               struct error *why);
static const struct endpoint_preset *preset_of(const struct settings *settings);
static bool take_customary_url(struct settings *settings, const struct endpoint_preset *preset,
                               char *const *environment, struct error *why);
static bool choose_key(struct settings *settings, const struct endpoint_preset *preset,
                       char *const *environment, struct error *why);
static bool keep_key(struct settings *settings, const char *key, enum setting_source source,
                     const char *from, struct error *why);
static bool key_from_file(struct settings *settings, struct error *why);

bool access_is_builtin(const struct settings *settings)
{
    const char *endpoint = settings_text(settings, OPTION_ENDPOINT);
    return endpoint != NULL && strcasecmp(endpoint, "builtin") == 0;
}

bool access_choose(struct settings *settings, char *const *environment, bool required,
                   struct error *why)
{
    if (!settle_conflicts(settings, why))
        return false;
    if (settings_text(settings, OPTION_ENDPOINT) == NULL &&
        settings_text(settings, OPTION_BASE_URL) == NULL &&
        !choose_by_variable(settings, environment, required, why))
        return false;
    if (access_is_builtin(settings)) {
        settings_drop(settings, OPTION_API_KEY);
        return true;
    }
    const struct endpoint_preset *preset = preset_of(settings);
    return take_customary_url(settings, preset, environment, why) &&
           choose_key(settings, preset, environment, why);
}

static bool choose_own_key(struct settings *settings, const struct endpoint_preset *preset,
                           const char *key_variable, char *const *environment, struct error *why)
{
    char from[FROM_BYTES];
    const char *variable = key_variable != NULL ? key_variable
                           : preset != NULL     ? preset->key_variable
                                                : NULL;
    if (key_variable == NULL && settings->list[OPTION_API_KEY_FILE].text != NULL)
        return key_from_file(settings, why);
    const char *key = variable != NULL ? settings_variable(environment, variable) : NULL;
    if (key == NULL)
        return key_variable == NULL ||
               error_set(why, ERR_SETTINGS, "key_variable: %s is not set in the environment",
                         key_variable);
    snprintf(from, sizeof from, "environment %s", variable);
    return keep_key(settings, key, FROM_ENVIRONMENT, from, why);
}

bool access_choose_own(struct settings *settings, const char *key_variable,
                       char *const *environment, struct error *why)
{
    if (!settle_conflicts(settings, why))
        return false;
    const struct endpoint_preset *preset = preset_of(settings);
    return take_customary_url(settings, preset, environment, why) &&
           choose_own_key(settings, preset, key_variable, environment, why);
}

static bool settle_conflicts(struct settings *settings, struct error *why)
{
    const struct setting *endpoint = &settings->list[OPTION_ENDPOINT];
    const struct setting *base = &settings->list[OPTION_BASE_URL];
    if (endpoint->text == NULL || base->text == NULL)
        return true;
    if (base->source < endpoint->source) {
        log_note("The base URL (%s) is left aside: --endpoint %s is nearer (%s).", base->from,
                 endpoint->text, endpoint->from);
        settings_drop(settings, OPTION_BASE_URL);
        return true;
    }
    bool preset = endpoint_preset_find(endpoint->text) != NULL;
    if (!preset && base->source > endpoint->source) {
        log_note("The endpoint %s (%s) is left aside: the base URL is nearer (%s).", endpoint->text,
                 endpoint->from, base->from);
        settings_drop(settings, OPTION_ENDPOINT);
        return true;
    }
    return preset ||
           error_set(why, ERR_SETTINGS,
                     "endpoint \"%s\" and a base URL are both given (%s): a base URL goes with the "
                     "name of a provider, or stands alone; take one of them away",
                     endpoint->text, base->from);
}

// A variable that is set and not empty.
static const char *filled(char *const *environment, const char *name)
{
    const char *value = name != NULL ? settings_variable(environment, name) : NULL;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool same_name(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

// Adds a preset that a variable points at, unless one with the same variable is there already.
static void add_candidate(const struct endpoint_preset *preset,
                          const struct endpoint_preset **candidates, size_t *count, size_t room)
{
    for (size_t i = 0; i < *count; i++)
        if (same_name(candidates[i]->key_variable, preset->key_variable))
            return;
    if (*count < room)
        candidates[(*count)++] = preset;
}

static bool refuse_many(const struct endpoint_preset **candidates, size_t count, struct error *why)
{
    char list[400] = "";
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s--endpoint %s", i > 0 ? " or " : "",
                 candidates[i]->name);
    }
    return error_set(why, ERR_SETTINGS,
                     "the variables of %zu providers are set, and no endpoint says which is meant: "
                     "give %s",
                     count, list);
}

static bool choose_by_variable(struct settings *settings, char *const *environment, bool required,
                               struct error *why)
{
    const struct endpoint_preset *candidates[16], *preset;
    size_t count = 0;
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL; i++)
        if (filled(environment, preset->key_variable) != NULL ||
            filled(environment, preset->url_variable) != NULL)
            add_candidate(preset, candidates, &count, 16);
    if (count == 1) {
        const char *variable = filled(environment, candidates[0]->key_variable) != NULL
                                   ? candidates[0]->key_variable
                                   : candidates[0]->url_variable;
        char from[FROM_BYTES];
        snprintf(from, sizeof from, "environment %s", variable);
        log_note("Endpoint: %s, because %s is set.", candidates[0]->name, variable);
        return settings_offer(settings, OPTION_ENDPOINT, candidates[0]->name, FROM_ENVIRONMENT,
                              from, why);
    }
    if (!required)
        return true;
    if (count > 1)
        return refuse_many(candidates, count, why);
    const struct setting *key = &settings->list[OPTION_API_KEY];
    return error_set(why, ERR_SETTINGS,
                     "no endpoint is set%s. Give --endpoint NAME with the key in the provider's "
                     "variable (OPENAI_API_KEY for --endpoint openai), or --base-url "
                     "http://localhost:8000/v1 for a server of your own; --endpoint builtin needs "
                     "neither key nor network",
                     key->text != NULL ? ", only a key (VQAGEN_API_KEY)" : "");
}

// The preset by name, or by the address that is called.
static const struct endpoint_preset *preset_of(const struct settings *settings)
{
    const char *endpoint = settings_text(settings, OPTION_ENDPOINT);
    return endpoint_preset_meant(
        endpoint, endpoint != NULL ? NULL : settings_text(settings, OPTION_BASE_URL));
}

static bool take_customary_url(struct settings *settings, const struct endpoint_preset *preset,
                               char *const *environment, struct error *why)
{
    const char *endpoint = settings_text(settings, OPTION_ENDPOINT);
    if (preset == NULL || !same_name(endpoint, preset->name) ||
        settings->list[OPTION_BASE_URL].source >= FROM_ENVIRONMENT)
        return true;
    const char *url = filled(environment, preset->url_variable);
    if (url == NULL)
        return true;
    char from[FROM_BYTES];
    snprintf(from, sizeof from, "environment %s", preset->url_variable);
    if (settings_offer(settings, OPTION_BASE_URL, url, FROM_ENVIRONMENT, from, why))
        return true;
    why->kind = ERR_SETTINGS;
    return error_note(why, "%s", preset->url_variable);
}

static bool keep_key(struct settings *settings, const char *key, enum setting_source source,
                     const char *from, struct error *why)
{
    struct setting *setting = &settings->list[OPTION_API_KEY];
    settings_drop(settings, OPTION_API_KEY);
    secret_register(key);
    // Not by settings_offer: an empty key must reach endpoint_init, which says what is wrong.
    setting->text = text_copy(key);
    setting->from = text_copy(from);
    setting->source = source;
    return (setting->text != NULL && setting->from != NULL) ||
           error_set(why, ERR_MEMORY, "no memory for a setting");
}

static bool key_from_file(struct settings *settings, struct error *why)
{
    const struct setting *file = &settings->list[OPTION_API_KEY_FILE];
    char from[FROM_BYTES];
    snprintf(from, sizeof from, "key file %s (%s)", file->text, file->from);
    char *key = access_read_key(file->text, true, why);
    if (key == NULL)
        return error_note(why, "--api-key-file");
    bool good = keep_key(settings, key, file->source, from, why);
    explicit_bzero(key, strlen(key));
    free(key);
    return good;
}

static bool choose_key(struct settings *settings, const struct endpoint_preset *preset,
                       char *const *environment, struct error *why)
{
    enum setting_source file = settings->list[OPTION_API_KEY_FILE].source;
    const char *general = settings_variable(environment, "VQAGEN_API_KEY");
    const char *customary = preset != NULL && preset->key_variable != NULL
                                ? settings_variable(environment, preset->key_variable)
                                : NULL;
    char from[FROM_BYTES];
    if (file == FROM_ARGUMENTS)
        return key_from_file(settings, why);
    if (general != NULL && (general[0] != '\0' || (file == FROM_NOWHERE && customary == NULL)))
        return keep_key(settings, general, FROM_ENVIRONMENT, "environment VQAGEN_API_KEY", why);
    if (file == FROM_ENVIRONMENT)
        return key_from_file(settings, why);
    if (customary != NULL && (customary[0] != '\0' || file == FROM_NOWHERE)) {
        snprintf(from, sizeof from, "environment %s", preset->key_variable);
        return keep_key(settings, customary, FROM_ENVIRONMENT, from, why);
    }
    if (file != FROM_NOWHERE)
        return key_from_file(settings, why);
    if (preset == NULL && settings_text(settings, OPTION_BASE_URL) != NULL &&
        filled(environment, "OPENAI_API_KEY") != NULL)
        log_note("OPENAI_API_KEY is not sent to %s. If it is meant for that address, add "
                 "--endpoint openai; any other key goes into VQAGEN_API_KEY.",
                 settings_text(settings, OPTION_BASE_URL));
    return true;
}

// "~/x" in a settings file or variable, where no shell has replaced it.
static char *expand_home(const char *path)
{
    const char *home = getenv("HOME");
    if (!text_starts(path, "~/") || home == NULL)
        return text_copy(path);
    size_t room = strlen(home) + strlen(path);
    char *expanded = malloc(room);
    if (expanded != NULL)
        snprintf(expanded, room, "%s%s", home, path + 1);
    return expanded;
}

static bool check_private(int file, const char *path, struct error *why)
{
    struct stat facts;
    if (fstat(file, &facts) != 0)
        return error_set_errno(why, ERR_SETTINGS, "cannot read %s", path);
    if ((facts.st_mode & 077) != 0)
        return error_set(why, ERR_SETTINGS,
                         "%s may be used by others (mode %03o): make it private with chmod 600 %s",
                         path, facts.st_mode & 0777u, path);
    if (facts.st_uid != geteuid() && facts.st_uid != 0)
        return error_set(why, ERR_SETTINGS,
                         "%s belongs to another user (%u): a key file must be your own", path,
                         (unsigned)facts.st_uid);
    return true;
}

// Whatever can be read, so that a pipe, as in <(pass show key), is fine.
static bool read_some(int file, char *bytes, size_t room, size_t *length)
{
    *length = 0;
    while (*length < room) {
        ssize_t got = read(file, bytes + *length, room - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        *length += (size_t)got;
    }
    errno = EFBIG;
    return false;
}

char *access_read_key(const char *path, bool private_only, struct error *why)
{
    char *expanded = expand_home(path);
    if (expanded == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a path");
        return NULL;
    }
    char bytes[KEY_FILE_BYTES], *key = NULL;
    size_t length = 0;
    int file = open(expanded, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        error_set_errno(why, ERR_SETTINGS, "cannot open %s", expanded);
    } else if (!private_only || check_private(file, expanded, why)) {
        if (!read_some(file, bytes, sizeof bytes - 1, &length))
            error_set_errno(why, ERR_SETTINGS, "cannot read %s", expanded);
        else if (memchr(bytes, '\0', length) != NULL)
            error_set(why, ERR_SETTINGS, "%s is not a text file", expanded);
        else if ((key = text_copy_length(bytes, length)) == NULL)
            error_set(why, ERR_MEMORY, "no memory for a key");
    }
    explicit_bzero(bytes, sizeof bytes);
    if (file >= 0)
        close(file);
    if (key != NULL && text_is_blank(key)) {
        error_set(why, ERR_SETTINGS, "%s is empty", expanded);
        free(key);
        key = NULL;
    }
    free(expanded);
    return key != NULL ? text_trim(key) : NULL;
}
