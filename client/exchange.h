// One HTTP request and what came back: the unit that client.h carries. A retry is a new exchange.
//
// The body is never assembled: head, base64 and tail are streamed from where they lie.
#ifndef VQAGEN_EXCHANGE_H
#define VQAGEN_EXCHANGE_H

#include "buffer.h"
#include "limit_headers.h"
#include "payload.h"

#include <stdint.h>

struct reply_stream;

// How far an exchange got, where HTTP gives no answer.
enum transport {
    TRANSPORT_OK,      // a whole HTTP response arrived
    TRANSPORT_DNS,     // the host name has no address
    TRANSPORT_REFUSED, // nothing listens at the port
    TRANSPORT_TLS,     // certificate or protocol
    TRANSPORT_CONNECT_TIMEOUT,
    TRANSPORT_FIRST_BYTE_TIMEOUT, // sent whole, but no answer began in time
    TRANSPORT_IDLE_TIMEOUT,       // no byte moved for too long, while sending or in an answer
    TRANSPORT_TIMEOUT,            // connected, but no whole answer in time
    TRANSPORT_RESET,              // closed before an answer began
    TRANSPORT_CUT,                // closed in the middle of the answer
    TRANSPORT_TOO_LARGE,          // the answer is larger than max_reply_bytes
    TRANSPORT_PROXY,
    TRANSPORT_ABORTED, // cancelled by us
    TRANSPORT_OTHER,
};

struct exchange {
    // Set by the caller before client_start; borrowed until done.
    const char *url;
    const char *key;         // NULL: none
    const char *auth_header; // the provider's format for the key, with one %s (provider.h); NULL:
                             // "Authorization: Bearer %s"
    const char *const *headers;  // further headers, up to a NULL (provider.h); NULL: none. Constant
    struct buffer head;          // owned by the exchange
    struct payload *payload;     // held by the exchange; NULL: a call without image
    struct buffer tail;          // owned
    void *owner;                 // the caller's own
    struct reply_stream *stream; // reads the answer as it arrives; owned; NULL: it is wanted whole

    // Filled in by the client.
    enum transport transport;
    char transport_message[160]; // libcurl's words; "" when OK
    int status;                  // HTTP status; 0: none arrived
    struct buffer body;          // of the response, bounded
    char content_type[64];
    char request_id[80];         // x-request-id, request-id; "" when absent
    char location[200];          // where a redirect points, cut; "" when absent. Never followed
    int64_t retry_after_ms;      // from retry-after-ms or Retry-After (seconds or date); -1: absent
    struct limit_headers limits; // what every answer, good ones too, says of its rate limits
    double seconds_total;        // from start to the last byte
    double seconds_first_byte;
    double seconds_first_token; // until the first piece of a streamed answer; negative: none came

    // Private to client.c.
    void *transfer;
};

struct exchange *exchange_new(size_t max_reply_bytes, struct error *why);
void exchange_free(struct exchange *exchange); // drops its payload; NULL is fine

// The length of the body that will be sent.
size_t exchange_body_length(const struct exchange *exchange);

#endif
