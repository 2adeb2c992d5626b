// A chat completion request, read and checked as strictly as the strictest provider would.
#ifndef VQAGEN_REQUEST_H
#define VQAGEN_REQUEST_H

#include "buffer.h"
#include "fingerprint.h"
#include "pictures.h"

enum structured_mode { STRUCTURED_MODE_SCHEMA, STRUCTURED_MODE_OBJECT, STRUCTURED_MODE_NONE };

enum { REQUEST_STOPS = 8 };

// What every request is checked against. Shared by all threads, read only.
struct request_rules {
    char *const *models;  // those that there are
    size_t model_count;   // 0: any
    char *const *refused; // names of parameters, see conditions.h
    size_t refused_count;
    enum structured_mode structured;
    bool strict;
    const struct fingerprinter *fingerprinter;
    struct pictures *pictures;
};

// Why a request is refused, as OpenAI's error object says it.
struct request_fault {
    int status;
    const char *type, *code; // static; code may be NULL
    const char *kind;        // of faults.h, whose words it has; NULL: those that stand here
    char param[80];          // "": null
    char message[400];
};

struct chat_request {
    struct fingerprint print;  // of the whole body
    struct fingerprint prefix; // of model and messages up to the last picture's end
    char *model;               // owned
    struct buffer prompt;      // text of the last user message
    bool image;
    struct picture_entry picture; // the last one
    long long text_tokens, image_tokens;
    long long prefix_tokens; // part of both that stands before the end of the last picture
    long long max_tokens;    // 0: none
    double temperature;      // negative: not given
    bool caches;             // the prefix is one that the provider would keep
    bool has_max_tokens;     // under the old name
    bool format;             // response_format asks for JSON
    bool stream;
    bool stream_usage;           // stream_options.include_usage
    bool stream_array;           // Gemini's stream without alt=sse
    bool capped;                 // a cap on the answer was given, under any name
    unsigned images, image_side; // pixels, of the largest
    size_t image_bytes;          // of base64, of the largest
    long long characters;        // of text
    const char *refused;         // a parameter that it holds and must not; borrowed from the rules
    char *start;                 // what the answer must begin with (DeepSeek's prefix); owned
    bool ends_with_assistant;    // and without prefix
    char *stops[REQUEST_STOPS];  // texts that end the answer; owned
    size_t stop_count;
};

// The forms of bodies, one for each protocol.
struct request_form;
extern const struct request_form request_form_openai, request_form_anthropic, request_form_gemini;

// Reads a body. model: from the path, where the protocol has it there; or NULL. False: fault says
// why it is refused (500 without memory); request->print is set even so. The caller clears the
// request either way.
bool request_read(const struct request_form *form, const struct request_rules *rules,
                  const char *model, const char *body, size_t length, struct chat_request *request,
                  struct request_fault *fault);
void request_clear(struct chat_request *request);

// Sets the fault; always false.
bool request_refuse(struct request_fault *fault, int status, const char *code, const char *param,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
