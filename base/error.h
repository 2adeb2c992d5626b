// What can go wrong with a run or a command, as one value that travels upwards.
//
// A function that can fail returns bool and takes a `struct error *why` last. The lowest level
// names the fault with error_set; each caller adds where it happened with error_note; main prints
// the result once. The first error wins: setting an error that is already set changes nothing, so
// that the cause is never hidden by what followed from it.
//
// Faults of single calls to a model endpoint are data, not errors: see client/fault.h.
#ifndef VQAGEN_ERROR_H
#define VQAGEN_ERROR_H

#include <stdbool.h>
#include <stddef.h>

// X(kind, exit code, what it means). The exit codes are documented in `vqagen help`.
#define ERROR_KINDS(X)                                                                             \
    X(ERR_NONE, 0, "no error")                                                                     \
    X(ERR_ITEMS, 1, "the run ended, with failed items")                                            \
    X(ERR_USAGE, 2, "wrong usage")                                                                 \
    X(ERR_INPUT, 2, "the input cannot be read")                                                    \
    X(ERR_SETTINGS, 3, "a setting or the key was refused before work began")                       \
    X(ERR_ENDPOINT, 4, "the endpoint cannot be reached")                                           \
    X(ERR_DISK, 5, "the disk refused to read or write")                                            \
    X(ERR_MEMORY, 5, "memory ran out")                                                             \
    X(ERR_STOPPED, 6, "the run was stopped by a fault that no retry heals")                        \
    X(ERR_UNEXPLAINED, 7, "diagnose could not tell the cause")                                     \
    X(ERR_IMAGE, 1, "an image cannot be used")                                                     \
    X(ERR_RECORD, 1, "an input record cannot be used")                                             \
    X(ERR_REPLY, 1, "a reply cannot be read")                                                      \
    X(ERR_TOO_LARGE, 1, "something is larger than its limit")                                      \
    X(ERR_INTERRUPTED, 130, "interrupted")                                                         \
    X(ERR_INTERNAL, 70, "a defect in vqagen itself")

enum error_kind {
#define ERROR_ENUM(kind, code, meaning) kind,
    ERROR_KINDS(ERROR_ENUM)
#undef ERROR_ENUM
};

struct error {
    enum error_kind kind; // ERR_NONE (zero) while nothing is wrong
    char message[1000];   // one sentence or two, UTF-8, no line break at the end
};

// Sets kind and message unless an error is set already. Always false, so that callers can write
// `return error_set(why, ...)`. why may be NULL when the caller does not care.
bool error_set(struct error *why, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// As error_set, with ": " and the text of errno behind the message. Too little memory and too few
// file descriptors are the machine's want, not a fault of what was being opened: then the kind is
// ERR_MEMORY.
bool error_set_errno(struct error *why, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "where: " in front of the message. Always false.
bool error_note(struct error *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

void error_clear(struct error *why);

// The exit code that the process ends with for this kind.
int error_exit_code(enum error_kind kind);

// What the kind means, for help texts.
const char *error_meaning(enum error_kind kind);

#endif
