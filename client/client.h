// The network: one curl multi loop, driven by the thread that owns it.
//
// The owner starts exchanges and calls client_turn again and again; finished exchanges come back
// through the `done` function, inside client_turn. Other threads may call client_wake only.
// Connections are kept and reused; HTTP/2 is used where TLS offers it.
#ifndef VQAGEN_CLIENT_H
#define VQAGEN_CLIENT_H

#include "exchange.h"

struct client;

// Texts are borrowed while the client lives.
struct client_settings {
    unsigned max_connections; // to one host; 0: as many as exchanges are started
    int64_t timeout_ms;       // whole exchange
    int64_t connect_timeout_ms;
    int64_t first_byte_timeout_ms; // from the request's last byte to the answer's first; 0: none
    int64_t idle_timeout_ms;       // without a byte in either direction, otherwise; 0: none
    size_t max_reply_bytes;
    const char *user_agent;
    const char *ca_file;                                    // NULL: the system's
    const char *proxy;                                      // NULL: as the environment says
    void (*done)(void *context, struct exchange *exchange); // ownership goes to the callee
    void *context;
};

struct client *client_new(const struct client_settings *settings, struct error *why);

// Takes the exchange; it comes back through done, whatever happens. False (ERR_MEMORY): it is still
// the caller's.
bool client_start(struct client *client, struct exchange *exchange, struct error *why);

// Moves bytes, hands finished exchanges to done, and waits up to timeout_ms for more to do (0: does
// not wait). False: ERR_INTERNAL.
bool client_turn(struct client *client, int timeout_ms, struct error *why);

void client_wake(struct client *client); // from any thread: ends the waiting of client_turn

unsigned client_in_flight(const struct client *client);

// Ends every exchange at once; each comes back through done as TRANSPORT_ABORTED.
void client_abort(struct client *client);

void client_free(struct client *client); // aborts first; NULL is fine

// Fetches a URL whole with GET, waiting for it: for images given by URL, on a worker's thread.
// Follows at most 5 redirects, http and https only. False: ERR_IMAGE or ERR_TOO_LARGE, with the
// status or libcurl's words.
bool client_fetch(const char *url, int64_t timeout_ms, struct buffer *out, struct error *why);

#endif
