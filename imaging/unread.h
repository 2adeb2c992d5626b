// What to say of a file that is not read: what it is and what to do about it.
#ifndef VQAGEN_UNREAD_H
#define VQAGEN_UNREAD_H

#include "error.h"
#include "sniff.h"

// Sets ERR_IMAGE; always false, like error_set.
bool unread_explain(enum picture_format format, const unsigned char *bytes, size_t length,
                    struct error *why);

#endif
