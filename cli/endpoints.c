#include "endpoints.h"

#include "access.h"
#include "log.h"
#include "nearest.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Those that an entry shares with all, when it does not say otherwise.
static const enum option_id common[] = {
    OPTION_MODEL,           OPTION_MODEL_NAME,          OPTION_CONCURRENCY,
    OPTION_MAX_CONCURRENCY, OPTION_REQUESTS_PER_MINUTE, OPTION_TOKENS_PER_MINUTE};

// Those that an entry may set.
static const enum option_id own[] = {
    OPTION_ENDPOINT,         OPTION_BASE_URL,    OPTION_MODEL,           OPTION_MODEL_NAME,
    OPTION_API_KEY_FILE,     OPTION_CONCURRENCY, OPTION_MAX_CONCURRENCY, OPTION_REQUESTS_PER_MINUTE,
    OPTION_TOKENS_PER_MINUTE};

enum { OWN = sizeof own / sizeof own[0], COMMON = sizeof common / sizeof common[0] };
enum { MAX_WEIGHT = 1000, FROM_BYTES = 320 };

static bool settle_conflict(struct settings *settings, struct error *why);
static bool read_entry(const struct settings *settings, char *text, char *const *environment,
                       struct endpoint_entry *entry, struct error *why);

bool endpoints_read(struct settings *settings, char *const *environment,
                    struct endpoints *endpoints, struct error *why)
{
    *endpoints = (struct endpoints){0};
    if (!settle_conflict(settings, why))
        return false;
    const struct setting *setting = &settings->list[OPTION_ENDPOINTS];
    if (setting->text == NULL)
        return true;
    char *text = text_copy(setting->text), *rest = text, *line;
    bool good = text != NULL || error_set(why, ERR_MEMORY, "no memory for the endpoints");
    while (good && (line = strsep(&rest, "\n")) != NULL) {
        if (endpoints->count == MAX_UPSTREAMS) {
            good = error_set(why, ERR_SETTINGS, "endpoints: more than %d are given", MAX_UPSTREAMS);
            break;
        }
        good = read_entry(settings, line, environment, &endpoints->list[endpoints->count++], why);
        if (!good) {
            if (setting->source != FROM_ARGUMENTS && why->kind == ERR_USAGE)
                why->kind = ERR_SETTINGS;
            error_note(why, "endpoints (%s), number %zu", setting->from, endpoints->count);
        }
    }
    free(text);
    return good;
}

void endpoints_clear(struct endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        settings_clear(&endpoints->list[i].settings);
        free(endpoints->list[i].name);
        free(endpoints->list[i].key_variable);
    }
    endpoints->count = 0;
}

static bool settle_conflict(struct settings *settings, struct error *why)
{
    const struct setting *many = &settings->list[OPTION_ENDPOINTS];
    const struct setting *one = &settings->list[OPTION_ENDPOINT];
    if (one->text == NULL || settings->list[OPTION_BASE_URL].source > one->source)
        one = &settings->list[OPTION_BASE_URL];
    if (many->text == NULL || one->text == NULL)
        return true;
    if (one->source > many->source) {
        log_note("The list of endpoints (%s) is left aside: %s is nearer (%s).", many->from,
                 one->text, one->from);
        settings_drop(settings, OPTION_ENDPOINTS);
        return true;
    }
    if (one->source == many->source)
        return error_set(why, ERR_SETTINGS,
                         "a list of endpoints and --endpoint or --base-url are both given (%s): "
                         "write that one into the list as well, or take one of the two away",
                         one->from);
    log_note("%s (%s) is left aside: the list of endpoints is nearer (%s).", one->text, one->from,
             many->from);
    settings_drop(settings, OPTION_ENDPOINT);
    settings_drop(settings, OPTION_BASE_URL);
    return true;
}

static bool take_weight(struct endpoint_entry *entry, const char *value, struct error *why)
{
    long long weight;
    if (!text_to_integer(value, &weight) || weight < 1 || weight > MAX_WEIGHT)
        return error_set(why, ERR_USAGE, "weight: \"%.40s\" is not a whole number from 1 to %d",
                         value, MAX_WEIGHT);
    entry->weight = (unsigned)weight;
    return true;
}

static bool take_role(struct endpoint_entry *entry, const char *value, struct error *why)
{
    entry->fallback = strcmp(value, "fallback") == 0;
    return entry->fallback || strcmp(value, "primary") == 0 ||
           error_set(why, ERR_USAGE, "role: \"%.40s\" is neither primary nor fallback", value);
}

