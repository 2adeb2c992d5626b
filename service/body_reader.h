// The reading of one body, as far as the protocols share it. Private to request*.c.
#ifndef VQAGEN_BODY_READER_H
#define VQAGEN_BODY_READER_H

#include "request.h"
#include "slim.h"

#include <cjson/cJSON.h>

struct body_reader {
    const struct request_form *form;
    const struct request_rules *rules;
    const char *model; // from the path, where the protocol has it there; or NULL
    struct chat_request *request;
    struct request_fault *fault;
    struct slim slim;
    struct fingerprint prints[SLIM_SPANS]; // of the spans
    struct buffer beginning;               // what the prefix cache sees, as text
    long long tokens;                      // so far
    bool escaped;                          // a span holds a JSON escape
};

struct request_form {
    const char *name;   // caches of different protocols have nothing in common
    const char *marker; // before base64 in a body
    bool (*read)(struct body_reader *reader, const cJSON *body); // false: the fault is set
};

bool body_wants(const struct body_reader *reader, const char *model); // whether the model exists
bool body_no_model(struct body_reader *reader, const char *model);    // refuses it; false
bool body_stops(struct body_reader *reader, const cJSON *stops);      // notes a text, or a list
bool body_model(struct body_reader *reader, const char *model);       // notes it as asked for

// Takes a text of a message; user: it is part of the prompt.
void body_text(struct body_reader *reader, const char *text, bool user);

// Takes a picture: data is base64, or the place of a span. True with request->picture.message set
// when the picture is none.
bool body_image(struct body_reader *reader, const char *data, bool low);

bool body_no_memory(struct body_reader *reader); // sets the fault; false

#endif
