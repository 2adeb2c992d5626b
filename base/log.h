// Lines for people, on standard error. One line at a time is whole, whatever thread writes it, and
// secrets are shortened in it. A progress line on a terminal is cleared before and drawn after.
#ifndef VQAGEN_LOG_H
#define VQAGEN_LOG_H

#include <stdbool.h>

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

// Shows text as the one rewritten line of a terminal; "" takes it away. On anything but a terminal
// this does nothing: the caller writes sparse log_note lines there (see log_is_terminal).
void log_progress(const char *text);
bool log_is_terminal(void);

#endif
