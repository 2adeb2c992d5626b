// What an input is, by its first bytes; its name's suffix is only a hint where they leave it open.
#ifndef VQAGEN_FORM_H
#define VQAGEN_FORM_H

#include "reader.h"

enum input_form {
    FORM_UNCLEAR, // more bytes are needed; never once the window is full or the input has ended
    FORM_IMAGE,
    FORM_ARRAY,
    FORM_OBJECTS, // JSONL, or JSON objects one after another
    FORM_LINES,   // JSONL by its suffix, though its first line is not JSON
    FORM_CSV,
    FORM_OTHER,
};

// complete: no more bytes will come. *skip: bytes of a byte order mark to be left out.
enum input_form form_of(const char *bytes, size_t length, bool complete, const char *name,
                        bool (*is_image)(const void *bytes, size_t length), size_t *skip);

// The error for FORM_OTHER: what the input looks like. Always false.
bool form_refuse(const char *bytes, size_t length, const char *name, struct error *why);

#endif
