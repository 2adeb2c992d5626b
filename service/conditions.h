// What the simulated endpoint takes offence at in a request that is well formed: sizes, and
// parameters that its model does not have.
#ifndef VQAGEN_CONDITIONS_H
#define VQAGEN_CONDITIONS_H

#include <cjson/cJSON.h>
#include <stddef.h>

struct chat_request;
struct excuse_values;
struct request_form;

// 0: no limit.
struct conditions {
    long long max_image_bytes;   // of base64
    unsigned max_image_side;     // pixels
    unsigned max_images;         //
    long long max_prompt;        // characters of text
    long long max_output_tokens; // that may be asked for
};

// The kind of fault (faults.h) that the request runs into, with its values; NULL: none.
const char *conditions_broken(const struct conditions *conditions,
                              const struct chat_request *request, struct excuse_values *values);

// The first of the names that the body holds; NULL: none. Names are those of OpenAI's parameters
// ("temperature", "response_format", "system", ...), which stand for what the protocol has in
// their place; any other name is looked for as it is.
const char *conditions_named(char *const *names, size_t count, const struct request_form *form,
                             const cJSON *body);

#endif
