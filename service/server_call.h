// One request to the server, from its first header to its end: what server.c, which takes requests
// and works on them, shares with where they are routed and how their replies are sent.
#ifndef VQAGEN_SERVER_CALL_H
#define VQAGEN_SERVER_CALL_H

#include "chat.h"
#include "schedule.h"

#include <microhttpd.h>

struct server {
    struct chat *chat;
    struct schedule *schedule;
    struct MHD_Daemon *daemon;
};

enum route { ROUTE_CHAT, ROUTE_MODELS, ROUTE_STATS, ROUTE_HEALTH, ROUTE_NONE, ROUTE_WRONG_METHOD };

struct call {
    struct job job; // first, so that a job is a call
    struct server *server;
    struct MHD_Connection *connection;
    enum route route;
    struct chat_asked asked;
    char *path, *model; // owned; asked borrows them
    size_t piece;       // of the reply's script, the next to be sent
    bool waited;        // for that piece
    struct buffer body;
    bool too_large;
    bool worked; // reply is decided
    bool ready;  // the schedule handed it back
    struct chat_reply reply;
};

// A header of the request; NULL: it has none.
const char *call_header(const struct call *call, const char *name);

// What the path and the method ask for; fills in what it tells of call->asked.
enum route call_route(struct call *call, const char *method);

// Sends the reply at once, or gives the call to the schedule.
enum MHD_Result call_wait(struct call *call);
enum MHD_Result call_send(struct call *call);

#endif
