// The command line by getopt_long, whose tables are made from the option table.
#include "command.h"
#include "nearest.h"
#include "settings.h"
#include "text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What getopt_long returns for an option's long name, its "no-" form, and one that may not be given
// there. Letters are returned as they are, all below these.
enum { CODE_SET = 1000, CODE_UNSET = 2000, CODE_REFUSED = 3000 };
enum { NAME_BYTES = 40 };

struct tables {
    struct option long_names[2 * OPTION_COUNT + 1];
    char negated[OPTION_COUNT][NAME_BYTES]; // "no-quiet"
    char letters[2 * OPTION_COUNT + 2];
};

static void fill_tables(struct tables *tables, unsigned command);
static bool take(struct settings *settings, int code, char **arguments, struct error *why);
static bool take_operands(struct settings *settings, int count, char **arguments,
                          struct error *why);
static bool refuse_key(struct error *why);
static bool refuse_unknown(const struct settings *settings, const char *argument,
                           struct error *why);
static bool refuse_misused(const struct settings *settings, int code, bool missing,
                           struct error *why);
static bool is_whole_name(const struct tables *tables, int code, char **arguments);

bool settings_read_arguments(struct settings *settings, int count, char **arguments,
                             struct error *why)
{
    struct tables *tables = calloc(1, sizeof *tables);
    if (tables == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the command line");
    fill_tables(tables, settings->command);
    bool good = true;
    optind = 0; // begins anew, also after an earlier use
    opterr = 0;
    while (good) {
        int code = getopt_long(count, arguments, tables->letters, tables->long_names, NULL);
        if (code == -1)
            break;
        if (code == ':')
            good = refuse_misused(settings, optopt, true, why);
        else if (code == '?' && optopt >= CODE_SET)
            good = refuse_misused(settings, optopt, false, why);
        else if (code == '?' && optopt != 0) {
            char letter[] = {'-', (char)optopt, '\0'};
            good = refuse_unknown(settings, letter, why);
        } else if (code == '?' || !is_whole_name(tables, code, arguments))
            good = refuse_unknown(settings,
                                  arguments[optind - 1] == optarg ? arguments[optind - 2]
                                                                  : arguments[optind - 1],
                                  why);
        else
            good = take(settings, code, arguments, why);
        if (good && settings_switch(settings, OPTION_HELP))
            break;
    }
    free(tables);
    if (!good || settings_switch(settings, OPTION_HELP))
        return good;
    return take_operands(settings, count, arguments, why);
}

static void fill_tables(struct tables *tables, unsigned command)
{
    struct option *next = tables->long_names;
    char *letter = tables->letters;
    *letter++ = ':'; // tells a missing value from an unknown option
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *entry = option_at((enum option_id)id);
        if ((entry->commands & command) == 0)
            continue;
        if ((entry->flags & OPTION_NO_ARGV) != 0) {
            *next++ = (struct option){entry->name, optional_argument, NULL, CODE_REFUSED + id};
            continue;
        }
        bool is_switch = entry->argument == NULL;
        int argument = is_switch                ? no_argument
                       : entry->implied != NULL ? optional_argument
                                                : required_argument;
        *next++ = (struct option){entry->name, argument, NULL, CODE_SET + id};
        if (is_switch && id != OPTION_HELP) {
            snprintf(tables->negated[id], NAME_BYTES, "no-%s", entry->name);
            *next++ = (struct option){tables->negated[id], no_argument, NULL, CODE_UNSET + id};
        }
        if (entry->letter != 0) {
            *letter++ = entry->letter;
            if (!is_switch)
                *letter++ = ':';
        }
    }
}

static int id_of_code(const struct settings *settings, int code)
{
    if (code >= CODE_SET)
        return code % CODE_SET;
    for (int id = 0; id < OPTION_COUNT; id++)
        if ((option_at((enum option_id)id)->commands & settings->command) != 0 &&
            option_at((enum option_id)id)->letter == code)
            return id;
    return OPTION_COUNT;
}

// The value of an option that may stand alone: what follows it, if that is one of its choices.
static const char *implied_value(const struct option_entry *entry, char **arguments)
{
    struct value value;
    const char *next = arguments[optind];
    if (next == NULL || !value_parse(entry, next, &value, NULL))
        return entry->implied;
    optind++;
    return next;
}

