// What makes a dataset what it is: the settings that a call's key and an item's record depend on,
// in checked and ready form. Where calls go, how many at once and how often they are retried is no
// part of it.
#ifndef VQAGEN_RECIPE_H
#define VQAGEN_RECIPE_H

#include "draft.h"
#include "run.h"

struct recipe {
    const struct run_settings *settings; // borrowed
    struct topics topics;
    const char *system;                // the system prompt in force
    const struct upstreams *upstreams; // borrowed
    char *model;        // as sent; of several endpoints with several models: all, "a, b"
    char *endpoint;     // name for provenance; of several: all
    char *provider;     // wire format's name; of several: all
    bool prefixed;      // an endpoint is sent the beginning of each reply
    struct digest base; // over everything that all calls share
};

bool recipe_init(struct recipe *recipe, const struct run_settings *settings,
                 const struct upstreams *upstreams, struct error *why);
void recipe_clear(struct recipe *recipe);

struct draft_settings recipe_draft(const struct recipe *recipe);

// The settings as the store compares them. The values are written into *text, which the caller
// clears after use; at most RECIPE_SETTINGS rows; returns their number.
enum { RECIPE_SETTINGS = 32 };
size_t recipe_list(const struct recipe *recipe, struct store_setting *rows, struct buffer *text);

// One intended call.
struct plan {
    enum call_step step;
    unsigned try_number, repeat, round;
    double temperature; // negative: none is sent
    int max_tokens;
    const char *schema_name, *schema;
    const char *prefix; // the reply's beginning, for endpoints that go on with it; NULL: none
};

// The temperature falls with what is asked (answers lower than drafts and wrong options) and rises
// with the tries; the cap on output doubles for each reply that was cut at it.
struct plan recipe_plan(const struct recipe *recipe, enum call_step step, unsigned try_number,
                        unsigned repeat, unsigned round, unsigned cuts);

// SHA-256 over the intended call: the recipe, the plan, the prompt and the source image.
struct digest recipe_key(const struct recipe *recipe, const struct plan *plan, const char *prompt,
                         const struct digest *image);

#endif
