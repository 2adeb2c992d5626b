// Lines for people, on standard error. One line at a time is whole, whatever thread writes it, and
// secrets and base64 are shortened in it. A progress line on a terminal is cleared before and drawn
// after. All of them, shown or not, go into the log file too, if there is one: see log_file.h.
#ifndef VQAGEN_LOG_H
#define VQAGEN_LOG_H

#include "error.h"

#include <stdint.h>

enum log_level {
    LOG_QUIET,   // nothing
    LOG_NORMAL,  // and log_warn, log_note
    LOG_VERBOSE, // and log_detail
};

void log_set_level(enum log_level level);
enum log_level log_level(void);

void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));   // "warning: ..."
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));   // as it is
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2))); // as it is

// What happens to single calls (--trace), by part of the program.
enum log_component { LOG_CLIENT = 1, LOG_RETRY = 2, LOG_PACE = 4 };

struct log_field {
    const char *name; // NULL: the end of the list
    const char *text; // NULL: the number; "" is left out
    int64_t number;
};

enum { LOG_FIELDS = 10 };

struct log_event {
    enum log_component component;
    const char *item, *call; // NULL: about no one call
    const char *what;        // a word or two: "sent", "waits"
    struct log_field fields[LOG_FIELDS + 1];
};

// Shows the events of these components ("client,retry,pace"). False: ERR_USAGE.
bool log_set_trace(const char *names, struct error *why);

// Whether anybody reads events of the component: ask before work is done for one.
bool log_wants(enum log_component component);

// "retry q7 answer/1: waits wait_ms=1834 kind=server_error"
void log_trace(const struct log_event *event);

// Shows text as the one rewritten line of a terminal; "" takes it away. Of a text that is too long
// the parts at its end, two blanks between them, are left out. On anything but a terminal
// this does nothing: the caller writes sparse log_note lines there (see log_is_terminal).
void log_progress(const char *text);
bool log_is_terminal(void);

#endif
