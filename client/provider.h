// Wire formats: how a call is written for a provider and how its answer is read. A constant table
// of functions, one entry a format; endpoint presets name the entry that they speak.
#ifndef VQAGEN_PROVIDER_H
#define VQAGEN_PROVIDER_H

#include "buffer.h"
#include "endpoint.h"
#include "exchange.h"
#include "reply_draft.h"

// What is asked, before any provider's shape.
struct ask {
    const char *system;      // system prompt; NULL or "": none
    const char *prompt;      // text behind the image
    bool image;              // a payload stands between head and tail
    double temperature;      // negative: not sent
    int max_tokens;          // 0: not sent
    const char *schema_name; // for structured output; NULL: free text is wanted
    const char *schema;      // JSON Schema as text
    const char *prefix; // the reply's beginning, where lessons.prefix says that it is sent; NULL
    const char *extra_body; // a JSON object, merged into the request; NULL: none. A member that
                            // vqagen would send itself is replaced by the user's.
};

// A member of the request that --extra-body must not set, "outer.inner" for one inside another, and
// what to do in its stead. A list of them ends with NULL.
struct provider_reserved {
    const char *name, *instead;
};

// What can be learned about the cap on the answer.
enum provider_cap {
    PROVIDER_CAP_TWO_NAMES, // max_tokens or max_completion_tokens, or none
    PROVIDER_CAP_OPTIONAL,  // one name; may be left out
    PROVIDER_CAP_REQUIRED,  // one name; a request without it is refused
};

struct provider {
    const char *name;      // "openai"
    const char *chat_path; // behind the base URL: "/chat/completions"; {model} stands for the model
    const char *stream_path;    // what stands behind its last ':' for a stream; NULL: the same path
    const char *auth_header;    // printf format with one %s: "Authorization: Bearer %s"
    const char *const *headers; // further ones of every call, up to a NULL; NULL: none
    const struct provider_reserved *reserved;
    enum provider_cap cap;
    bool takes_prefix; // the format has a place for the reply's beginning

    // Appends what stands before and behind the image's base64. Everything that is the same for all
    // calls on one image stands in head, so that prefix caches see identical beginnings; step
    // text and parameters stand in tail. Without an image head holds the whole beginning alike.
    // What endpoint->lessons say is left out or renamed.
    bool (*write_request)(const struct endpoint *endpoint, const struct ask *ask,
                          struct buffer *head, struct buffer *tail, struct error *why);

    // Reads the body of a 200. False: ERR_REPLY when it is not an answer of this format.
    bool (*read_reply)(const char *body, size_t length, struct reply *reply, struct error *why);

    // Adds what one event of a stream brings. Events that say nothing of the answer (pings, tools,
    // kinds that are not known yet) are passed over.
    void (*read_event)(const cJSON *root, struct reply_draft *draft);
};

// Whether the call holds the reply's beginning. The text that comes back goes on behind it, and the
// caller puts it in front again.
bool provider_sends_prefix(const struct endpoint_lessons *lessons, const struct ask *ask);

// Where a prefixed reply shall end: the prefix opens a fenced block.
#define PROVIDER_PREFIX_END "```"

const struct provider *provider_find(const char *name); // NULL: none of that name

// Whether the text can be merged into every request: a JSON object without the members that vqagen
// needs as they are (provider->reserved: model, messages, and what would change the shape of the
// answer). False: ERR_SETTINGS.
bool provider_check_extra_body(const struct provider *provider, const char *json,
                               struct error *why);

extern const struct provider provider_openai, provider_anthropic, provider_gemini;

#endif
