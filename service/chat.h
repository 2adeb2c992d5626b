// One chat request from body to response, without a socket: what the server answers, and when.
#ifndef VQAGEN_CHAT_H
#define VQAGEN_CHAT_H

#include "capacity.h"
#include "completion.h"
#include "ledger.h"
#include "protocol.h"
#include "simulator.h"

enum { MAX_BODY = 64 << 20 }; // bytes of a request

struct chat;

// NULL: ERR_SETTINGS, ERR_MEMORY.
struct chat *chat_new(const struct simulator_settings *settings, struct error *why);
void chat_free(struct chat *chat);

struct ledger *chat_ledger(struct chat *chat);
const struct capacity *chat_capacity(const struct chat *chat);
unsigned chat_threads(const struct chat *chat); // worth having for the network
const char *chat_model(const struct chat *chat);

// What is to be sent for a request.
struct chat_reply {
    const struct protocol *protocol;
    int status;
    enum fault_action action; // NONE, STATUS, RESET, STALL or CUT matter to the server
    struct buffer body;
    struct script script; // how the body is sent; without pieces: at once
    const char *content_type;
    bool retry_after; // header Retry-After: 1
    int64_t delay_ns; // after which it is due
    struct fingerprint print;
    struct outcome outcome;
    unsigned seen;
    int64_t begun_ms;
    bool counted;
};

// key: the value of the protocol's key header, or NULL. False, with a reply ready to send, when the
// key is not the one that is wanted.
bool chat_authorize(const struct chat *chat, const struct protocol *protocol, const char *key,
                    struct chat_reply *reply);

// What the path of a request says.
struct chat_asked {
    const struct protocol *protocol;
    const char *model;         // NULL: the body names it
    bool stream, stream_array; // Gemini's streams; with array as a JSON array
};

// Answers a body. The caller clears the reply.
void chat_answer(struct chat *chat, const struct chat_asked *asked, const char *body, size_t length,
                 struct chat_reply *reply);

// An error reply made by the server itself (404 path, 405, 413).
void chat_refuse(struct chat *chat, const struct protocol *protocol, int status,
                 const char *message, struct chat_reply *reply);

// The refusal of a request for which there is no place.
void chat_refuse_busy(const struct protocol *protocol, struct chat_reply *reply);

// Counts the request with its reply: before a byte of it is sent, so that a client that has its
// reply finds it counted.
void chat_count(struct chat *chat, struct chat_reply *reply);

// The request has ended: writes its line to the log. sent: the reply went out whole; if not, what
// was counted is taken back.
void chat_finish(struct chat *chat, struct chat_reply *reply, bool sent);

void chat_reply_clear(struct chat_reply *reply);

#endif
