#include "value.h"

#include "question.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool parse_switch(const char *text, bool *yes);
static bool parse_whole(const char *text, uint64_t *number);
static bool in_choices(const char *choices, const char *text);
static bool parse_real(const struct option_entry *option, const char *text, double *real);
static bool parse_shares(const char *text, unsigned shares[2], struct error *why);
static bool is_url(const char *text);

// The message that all refused values share.
static bool refuse(const struct option_entry *option, const char *text, struct error *why)
{
    char phrase[VALUE_PHRASE_BYTES];
    const char *example = option->example != NULL ? option->example : option->initial;
    // A value's text may be anything, also very long.
    int shown = (int)text_cut(text, 80);
    if (example == NULL || option->type == TYPE_CHOICE)
        return error_set(why, ERR_USAGE, "\"%.*s\" is not %s", shown, text,
                         value_phrase(option, phrase));
    return error_set(why, ERR_USAGE, "\"%.*s\" is not %s, for example %s", shown, text,
                     value_phrase(option, phrase), example);
}

bool value_parse(const struct option_entry *option, const char *text, struct value *value,
                 struct error *why)
{
    *value = (struct value){0};
    bool good = true, ranged = false;
    switch (option->type) {
    case TYPE_SWITCH:
        good = parse_switch(text, &value->yes);
        break;
    case TYPE_WHOLE:
        if ((option->flags & OPTION_OR_AUTO) != 0 && strcmp(text, "auto") == 0)
            return true; // 0
        good = parse_whole(text, &value->number);
        ranged = true;
        break;
    case TYPE_SIZE:
        good = value_parse_size(text, &value->number);
        ranged = true;
        break;
    case TYPE_DURATION:
        if ((option->flags & OPTION_OR_NONE) != 0 && strcmp(text, "none") == 0)
            return true; // 0
        good = value_parse_duration(text, &value->number);
        ranged = true;
        break;
    case TYPE_REAL:
        good = parse_real(option, text, &value->real);
        break;
    case TYPE_CHOICE:
        good = in_choices(option->choices, text);
        break;
    case TYPE_URL:
        good = is_url(text);
        break;
    case TYPE_SHARES:
        return parse_shares(text, value->shares, why);
    case TYPE_SHARD:
        good = shard_parse(text, &value->shard);
        break;
    case TYPE_TEXT:
    case TYPE_LIST:
    case TYPE_ENDPOINTS:
    case TYPE_FILE:
    case TYPE_DIRECTORY:
        good = !text_is_blank(text);
        break;
    case TYPE_PROSE:
    case TYPE_JSON:
        break;
    }
    if (ranged && (value->number < option->low || value->number > option->high))
        good = false;
    return good || refuse(option, text, why);
}

static bool parse_switch(const char *text, bool *yes)
{
    static const char *const words[] = {"false", "no", "off", "0", "true", "yes", "on", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *yes = i >= 4;
            return true;
        }
    return false;
}

// strtoull would take signs and blanks.
static bool parse_whole(const char *text, uint64_t *number)
{
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0;
}

static bool in_choices(const char *choices, const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || strchr(text, '|') != NULL)
        return false;
    for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

static bool parse_real(const struct option_entry *option, const char *text, double *real)
{
    if ((option->flags & OPTION_OR_NONE) != 0 && strcmp(text, "none") == 0) {
        *real = -1;
        return true;
    }
    // Digits first: strtod also takes "inf", hexadecimal numbers and signs.
    if (strspn(text, "0123456789.") == 0 || strpbrk(text, "xXpP") != NULL)
        return false;
    return text_to_real(text, real) && *real >= (double)option->low &&
           *real <= (double)option->high;
}

static bool is_url(const char *text)
{
    size_t scheme = text_starts(text, "https://") ? 8 : text_starts(text, "http://") ? 7 : 0;
    return scheme > 0 && text[scheme] != '\0' && strpbrk(text, " \t\r\n\"'<>") == NULL;
}

// A number with a fraction and a unit of the table, as whole units of 1.
struct unit {
    const char *name; // lower case
    double size;
};

