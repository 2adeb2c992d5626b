// The constant tables behind fault.c: what kinds of fault there are, and the rules by which a
// refusal is recognised. The first rule that fits wins, so special ones stand before general ones.
// A rule for some statuses is also asked of errors inside a 200 that name no status.
#ifndef VQAGEN_FAULT_TABLE_H
#define VQAGEN_FAULT_TABLE_H

#include "fault.h"

// X(kind, verdict, what to do about it). The name of the enumerator's word is the kind's name.
#define FAULT_KINDS(X)                                                                             \
    X(bad_request, FAULT_ITEM,                                                                     \
      "The endpoint does not accept the request; its message says what it minds.")                 \
    X(key_missing, FAULT_RUN, "Set the endpoint's key in the environment (VQAGEN_API_KEY).")       \
    X(key_wrong, FAULT_RUN,                                                                        \
      "Check the key: copied whole, not revoked, and of this very site (keys of a provider's "     \
      "China and international sites differ).")                                                    \
    X(key_forbidden, FAULT_RUN,                                                                    \
      "The key is known but may not do this; check its permissions, project and plan.")            \
    X(no_money, FAULT_RUN, "Top up the account or raise its spend limit, then run again.")         \
    X(region, FAULT_RUN,                                                                           \
      "The provider does not serve this region or host; use the host it names.")                   \
    X(model_unknown, FAULT_RUN,                                                                    \
      "Check the model's name against the endpoint's list of models (GET /models).")               \
    X(no_channel, FAULT_RETRY,                                                                     \
      "The gateway has no channel for this model now; check the model's name, and the gateway's "  \
      "channels and groups.")                                                                      \
    X(no_vision, FAULT_RUN, "This model or server takes no images; choose a vision model.")        \
    X(not_found, FAULT_RUN,                                                                        \
      "The path does not exist there; check the base URL (most end in /v1, Zhipu's in "            \
      "/api/paas/v4).")                                                                            \
    X(method_wrong, FAULT_RUN, "The address takes no POST; check the base URL.")                   \
    X(image_too_large, FAULT_ITEM, "Make images smaller with --max-side or --max-bytes.")          \
    X(image_rejected, FAULT_ITEM, "The endpoint cannot read this image.")                          \
    X(image_url_unreachable, FAULT_ITEM,                                                           \
      "The endpoint could not fetch the image; let vqagen send it inline.")                        \
    X(context_exceeded, FAULT_ITEM,                                                                \
      "Prompt and image do not fit the model's context; use a smaller --max-side or a model with " \
      "a larger context.")                                                                         \
    X(parameter_rejected, FAULT_ADAPT, "The endpoint does not take a parameter of the request.")   \
    X(structured_rejected, FAULT_ADAPT,                                                            \
      "The endpoint does not take this form of structured "                                        \
      "output.")                                                                                   \
    X(unprocessable, FAULT_ITEM, "The endpoint understood the request and does not accept it.")    \
    X(body_too_large, FAULT_ITEM,                                                                  \
      "Make images smaller with --max-bytes, or raise the server's limit (nginx: "                 \
      "client_max_body_size).")                                                                    \
    X(content_filtered, FAULT_ITEM, "The provider's content filter refused it.")                   \
    X(rate_limited, FAULT_WAIT, "Lower --concurrency if this keeps happening.")                    \
    X(quota_exhausted, FAULT_RUN,                                                                  \
      "The quota of the day or period is used up; wait for its reset, or use another plan or "     \
      "model.")                                                                                    \
    X(request_over_limit, FAULT_ITEM,                                                              \
      "One request is larger than the account's limit per minute; send smaller images or raise "   \
      "the tier.")                                                                                 \
    X(overloaded, FAULT_RETRY,                                                                     \
      "The endpoint is busy; lower --concurrency if this keeps "                                   \
      "happening.")                                                                                \
    X(server_error, FAULT_RETRY, "The endpoint failed inside; see its log or status page.")        \
    X(gateway_error, FAULT_RETRY,                                                                  \
      "A gateway before the model got no answer from it; check that the model's server runs.")     \
    X(model_loading, FAULT_RETRY, "The server is still loading its model.")                        \
    X(engine_dead, FAULT_RUN,                                                                      \
      "The server's engine has died, often for want of GPU memory; restart it.")                   \
    X(not_supported, FAULT_RUN, "The server was started without this feature.")                    \
    X(redirected, FAULT_RUN, "Use the address it points to (often https:// for http://).")         \
    X(html_reply, FAULT_RETRY,                                                                     \
      "A web page came in place of an answer: a proxy, a login page, or a wrong base URL.")        \
    X(reply_unreadable, FAULT_RETRY,                                                               \
      "The answer is not of the shape that this protocol has; check that --endpoint and the base " \
      "URL belong together.")                                                                      \
    X(dns, FAULT_RETRY, "Check the host's name in the base URL, and the network.")                 \
    X(connection_refused, FAULT_RETRY, "Check that the server runs, and its host and port.")       \
    X(tls, FAULT_RUN,                                                                              \
      "Check the certificate, the clock, and whether something intercepts the connection "         \
      "(--ca-file names a bundle).")                                                               \
    X(connect_timeout, FAULT_RETRY,                                                                \
      "The host does not answer; check address and firewall, and whether the network wants a "     \
      "proxy (--proxy, https_proxy), or raise --connect-timeout.")                                 \
    X(first_byte_timeout, FAULT_RETRY,                                                             \
      "The model thinks for longer than --first-byte-timeout; raise it or lower --concurrency.")   \
    X(idle_timeout, FAULT_RETRY,                                                                   \
      "The connection stood still for --idle-timeout; check the network and any proxy between.")   \
    X(timeout, FAULT_RETRY, "Raise --timeout or lower --concurrency if this keeps happening.")     \
    X(connection_reset, FAULT_RETRY,                                                               \
      "The connection was closed before an answer came; a server that expects TLS needs https:// " \
      "in the base URL.")                                                                          \
    X(reply_cut, FAULT_RETRY, "The connection was closed in the middle of an answer.")             \
    X(reply_too_large, FAULT_ITEM, "The answer is larger than vqagen takes.")                      \
    X(proxy, FAULT_RETRY,                                                                          \
      "Check that the proxy runs, its address and credentials (--proxy, https_proxy), or leave "   \
      "it out with no_proxy.")                                                                     \
    X(aborted, FAULT_RETRY, "")                                                                    \
    X(transport_other, FAULT_RETRY, "")                                                            \
    X(http_other, FAULT_ITEM, "")

