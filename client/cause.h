// What diagnose finds: causes, finer than the kinds of faults, each with what to do about it.
//
// A cause is named in --json output and in the tests; its words are for people. A fault alone often
// tells its cause (cause_of_fault); what else was tried tells the rest.
#ifndef VQAGEN_CAUSE_H
#define VQAGEN_CAUSE_H

#include "fault.h"

// X(cause, what it is, what to do about it)
#define CAUSES(X)                                                                                  \
    X(none, "Everything works.", "Nothing is to be done.")                                         \
    X(endpoint_unset, "No usable endpoint is set.",                                                \
      "Give --endpoint NAME or --base-url URL (VQAGEN_BASE_URL).")                                 \
    X(address_unusable, "The base URL cannot be used.",                                            \
      "Write it like https://host/v1, without key, user or password in it.")                       \
    X(model_unset, "No model is set.", "Give --model NAME, or set VQAGEN_MODEL.")                  \
    X(key_missing, "There is no key, and the endpoint wants one.",                                 \
      "Set VQAGEN_API_KEY, or the provider's own variable, to the key.")                           \
    X(key_malformed, "The key has characters in it that no key has.",                              \
      "Set the variable to the bare key: no quotes, blanks, line breaks and no 'Bearer'.")         \
    X(key_placeholder, "The key is a placeholder from an example.", "Set it to a real key.")       \
    X(key_unencrypted, "The key would go over plain http:// to a public host.",                    \
      "Write https:// in the base URL; --allow-http sends it nevertheless.")                       \
    X(key_other_site, "The key is another site's.",                                                \
      "Use a key of this endpoint's site, or the endpoint that the key is of.")                    \
    X(key_wrong, "The endpoint does not know the key.",                                            \
      "Copy the key anew from the console of this very site (China and international sites have "  \
      "keys of their own), or make a new one.")                                                    \
    X(key_expired, "The key has expired or was revoked.", "Make a new key in the console.")        \
    X(key_forbidden, "The key is known, but may not make this call.",                              \
      "Check its permissions, project, organisation and allowed addresses in the console.")        \
    X(model_forbidden, "The key may not use this model.",                                          \
      "Give the key's project or plan access to the model, or choose another --model.")            \
    X(no_money, "The account has no money or credit left.",                                        \
      "Top up the account or raise its spend limit.")                                              \
    X(quota_exhausted, "The quota of the day or period is used up.",                               \
      "Wait until it is reset, or use another plan or model.")                                     \
    X(region, "The provider does not serve this region or host.",                                  \
      "Use the regional host that the message names.")                                             \
    X(dns, "The host's name has no address.",                                                      \
      "Check the host in the base URL for a typing error, "                                        \
      "and the network's name server.")                                                            \
    X(connection_refused, "Nothing listens at that port.",                                         \
      "Start the server, or correct host and port in the base URL.")                               \
    X(connect_timeout, "The host does not answer at all.",                                         \
      "Check address and firewall; --connect-timeout is how long is waited.")                      \
    X(proxy, "The proxy does not let the connection through.",                                     \
      "Check --proxy or https_proxy, its user and password, or leave it out with no_proxy.")       \
    X(tls_untrusted, "The server's certificate is of an authority that is not trusted here.",      \
      "Give the authority's certificate with --ca-file FILE; if it should be a public site, "      \
      "something in between intercepts the connection.")                                           \
    X(tls_expired, "The server's certificate has expired, or this machine's clock is wrong.",      \
      "Check the clock (date); else the server's owner must renew the certificate.")               \
    X(tls_name, "The server's certificate is for another host name.",                              \
      "Write the host as the certificate has it.")                                                 \
    X(tls, "The TLS handshake fails.",                                                             \
      "Check whether the port speaks TLS, the clock, and what lies in between.")                   \
    X(https_at_http_port, "The port speaks plain HTTP, and the base URL says https://.",           \
      "Write http:// in the base URL.")                                                            \
    X(http_at_https_port, "The port speaks TLS, and the base URL says http://.",                   \
      "Write https:// in the base URL.")                                                           \
    X(not_http, "Something listens there that does not speak HTTP.",                               \
      "Correct host and port in the base URL.")                                                    \
    X(redirected, "The address has moved.", "Use the address that it points to.")                  \
    X(web_page, "A web page answers in place of the API: a proxy, a login page or another site.",  \
      "Correct the base URL, or log in to the network.")                                           \
    X(path_v1_missing, "The base URL lacks its /v1.", "Add /v1 to the base URL.")                  \
    X(path_v1_extra, "The base URL has a /v1 that does not belong there.",                         \
      "Take /v1 out of the base URL.")                                                             \
    X(path_wrong, "The path does not exist on that host.", "Correct the base URL's path.")         \
    X(protocol_other, "The server speaks another provider's protocol.",                            \
      "Give the --endpoint that speaks it, with --base-url for the address.")                      \
    X(model_unknown, "The endpoint does not have that model.", "Choose a --model from its list.")  \
    X(no_vision, "The model, or its server, takes no images.",                                     \
      "Choose a vision model; a server of your own may need its vision part loaded.")              \
    X(image_ignored, "The endpoint drops the image and answers without having seen it.",           \
      "Use an endpoint or a model that sees images; nothing made with this one can be trusted.")   \
    X(image_bytes, "Images are too large in bytes.", "Give a smaller --max-bytes.")                \
    X(image_pixels, "Images are too large in pixels.", "Give a smaller --max-side.")               \
    X(image_size, "Images are too large.", "Give a smaller --max-side.")                           \
    X(image_rejected, "The endpoint cannot read this image.",                                      \
      "Try another image; send the rejected one to whoever runs the endpoint.")                    \
    X(text_too_long, "The text of the request is too long.",                                       \
      "Shorten --system-prompt, or serve the model with a larger context.")                        \
    X(context_exceeded, "Prompt, image and answer do not fit into the model's context.",           \
      "Use a smaller --max-side or --max-tokens, or serve the model with a larger context.")       \
    X(parameter_refused, "The endpoint does not take a parameter of the request.",                 \
      "Leave the parameter out.")                                                                  \
    X(structured_refused, "The endpoint does not take structured output.",                         \
      "vqagen learns this by itself at one refused call a run, and asks for JSON in words.")       \
    X(stream_refused, "The endpoint does not stream.",                                             \
      "Run without --stream; with it a run learns this by itself, at one refused call.")           \
    X(stream_required, "The endpoint answers only with streams.", "Give --stream.")                \
    X(concurrency_refused, "Calls one by one pass, several at once do not.",                       \
      "Lower --concurrency.")                                                                      \
    X(rate_limited, "The endpoint's rate limit is reached.",                                       \
      "Wait, then run with a lower --concurrency; check what else uses the account.")              \
    X(overloaded, "The endpoint is overloaded.", "Try later, with a lower --concurrency.")         \
    X(server_error, "The endpoint fails inside.", "See its log or status page.")                   \
    X(gateway_error, "A gateway before the model gets no answer from it.",                         \
      "Check that the model's server runs.")                                                       \
    X(model_loading, "The server is still loading its model.", "Wait until it has.")               \
    X(engine_dead, "The server's engine has died, often for want of GPU memory.",                  \
      "Restart the server, with less memory for its cache or a smaller model.")                    \
    X(not_supported, "The server was started without this feature.", "Change how it is started.")  \
    X(slow_first_byte, "The endpoint takes the request and then says nothing in time.",            \
      "Raise --first-byte-timeout and --timeout if the model is slow; else look whether its "      \
      "server "                                                                                    \
      "hangs.")                                                                                    \
    X(slow_reply, "The answer begins, and does not end within --timeout.",                         \
      "Raise --timeout, or lower --max-tokens.")                                                   \
    X(stalled, "The connection stands still for longer than --idle-timeout.",                      \
      "Check the network and any proxy between; raise --idle-timeout if the model pauses so "      \
      "long.")                                                                                     \
    X(connection_reset, "The connection is closed before an answer comes.",                        \
      "Look into the server's log; a gateway in between may have a limit of time or size.")        \
    X(reply_cut, "The connection is closed in the middle of the answer.",                          \
      "Look into the server's log, and at time limits of gateways in between.")                    \
    X(reply_unreadable, "The answer is not of the shape that this protocol has.",                  \
      "Check that --endpoint and the base URL belong together.")                                   \
    X(reply_empty, "The model answers with nothing.",                                              \
      "Raise --max-tokens (thoughts are counted too), or use another model.")                      \
    X(answer_cut, "The answer does not fit into --max-tokens, of which thoughts take their part.", \
      "Raise --max-tokens, or give --thinking off.")                                               \
    X(answer_unreadable, "The model does not keep to the form that it is asked for.",              \
      "--retry unknown asks anew; a stronger model helps more.")                                   \
    X(content_filtered, "The provider's content filter refuses the request.",                      \
      "Nothing in the settings helps; leave the image or the question out.")                       \
    X(rules_refused, "The rules refuse what the model gives.",                                     \
      "--retry rejected asks anew; a stronger model, or a higher --tries, helps more.")            \
    X(images_unusable, "Pictures cannot be used.",                                                 \
      "See what the message says of each; --accept-damaged takes what can be read of damaged "     \
      "ones.")                                                                                     \
    X(images_unreachable, "Pictures could not be had.",                                            \
      "Check paths, permissions and addresses, then run with --retry unknown.")                    \
    X(records_unusable, "Records of the input cannot be used.",                                    \
      "Correct the records that the messages name.")                                               \
    X(fails_by_turns, "The same request fails at one time and passes at another.",                 \
      "Look at the endpoint's log: a fault inside, or one of several servers behind one address "  \
      "that is set up differently.")                                                               \
    X(passed_meanwhile, "The call that failed passes now.", "Run again with --retry unknown.")     \
    X(unexplained, "The endpoint refuses, and what was tried does not explain it.",                \
      "Read its message; the refusal is worth reporting with it.")

enum cause_id {
#define CAUSE_ENUM(name, what, fix) CAUSE_##name,
    CAUSES(CAUSE_ENUM)
#undef CAUSE_ENUM
        CAUSE_COUNT
};

struct cause {
    const char *name, *what, *fix;
};

const struct cause *cause_at(enum cause_id id);

// The cause that a failed exchange tells by itself, by kind and words; CAUSE_unexplained: none.
enum cause_id cause_of_fault(const struct fault *fault);

// The same from what a run has stored: the fault's kind and message.
enum cause_id cause_of_kind(const char *kind, const char *message);

#endif
