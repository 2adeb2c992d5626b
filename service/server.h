// The HTTP server: libmicrohttpd round chat.h.
#ifndef VQAGEN_SERVER_H
#define VQAGEN_SERVER_H

#include "chat.h"

#include <netinet/in.h>

struct server;

// Listens and serves on threads of its own. *port is the one that was given or found. NULL:
// ERR_ENDPOINT (the port is taken), ERR_MEMORY.
struct server *server_start(struct chat *chat, const struct sockaddr_in *address, unsigned *port,
                            struct error *why);

// Breaks off what is in flight, and ends the threads. NULL is fine.
void server_stop(struct server *server);

#endif
