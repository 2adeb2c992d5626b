// A connection to an endpoint's host and nothing more: name, port, proxy and TLS are tried, and no
// request is sent. It tells at which of them an endpoint cannot be reached.
#ifndef VQAGEN_CONNECTION_H
#define VQAGEN_CONNECTION_H

#include "client.h"

enum connection_step { CONNECTION_DNS, CONNECTION_TCP, CONNECTION_TLS, CONNECTION_OPEN };

struct connection {
    enum transport transport;     // TRANSPORT_OK once it is open
    enum connection_step reached; // what it failed at, or CONNECTION_OPEN
    char address[64];             // that was connected to; "" when none was
    bool proxied;                 // the address is a proxy's
    bool encrypted;
    double seconds;
    char message[200]; // libcurl's words; "" when open
};

// trust: whether any certificate will do, for finding out whether a port speaks TLS at all. Nothing
// is sent over the connection. False: ERR_MEMORY.
bool connection_try(const char *url, const struct client_settings *settings, bool trust,
                    struct connection *connection, struct error *why);

// Whether the host of an https URL answers there without encryption: asked for its root, with no
// key and no more. A server with TLS may say 400 to that, which does not count.
bool connection_is_plain(const char *url, const struct client_settings *settings);

// Whether what could not be connected to is a proxy, one from the environment perhaps: libcurl's
// words then say so, or name another host than the URL's.
bool connection_failed_at_proxy(const char *words, const char *url);

// Which proxy the settings or the environment name for the URL, and where: "--proxy http://a:1",
// "https_proxy=http://a:1"; "" when none does. What no_proxy leaves out is not looked at. A user's
// name and password are left out. Returns text.
const char *connection_proxy(const char *url, const struct client_settings *settings, char *text,
                             size_t size);

// The libcurl settings for reaching a host that this and other requests outside the loop share:
// timeouts, certificates, proxy, user agent. easy is a CURL handle.
void connection_set(void *easy, const char *url, const struct client_settings *settings);

#endif
