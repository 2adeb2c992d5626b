// The body of a refusal, taken apart. Endpoints and the gateways before them agree on nothing: the
// error may be an object, a string, one element of an array, FastAPI's "detail", a bare "message"
// or "msg", or JSON inside a message; or an HTML page.
#ifndef VQAGEN_PROBLEM_H
#define VQAGEN_PROBLEM_H

#include "buffer.h"

enum problem_form { PROBLEM_EMPTY, PROBLEM_JSON, PROBLEM_HTML, PROBLEM_TEXT };

struct problem {
    enum problem_form form;
    bool is_error;           // JSON that says by its shape that it is an error
    int status;              // HTTP status named inside the JSON; 0: none
    char *message;           // the endpoint's words, one line of valid UTF-8; owned; never NULL
    struct buffer words;     // all text in it, ASCII letters lower-cased, to look for key words in
    struct buffer sentences; // the same, as phrase_says() wants it
    struct buffer codes;     // every code, type, status, reason and param, lower-cased: "|a|b|c|"
};

// False: no memory; the problem is clear then.
bool problem_read(struct problem *problem, const char *body, size_t length,
                  const char *content_type);
void problem_clear(struct problem *problem);

// Whether one of the alternatives ("a|b|c") occurs in the words.
bool problem_says(const struct problem *problem, const char *alternatives);

// Takes a name that says nothing, such as the model's, out of the sentences.
void problem_hide(struct problem *problem, const char *name);

// Whether one of the alternatives is among the codes.
bool problem_has_code(const struct problem *problem, const char *alternatives);

#endif
