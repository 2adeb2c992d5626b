#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *why, enum error_kind kind, const char *format, ...)
{
    if (why == NULL || why->kind != ERR_NONE)
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->message, sizeof why->message, format, arguments);
    va_end(arguments);
    why->kind = kind;
    return false;
}

bool error_set_errno(struct error *why, enum error_kind kind, const char *format, ...)
{
    int number = errno;
    if (why == NULL || why->kind != ERR_NONE)
        return false;
    if (number == ENOMEM || number == EMFILE || number == ENFILE)
        kind = ERR_MEMORY;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(why->message, sizeof why->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof why->message)
        snprintf(why->message + length, sizeof why->message - (size_t)length, ": %s",
                 strerror(number));
    why->kind = kind;
    return false;
}

bool error_note(struct error *why, const char *format, ...)
{
    if (why == NULL || why->kind == ERR_NONE)
        return false;
    char where[sizeof why->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(where, sizeof where, format, arguments);
    va_end(arguments);
    char joined[2 * sizeof why->message + 2];
    snprintf(joined, sizeof joined, "%s: %s", where, why->message);
    memcpy(why->message, joined, sizeof why->message - 1);
    why->message[sizeof why->message - 1] = '\0';
    return false;
}

void error_clear(struct error *why)
{
    why->kind = ERR_NONE;
    why->message[0] = '\0';
}

static const struct {
    int exit_code;
    const char *meaning;
} kinds[] = {
#define ERROR_ROW(kind, code, meaning) [kind] = {code, meaning},
    ERROR_KINDS(ERROR_ROW)
#undef ERROR_ROW
};

int error_exit_code(enum error_kind kind)
{
    return kinds[kind].exit_code;
}

const char *error_meaning(enum error_kind kind)
{
    return kinds[kind].meaning;
}
