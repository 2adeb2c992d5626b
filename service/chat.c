#include "chat_state.h"

#include "text.h"
#include "workers.h"

#include <stdlib.h>
#include <string.h>

enum { REMEMBERED_PICTURES = 8192, MAX_THREADS = 4, USUAL_PREFIXES = 65536 };

static bool read_settings(struct chat *chat, const struct simulator_settings *settings,
                          struct error *why);
static bool read_words(struct chat *chat, const struct simulator_settings *settings,
                       struct error *why);
static bool make_parts(struct chat *chat, const struct simulator_settings *settings,
                       struct error *why);

struct chat *chat_new(const struct simulator_settings *settings, struct error *why)
{
    struct chat *chat = calloc(1, sizeof *chat);
    if (chat == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the simulator");
        return NULL;
    }
    if (read_settings(chat, settings, why) && read_words(chat, settings, why) &&
        make_parts(chat, settings, why))
        return chat;
    chat_free(chat);
    return NULL;
}

void chat_free(struct chat *chat)
{
    if (chat == NULL)
        return;
    if (chat->log != NULL)
        fclose(chat->log);
    ledger_free(chat->ledger);
    pictures_free(chat->pictures);
    fingerprinter_free(chat->fingerprinter);
    repertoire_free(chat->repertoire);
    fault_plan_clear(&chat->faults);
    capacity_clear(&chat->capacity);
    rate_limits_free(chat->limits);
    free(chat->key);
    free(chat->path);
    free(chat->model_names);
    free(chat->refused_names);
    free(chat->models);
    free(chat->refused);
    free(chat);
}

static bool read_settings(struct chat *chat, const struct simulator_settings *settings,
                          struct error *why)
{
    static const char *const modes[] = {"schema", "object", "none"};
    const char *structured = settings->structured != NULL ? settings->structured : "schema";
    const char *answers = settings->answers != NULL ? settings->answers : "look";
    size_t mode = 0;
    while (mode < 3 && strcmp(structured, modes[mode]) != 0)
        mode++;
    if (mode == 3)
        return error_set(why, ERR_SETTINGS,
                         "structured output \"%s\" is none of schema, object, none", structured);
    chat->canned = strcmp(answers, "canned") == 0;
    if (!chat->canned && strcmp(answers, "look") != 0)
        return error_set(why, ERR_SETTINGS, "answers \"%s\" are none of look, canned", answers);
    chat->blind = settings->blind;
    chat->early = settings->early;
    chat->fault_models = settings->fault_models;
    chat->conditions = settings->conditions;
    chat->max_body = settings->max_body_bytes > 0 && settings->max_body_bytes < MAX_BODY
                         ? settings->max_body_bytes
                         : MAX_BODY;
    chat->rules.structured = (enum structured_mode)mode;
    chat->rules.strict = settings->strict;
    chat->seed = settings->seed;
    if (settings->tokens_per_second > 0)
        chat->token_ns = 1000000000 / settings->tokens_per_second;
    return capacity_parse(settings->capacity, settings->capacity_mode, &chat->capacity, why) &&
           latency_parse(settings->latency, &chat->latency, why) &&
           fault_plan_init(&chat->faults, settings->faults, settings->fault_count, why);
}

static bool make_parts(struct chat *chat, const struct simulator_settings *settings,
                       struct error *why)
{
    chat->key = text_copy(settings->key);
    chat->path = text_copy(settings->path);
    if ((settings->key != NULL && chat->key == NULL) ||
        (settings->path != NULL && chat->path == NULL))
        return error_set(why, ERR_MEMORY, "no memory for the simulator");
    if (settings->requests_per_minute > 0 || settings->tokens_per_minute > 0) {
        chat->limits =
            rate_limits_new(settings->requests_per_minute, settings->tokens_per_minute, why);
        if (chat->limits == NULL)
            return false;
    }
    if ((chat->repertoire = repertoire_new(why)) == NULL ||
        (chat->fingerprinter = fingerprinter_new(why)) == NULL ||
        (chat->pictures = pictures_new(!chat->canned, REMEMBERED_PICTURES, why)) == NULL ||
        (chat->ledger = ledger_new(
             settings->cache_images > 0 ? settings->cache_images : USUAL_PREFIXES, why)) == NULL)
        return false;
    chat->rules.models = chat->models;
    chat->rules.refused = chat->refused;
    chat->rules.fingerprinter = chat->fingerprinter;
    chat->rules.pictures = chat->pictures;
    if (settings->log != NULL && (chat->log = fopen(settings->log, "ae")) == NULL)
        return error_set_errno(why, ERR_SETTINGS, "cannot write the log %s", settings->log);
    return true;
}

// The parts of a list with commas, which are cut out of a copy of it. False: no memory.
static bool split(const char *text, char **copy, char ***list, size_t *count)
{
    *count = 0;
    if (text == NULL)
        return true;
    size_t room = 1;
    for (const char *c = text; *c != '\0'; c++)
        room += *c == ',';
    *copy = text_copy(text);
    *list = calloc(room, sizeof **list);
    char *rest = *copy;
    for (char *part; *list != NULL && (part = strsep(&rest, ",")) != NULL;)
        if (!text_is_blank(part))
            (*list)[(*count)++] = text_trim(part);
    return *copy != NULL && *list != NULL;
}

// What is said by names: whom it plays, models, parameters, paths.
static bool read_words(struct chat *chat, const struct simulator_settings *settings,
                       struct error *why)
{
    static const struct {
        const char *name, *kind;
    } ways[] = {{"own", "not-found"},
                {"html", "not-found-html"},
                {"plain", "not-found-plain"},
                {"fastapi", "not-found-detail"}};
    const char *way = settings->path_error != NULL ? settings->path_error : "own";
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].name, way) == 0)
            chat->not_found = ways[i].kind;
    if (chat->not_found == NULL)
        return error_set(why, ERR_SETTINGS,
                         "the path error \"%s\" is none of own, html, plain, fastapi", way);
    if (settings->play != NULL && (chat->player = player_find(settings->play)) == NULL)
        return error_set(why, ERR_SETTINGS, "the simulator cannot play \"%s\"", settings->play);
    return (split(settings->model, &chat->model_names, &chat->models, &chat->rules.model_count) &&
            split(settings->refuse_parameters, &chat->refused_names, &chat->refused,
                  &chat->rules.refused_count)) ||
           error_set(why, ERR_MEMORY, "no memory for the simulator");
}

struct ledger *chat_ledger(struct chat *chat)
{
    return chat->ledger;
}

const struct capacity *chat_capacity(const struct chat *chat)
{
    return &chat->capacity;
}

size_t chat_max_body(const struct chat *chat)
{
    return chat->max_body;
}

bool chat_early(const struct chat *chat)
{
    return chat->early;
}

const char *chat_path(const struct chat *chat)
{
    return chat->path;
}

// Decoding pictures is worth more threads; canned answers cost less than threads that share.
unsigned chat_threads(const struct chat *chat)
{
    unsigned processors = workers_processors();
    return chat->canned ? 1 : processors < MAX_THREADS ? processors : MAX_THREADS;
}
