// The parameters of a request beside model and messages. Private to request*.c.
#ifndef VQAGEN_PARAMETERS_H
#define VQAGEN_PARAMETERS_H

#include "request.h"

#include <cjson/cJSON.h>

bool parameters_read(const struct request_rules *rules, const cJSON *body,
                     struct chat_request *request, struct request_fault *fault);

// What keeps the schema from being one that strict mode takes; NULL: nothing.
const char *parameters_bad_schema(const cJSON *schema);

#endif
