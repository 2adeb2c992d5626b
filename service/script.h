// How the body of a reply is sent: in pieces, with time between them, and how it ends.
#ifndef VQAGEN_SCRIPT_H
#define VQAGEN_SCRIPT_H

#include "buffer.h"
#include "faults.h"

#include <stdint.h>

struct script_piece {
    size_t end;      // in the body
    int64_t wait_ns; // before it is sent
};

enum script_end {
    SCRIPT_WHOLE, // an orderly end
    SCRIPT_CUT,   // the connection is closed before the end
    SCRIPT_STALL, // nothing comes any more
};

struct script {
    struct script_piece *pieces; // owned; ascending
    size_t count, room;
    enum script_end end;
    bool failed; // no memory
};

void script_clear(struct script *script);

// What was appended to the body up to end is sent after a wait; without one together with what was
// appended before.
void script_add(struct script *script, size_t end, int64_t wait_ns);

// The same in a piece of its own, wait or no wait.
void script_add_apart(struct script *script, size_t end, int64_t wait_ns);

bool script_waits(const struct script *script); // whether any piece does

// Changes a body of server-sent events as the fault says (cut, stall, error, comments, CRLF,
// split). error: the body of an error, for the fault that puts one in. Other actions change
// nothing.
void script_disturb(struct script *script, struct buffer *body, enum fault_action action,
                    const struct buffer *error);

// Puts text in front of the body count times, which take wait_ns altogether: what a server sends to
// keep the connection alive until it has an answer.
void script_keep_alive(struct script *script, struct buffer *body, const char *text, unsigned count,
                       int64_t wait_ns);

#endif
