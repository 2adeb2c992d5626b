// The options in parts, one file a part, which option.c joins: the entries of a part stand in the
// order of enum option_id, and the parts too.
#ifndef VQAGEN_OPTION_LIST_H
#define VQAGEN_OPTION_LIST_H

#include "option.h"

struct option_list {
    const struct option_entry *entries;
    size_t count;
};

extern const struct option_list option_list_output, option_list_endpoint, option_list_question,
    option_list_pace, option_list_image, option_list_show, option_list_simulate, option_list_tune,
    option_list_general;

// Shorthands that keep an entry readable.
#define ANY UINT64_MAX // a range that ends where counting does
#define MIB (1024u * 1024u)
#define HOURS(n) ((n)*3600000u)

#endif
