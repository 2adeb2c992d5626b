// One chat request from body to response, without a socket: what the server answers, and when.
#ifndef VQAGEN_CHAT_H
#define VQAGEN_CHAT_H

#include "capacity.h"
#include "completion.h"
#include "excuses.h"
#include "ledger.h"
#include "simulator.h"

enum { MAX_BODY = 64 << 20 }; // bytes of a request

struct chat;

// NULL: ERR_SETTINGS, ERR_MEMORY.
struct chat *chat_new(const struct simulator_settings *settings, struct error *why);
void chat_free(struct chat *chat);

struct ledger *chat_ledger(struct chat *chat);
const struct capacity *chat_capacity(const struct chat *chat);
unsigned chat_threads(const struct chat *chat); // worth having for the network
bool chat_early(const struct chat *chat);       // refuse what can be before the body is read
const char *chat_path(const struct chat *chat); // where alone it serves; NULL: wherever it can
size_t chat_max_body(const struct chat *chat);  // bytes of a request, at most MAX_BODY

// What is to be sent for a request.
struct chat_reply {
    const struct player *player; // whose words and headers it has
    int status;
    enum fault_action action; // NONE, STATUS, RESET, STALL or CUT matter to the server
    struct buffer body;
    struct script script; // how the body is sent; without pieces: at once
    const char *content_type;
    struct buffer headers; // further ones, lines "Name: value\n"
    int64_t delay_ns;      // after which it is due
    struct fingerprint print;
    struct outcome outcome;
    unsigned seen;
    int64_t begun_ms;
    bool counted;
};

// What the path of a request says.
struct chat_asked {
    const struct protocol *protocol;
    const char *path;
    const char *model;         // NULL: the body names it
    bool stream, stream_array; // Gemini's streams; with array as a JSON array
    bool beta;                 // DeepSeek's beta path
};

// key: as the request brings it, or NULL. False, with a reply ready to send, when the
// key is not the one that is wanted, or when each request is refused by a fault of a key or an
// address.
bool chat_authorize(struct chat *chat, const struct chat_asked *asked, const char *key,
                    struct chat_reply *reply);

// Answers a body. The caller clears the reply.
void chat_answer(struct chat *chat, const struct chat_asked *asked, const char *body, size_t length,
                 struct chat_reply *reply);

// Writes the list of models, or the one that the path names, in the protocol's shape.
void chat_models(struct chat *chat, const struct chat_asked *asked, struct chat_reply *reply);

// A refusal made by the server itself (a path, a method, a size, no place), in the words of that
// kind of fault (faults.h).
void chat_refuse(struct chat *chat, const struct chat_asked *asked, const char *kind,
                 struct chat_reply *reply);

// The same with words of the server's own.
void chat_refuse_saying(struct chat *chat, const struct chat_asked *asked, int status,
                        const char *message, struct chat_reply *reply);

// Counts the request with its reply: before a byte of it is sent, so that a client that has its
// reply finds it counted.
void chat_count(struct chat *chat, struct chat_reply *reply);

// The request has ended: writes its line to the log. sent: the reply went out whole; if not, what
// was counted is taken back.
void chat_finish(struct chat *chat, struct chat_reply *reply, bool sent);

void chat_reply_clear(struct chat_reply *reply);

#endif