enum fault_kind {
#define FAULT_KIND_ENUM(kind, verdict, fix) FAULT_KIND_##kind,
    FAULT_KINDS(FAULT_KIND_ENUM)
#undef FAULT_KIND_ENUM
};

struct fault_kind_row {
    const char *name;
    enum fault_verdict verdict;
    const char *fix;
};

extern const struct fault_kind_row fault_kinds[];

// How servers say that they send no streams.
#define FAULT_NO_STREAM                                                                            \
    "streaming is not|not support stream|streaming not|streaming responses are not|"               \
    "stream is not|stream=true|unsupported parameter: 'stream'|stream must be false|"              \
    "streaming is disabled|parameter: stream|argument supplied: stream"

// What a refusal teaches about the endpoint.
enum fault_lesson {
    LESSON_NONE,
    LESSON_PARAMETER, // the parameter that the refusal names: see fault_lesson.h
    LESSON_STRUCTURED,
    LESSON_CAP,    // a number in the message is the most that max_tokens may be
    LESSON_STREAM, // answers come as streams, and only so
};

struct fault_rule {
    enum transport transport;   // TRANSPORT_OK: a rule about HTTP
    short from, to;             // HTTP status; 0, 0: any
    const char *codes;          // one of "a|b|c" among the body's codes and types; NULL: any
    const char *words, *also;   // one of "a|b|c" in the body's text, and one of these; NULL: any
    const char *about, *says;   // both in one sentence of it, as phrase_says() looks; NULL: any
    bool page;                  // only when the body is a web page
    enum fault_kind kind;       //
    enum fault_verdict verdict; // FAULT_NONE: the kind's own
    enum fault_lesson lesson;   //
    const char *fix;            // NULL: the kind's own
};

struct fault_rules {
    const struct fault_rule *list;
    size_t count;
};

// In the order in which they are asked: wordings (fault_table.c), which know most and say best what
// is to be done; ideas (fault_idea.c), for whatever nobody has seen yet; and the bare status.
extern const struct fault_rules fault_wordings, fault_ideas, fault_statuses;

#endif
