// The protocols that the simulator speaks: which header holds the key, how a body is read, and how
// replies and errors are written. A constant table, one entry a protocol.
#ifndef VQAGEN_PROTOCOL_H
#define VQAGEN_PROTOCOL_H

#include "completion.h"
#include "request.h"

// An error before it has a shape. Texts are borrowed.
struct protocol_error {
    int status;
    const char *message;
    const char *type, *param, *code; // OpenAI's words; NULL: none
    const char *word;                // the protocol's own type or status; NULL: by the HTTP status
    const char *details;             // JSON that goes along; NULL: none
    const char *headers;             // lines "Name: value\n"; NULL: none
    const char *raw;                 // the whole body in place of an object; NULL: none
    const char *content_type;        // NULL: JSON
};

struct protocol {
    const char *name;
    const char *key_header, *key_scheme; // "Authorization", "Bearer "
    bool bearer;                         // takes the key as "Authorization: Bearer KEY", too
    const char *version_header;          // wanted with every call; NULL: none
    const struct request_form *form;
    void (*write)(const struct completion *completion, struct buffer *out);
    void (*write_error)(const struct protocol_error *error, struct buffer *out);
    bool thinks_apart; // has parts of their own for reasoning
};

extern const struct protocol protocol_openai, protocol_anthropic, protocol_gemini;

// The protocol whose call the path is; NULL: none. model: where the path names the model; *model is
// NULL where it does not, else a copy that the caller frees (NULL without memory, too). stream:
// whether the path asks for a stream.
const struct protocol *protocol_find(const char *path, char **model, bool *stream);

#endif