static bool take_text(char **text, const char *value, struct error *why)
{
    free(*text);
    *text = text_copy(value);
    return *text != NULL || error_set(why, ERR_MEMORY, "no memory for a setting");
}

static bool same_key(const char *key, const char *name)
{
    for (; *key != '\0' && *name != '\0'; key++, name++)
        if (*key != *name && !(strchr("-_", *key) != NULL && strchr("-_", *name) != NULL))
            return false;
    return *key == *name;
}

static bool refuse_key(const char *key, struct error *why)
{
    if (same_key(key, "api_key") || same_key(key, "key"))
        return error_set(why, ERR_USAGE,
                         "%s: a key is given by the name of its environment variable, "
                         "key_variable=NAME, or of a private file, api_key_file=PATH",
                         key);
    static const char *const names[] = {"weight", "role", "name", "key_variable", "price"};
    struct nearest nearest = {.name = key};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        nearest_offer(&nearest, names[i]);
    for (size_t i = 0; i < OWN; i++)
        nearest_offer(&nearest, option_at(own[i])->name);
    return error_set(why, ERR_USAGE, "there is no \"%.40s\"%s%s; the keys are " ENDPOINTS_KEYS, key,
                     nearest.best != NULL ? "; did you mean " : "",
                     nearest.best != NULL ? nearest.best : "");
}

static bool take_pair(struct endpoint_entry *entry, const char *key, const char *value,
                      const char *from, struct error *why)
{
    if (text_is_blank(value))
        return error_set(why, ERR_USAGE, "%s has no value", key);
    if (same_key(key, "weight"))
        return take_weight(entry, value, why);
    if (same_key(key, "role"))
        return take_role(entry, value, why);
    if (same_key(key, "price")) {
        entry->priced = true;
        bool good = price_read(value, &entry->price, why);
        entry->price.source = "--endpoints";
        return good || error_note(why, "price, as in price=0.15/0.60");
    }
    if (same_key(key, "name"))
        return take_text(&entry->name, value, why);
    if (same_key(key, "key_variable"))
        return take_text(&entry->key_variable, value, why);
    for (size_t i = 0; i < OWN; i++) {
        if (!same_key(key, option_at(own[i])->name))
            continue;
        entry->own_concurrency |= own[i] == OPTION_CONCURRENCY;
        return settings_offer(&entry->settings, own[i], value, FROM_ARGUMENTS, from, why) ||
               error_note(why, "%s", key);
    }
    return refuse_key(key, why);
}

static bool take_common(const struct settings *settings, struct endpoint_entry *entry,
                        struct error *why)
{
    for (size_t i = 0; i < COMMON; i++) {
        const struct setting *setting = &settings->list[common[i]];
        if (setting->text != NULL && !settings_offer(&entry->settings, common[i], setting->text,
                                                     FROM_DEFAULT, setting->from, why))
            return false;
    }
    return true;
}

// "gpu2:8000" stands for itself, "weight=2" for a pair; an address may hold a '='.
static char *value_of(char *word)
{
    char *sign = strchr(word, '=');
    if (sign == NULL || strncasecmp(word, "http://", 7) == 0 ||
        strncasecmp(word, "https://", 8) == 0)
        return NULL;
    *sign = '\0';
    return sign + 1;
}

static bool read_entry(const struct settings *settings, char *text, char *const *environment,
                       struct endpoint_entry *entry, struct error *why)
{
    char from[FROM_BYTES], *rest = text, *word;
    snprintf(from, sizeof from, "endpoints (%s)", settings->list[OPTION_ENDPOINTS].from);
    *entry = (struct endpoint_entry){.weight = 1};
    settings_init(&entry->settings, FOR_GENERATE);
    while ((word = strsep(&rest, ",")) != NULL) {
        char *value = value_of(word);
        const char *key = text_trim(word);
        if (!take_pair(entry, value != NULL ? key : "endpoint",
                       value != NULL ? text_trim(value) : key, from, why))
            return false;
    }
    if (settings_text(&entry->settings, OPTION_ENDPOINT) == NULL &&
        settings_text(&entry->settings, OPTION_BASE_URL) == NULL)
        return error_set(why, ERR_USAGE, "neither endpoint nor base_url is given");
    if (access_is_builtin(&entry->settings))
        return error_set(why, ERR_USAGE,
                         "the built-in model stands alone: give --endpoint builtin");
    return take_common(settings, entry, why) &&
           access_choose_own(&entry->settings, entry->key_variable, environment, why);
}