static bool parse_measure(const char *text, const struct unit *units, uint64_t *amount)
{
    size_t digits = strspn(text, "0123456789.");
    char number[32];
    if (digits == 0 || digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    double value;
    if (!text_to_real(number, &value))
        return false;
    const char *unit = text + digits;
    unit += strspn(unit, " ");
    for (; units->name != NULL; units++) {
        if (strcasecmp(unit, units->name) != 0)
            continue;
        double whole = nearbyint(value * units->size);
        // Above 2^53 a double is not exact any more; no size or time of ours is there.
        if (whole > 0x1p53)
            return false;
        *amount = (uint64_t)whole;
        return true;
    }
    return false;
}

bool value_parse_size(const char *text, uint64_t *bytes)
{
    static const struct unit units[] = {
        {"", 1},         {"b", 1},        {"k", 1e3},      {"kb", 1e3},     {"m", 1e6},
        {"mb", 1e6},     {"g", 1e9},      {"gb", 1e9},     {"t", 1e12},     {"tb", 1e12},
        {"ki", 0x1p10},  {"kib", 0x1p10}, {"mi", 0x1p20},  {"mib", 0x1p20}, {"gi", 0x1p30},
        {"gib", 0x1p30}, {"ti", 0x1p40},  {"tib", 0x1p40}, {NULL, 0},
    };
    return parse_measure(text, units, bytes);
}

bool value_parse_duration(const char *text, uint64_t *milliseconds)
{
    static const struct unit units[] = {
        {"", 1e3},     {"s", 1e3},    {"sec", 1e3},   {"ms", 1}, {"m", 60e3},
        {"min", 60e3}, {"h", 3600e3}, {"d", 86400e3}, {NULL, 0},
    };
    return parse_measure(text, units, milliseconds);
}

static bool parse_share(const char *part, unsigned shares[2], bool given[2], struct error *why)
{
    char name[64];
    size_t length = strcspn(part, ":");
    snprintf(name, sizeof name, "%.*s", (int)length, part);
    enum question_type type;
    if (!question_type_find(text_trim(name), &type) || type == QUESTION_UNSET)
        return error_set(why, ERR_USAGE,
                         "\"%s\" is not a question type: multiple_choice or fill_in_blank", name);
    uint64_t share = 1;
    if (part[length] == ':' && (!parse_whole(part + length + 1, &share) || share > 1000000))
        return error_set(why, ERR_USAGE,
                         "\"%s\" is not a share: a whole number from 0 to 1000000, for example "
                         "multiple_choice:70,fill_in_blank:30",
                         part + length + 1);
    size_t index = type == QUESTION_MULTIPLE_CHOICE ? 0 : 1;
    if (given[index])
        return error_set(why, ERR_USAGE, "%s is given twice", question_type_name(type));
    given[index] = true;
    shares[index] = (unsigned)share;
    return true;
}

static bool parse_shares(const char *text, unsigned shares[2], struct error *why)
{
    bool given[2] = {false, false}, good = true;
    char *copy = text_copy(text), *rest = copy;
    if (copy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a setting");
    for (char *part = strsep(&rest, ","); good && part != NULL; part = strsep(&rest, ","))
        good = parse_share(text_trim(part), shares, given, why);
    free(copy);
    if (good && shares[0] == 0 && shares[1] == 0)
        return error_set(why, ERR_USAGE,
                         "\"%.80s\" leaves no question type: at least one share must not be 0",
                         text);
    return good;
}

static char *write_measure(uint64_t amount, const struct unit *units, char *out)
{
    // The largest unit that divides it, else the smallest.
    for (; units[1].name != NULL; units++)
        if (amount > 0 && fmod((double)amount, units->size) == 0)
            break;
    snprintf(out, 32, "%.17g %s", (double)amount / units->size, units->name);
    return out;
}

char *value_write_size(uint64_t bytes, char *out)
{
    static const struct unit units[] = {{"TiB", 0x1p40}, {"GiB", 0x1p30}, {"MiB", 0x1p20},
                                        {"KiB", 0x1p10}, {"bytes", 1},    {NULL, 0}};
    return write_measure(bytes, units, out);
}

char *value_write_duration(uint64_t milliseconds, char *out)
{
    static const struct unit units[] = {
        {"h", 3600e3}, {"min", 60e3}, {"s", 1e3}, {"ms", 1}, {NULL, 0}};
    return write_measure(milliseconds, units, out);
}

// "a, b or c" from "a|b|c".
static void write_choices(const char *choices, char *out, size_t room)
{
    size_t used = 0;
    for (const char *at = choices; *at != '\0' && used + 1 < room;) {
        size_t length = strcspn(at, "|");
        const char *next = at[length] == '|' ? at + length + 1 : at + length;
        const char *behind = *next == '\0' ? "" : strchr(next, '|') != NULL ? ", " : " or ";
        used += (size_t)snprintf(out + used, room - used, "%.*s%s", (int)length, at, behind);
        at = next;
    }
}

char *value_phrase(const struct option_entry *option, char *out)
{
    const size_t room = VALUE_PHRASE_BYTES;
    char low[32], high[32];
    switch (option->type) {
    case TYPE_SWITCH:
        snprintf(out, room, "true or false");
        break;
    case TYPE_WHOLE:
        snprintf(out, room, "a whole number from %" PRIu64 " to %" PRIu64 "%s", option->low,
                 option->high, (option->flags & OPTION_OR_AUTO) != 0 ? ", or auto" : "");
        break;
    case TYPE_REAL:
        snprintf(out, room, "a number from %" PRIu64 " to %" PRIu64 "%s", option->low, option->high,
                 (option->flags & OPTION_OR_NONE) != 0 ? ", or none" : "");
        break;
    case TYPE_SIZE:
        // Pixels are counted like bytes, but are none.
        if (option->id == OPTION_MAX_PIXELS)
            snprintf(out, room, "a number from %" PRIu64 " to %" PRIu64, option->low, option->high);
        else
            snprintf(out, room, "a size from %s to %s", value_write_size(option->low, low),
                     value_write_size(option->high, high));
        break;
    case TYPE_DURATION:
        snprintf(out, room, "a time from %s to %s%s", value_write_duration(option->low, low),
                 value_write_duration(option->high, high),
                 (option->flags & OPTION_OR_NONE) != 0 ? ", or none" : "");
        break;
    case TYPE_CHOICE:
        write_choices(option->choices, out, room);
        break;
    case TYPE_URL:
        snprintf(out, room, "an http:// or https:// URL");
        break;
    case TYPE_SHARES:
        snprintf(out, room, "a list of question types with shares");
        break;
    case TYPE_SHARD:
        snprintf(out, room, "a part I/N with I from 1 to N");
        break;
    case TYPE_LIST:
        snprintf(out, room, "a list with commas between");
        break;
    case TYPE_ENDPOINTS:
        snprintf(out, room, "an endpoint as key=value with commas between");
        break;
    case TYPE_FILE:
    case TYPE_DIRECTORY:
        snprintf(out, room, "a path");
        break;
    case TYPE_JSON:
        snprintf(out, room, "a JSON object, or @FILE");
        break;
    case TYPE_PROSE:
        snprintf(out, room, "text, or @FILE");
        break;
    case TYPE_TEXT:
        snprintf(out, room, "text");
        break;
    }
    return out;
}