static bool take(struct settings *settings, int code, char **arguments, struct error *why)
{
    enum option_id id = (enum option_id)id_of_code(settings, code);
    if (code >= CODE_REFUSED)
        return refuse_key(why);
    const struct option_entry *entry = option_at(id);
    const char *text = entry->argument != NULL ? optarg : code >= CODE_UNSET ? "false" : "true";
    // "-model x" is -m with the value "odel" to getopt.
    const char *typed = arguments[optind - 1];
    if (text == NULL)
        text = implied_value(entry, arguments);
    if (code < CODE_SET && typed[0] == '-' && option_find(typed + 1, settings->command) != NULL)
        return error_set(why, ERR_USAGE, "%s: long names take two dashes: -%s", typed, typed);
    // "--output --limit 5" most likely lacks the folder.
    if (entry->argument != NULL && optarg == arguments[optind - 1] && text_starts(text, "--") &&
        option_find(text + 2, settings->command) != NULL)
        return error_set(why, ERR_USAGE, "--%s needs a value (%s), but %s follows it", entry->name,
                         entry->argument, text);
    if (!settings_offer(settings, id, text, FROM_ARGUMENTS, "command line", why))
        return error_note(why, "--%s", entry->name);
    return true;
}

// getopt_long takes any unambiguous beginning of a name. We do not: a script that uses one breaks
// with the next option that is added, and "--api-ke VALUE" would be read as a file's name.
static bool is_whole_name(const struct tables *tables, int code, char **arguments)
{
    if (code < CODE_SET)
        return true;
    const char *typed =
        arguments[optind - 1] == optarg ? arguments[optind - 2] : arguments[optind - 1];
    size_t length = strcspn(typed + 2, "=");
    for (const struct option *known = tables->long_names; known->name != NULL; known++)
        if (known->val == code)
            return strlen(known->name) == length && strncmp(known->name, typed + 2, length) == 0;
    return true;
}

static bool refuse_key(struct error *why)
{
    return error_set(
        why, ERR_USAGE,
        "a key is not taken from the command line, where every user of the machine can "
        "read it (ps) and the shell keeps it in its history. Set VQAGEN_API_KEY or the "
        "provider's own variable, or put the key into a file that only you can read "
        "(chmod 600) and give --api-key-file FILE. If it was a real key, replace it");
}

static bool is_word_for_key(const char *name)
{
    static const char *const words[] = {"key",       "apikey",   "token",
                                        "api-token", "password", "secret"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return nearest_distance(name, "api-key") <= 1;
}

// argument: "--name", "--name=value" or "-x". The value is left out of the message: it may be a
// secret.
static bool refuse_unknown(const struct settings *settings, const char *argument, struct error *why)
{
    const char *command = command_of(settings->command)->name;
    if (!text_starts(argument, "--"))
        return error_set(why, ERR_USAGE, "%s is not an option of %s; `vqagen help %s` lists them",
                         argument, command, command);
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
    if (settings->command == FOR_GENERATE && is_word_for_key(name))
        return refuse_key(why);
    const char *nearest = option_nearest(name, settings->command);
    if (nearest != NULL)
        return error_set(why, ERR_USAGE, "--%s is not an option of %s; did you mean --%s?", name,
                         command, nearest);
    return error_set(why, ERR_USAGE, "--%s is not an option of %s; `vqagen help %s` lists them",
                     name, command, command);
}

static bool refuse_misused(const struct settings *settings, int code, bool missing,
                           struct error *why)
{
    int id = id_of_code(settings, code);
    if (id == OPTION_COUNT)
        return error_set(why, ERR_USAGE, "-%c is not an option", code);
    const struct option_entry *entry = option_at((enum option_id)id);
    const char *example = entry->example != NULL ? entry->example : entry->initial;
    if (!missing)
        return error_set(why, ERR_USAGE, "--%s takes no value", entry->name);
    if (example == NULL)
        return error_set(why, ERR_USAGE, "--%s needs a value: %s", entry->name, entry->argument);
    return error_set(why, ERR_USAGE, "--%s needs a value, for example --%s %s", entry->name,
                     entry->name, example);
}

static bool take_operands(struct settings *settings, int count, char **arguments, struct error *why)
{
    const struct command *command = command_of(settings->command);
    int given = count - optind;
    if (given == 0)
        return true;
    if (command->operand == NULL)
        return error_set(why, ERR_USAGE, "%s takes no argument, but \"%s\" is given", command->name,
                         arguments[optind]);
    if (given > 1 && !command->operand_repeats)
        return error_set(why, ERR_USAGE, "%s takes one %s, but \"%s\" and \"%s\" are given%s",
                         command->name, command->operand, arguments[optind], arguments[optind + 1],
                         settings->command == FOR_GENERATE
                             ? ": give the folder that holds them, or a file of questions that "
                               "names them"
                             : "");
    settings->operands = calloc((size_t)given, sizeof *settings->operands);
    bool good = settings->operands != NULL;
    for (int i = 0; good && i < given; i++) {
        settings->operands[i] = text_copy(arguments[optind + i]);
        good = settings->operands[i] != NULL;
        settings->operand_count += good;
    }
    if (!good)
        return error_set(why, ERR_MEMORY, "no memory for an argument");
    settings->operand = settings->operands[0];
    return true;
}
