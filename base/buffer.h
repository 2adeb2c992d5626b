// A growable run of bytes with a ceiling.
//
// The bytes are always followed by a NUL, so that text can be used as a C string. Appending past
// the ceiling, or without memory, leaves the buffer as it is and marks it as failed; later appends
// then do nothing. So a text can be built with many appends and checked once, with buffer_check.
#ifndef VQAGEN_BUFFER_H
#define VQAGEN_BUFFER_H

#include "error.h"

struct buffer {
    char *data;     // owned; NULL while nothing was appended, else NUL-terminated
    size_t length;  // bytes, without the NUL
    size_t room;    // bytes allocated
    size_t ceiling; // largest length allowed
    bool failed;    // an append did not fit
    bool full;      // it was the ceiling that it met
};

void buffer_init(struct buffer *buffer, size_t ceiling);
void buffer_clear(struct buffer *buffer); // frees the bytes; the ceiling stays
void buffer_empty(struct buffer *buffer); // length 0 and not failed; the memory stays

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_char(struct buffer *buffer, char c);
bool buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Room for `length` more bytes at data + length; NULL when it does not fit. The caller writes there
// and adds to buffer->length itself, and sets the NUL.
char *buffer_reserve(struct buffer *buffer, size_t length);

// Shortens to length bytes.
void buffer_truncate(struct buffer *buffer, size_t length);

// False: ERR_TOO_LARGE or ERR_MEMORY when an append failed; `what` names the text in the message.
bool buffer_check(const struct buffer *buffer, const char *what, struct error *why);

// The bytes as a C string that the caller now owns ("" for an empty buffer; NULL without memory or
// when an append failed). The buffer is left empty.
char *buffer_take(struct buffer *buffer);

// The bytes as a C string, never NULL, borrowed until the next change.
const char *buffer_text(const struct buffer *buffer);

#endif
