// The reading of one body, as far as the protocols share it. Private to request*.c.
#ifndef VQAGEN_READER_H
#define VQAGEN_READER_H

#include "request.h"
#include "slim.h"

#include <cjson/cJSON.h>

struct reader {
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
    bool (*read)(struct reader *reader, const cJSON *body); // false: the fault is set
};

bool reader_wants(const struct reader *reader, const char *model); // whether the model exists
bool reader_no_model(struct reader *reader, const char *model);    // refuses it; false
bool reader_stops(struct reader *reader, const cJSON *stops);      // notes a text, or a list
bool reader_model(struct reader *reader, const char *model);       // notes it as asked for

// Takes a text of a message; user: it is part of the prompt.
void reader_text(struct reader *reader, const char *text, bool user);

// Takes a picture: data is base64, or the place of a span. True with request->picture.message set
// when the picture is none.
bool reader_image(struct reader *reader, const char *data, bool low);

bool reader_no_memory(struct reader *reader); // sets the fault; false

#endif
