// One exchange under way on a libcurl handle. Handles keep their settings and are used again; a
// transfer carries one exchange at a time.
#ifndef VQAGEN_TRANSFER_H
#define VQAGEN_TRANSFER_H

#include "client.h"

#include <curl/curl.h>

struct transfer {
    CURL *easy;
    struct exchange *exchange;     // NULL while idle
    struct buffer small;           // a small body in one piece
    size_t position;               // bytes of the body handed to libcurl
    int local_port;                // of the connection in use, which it tells from others; 0: none
    struct buffer unread;          // what the server had sent when libcurl gave the connection up
    int64_t begun_us;              // monotonic
    bool over_ceiling;             // the answer did not fit
    bool anew;                     // this is the second beginning; see transfer_lost_answer
    struct curl_slist *headers;    // of the exchange; borrowed
    struct curl_slist *asking;     // of the second beginning; owned
    bool proxied;                  // by --proxy: it, not the server, is what is connected to
    curl_off_t moved;              // bytes in both directions, when last looked at
    int64_t moved_ms;              // and when they last were more than before; 0: not connected
    enum transport stalled;        // the timeout that ended it; TRANSPORT_OK: none did
    CURLcode code;                 // of one that is finished
    struct transfer *next, **at;   // in the client's list of idle, running or finished ones
    char message[CURL_ERROR_SIZE]; // libcurl's words
};

// A handle with everything set that is the same for all exchanges. NULL: ERR_MEMORY.
// close_socket is libcurl's CURLOPT_CLOSESOCKETFUNCTION.
struct transfer *transfer_new(const struct client_settings *settings,
                              curl_closesocket_callback close_socket, void *context,
                              struct error *why);
void transfer_free(struct transfer *transfer);

// A server that refuses a request in the middle of its body answers and closes at once; libcurl may
// meet the closed connection before it looks for an answer, and then reports a failure to send.
// So what lies unread in the socket of such a connection is kept before it is closed, and
// transfer_finish finds the refusal in it. (Under TLS it is encrypted: see transfer_lost_answer.)
void transfer_keep_unread(struct transfer *transfer, int socket);

// Sets what is this exchange's own. headers is borrowed until the transfer is over.
bool transfer_prepare(struct transfer *transfer, struct exchange *exchange,
                      struct curl_slist *headers, struct error *why);

// Whether nothing has moved for too long, as far as looking now and then can tell: while the
// request is sent and while an answer comes in, for idle_timeout_ms; between the two, for
// first_byte_timeout_ms. transfer_finish follows.
bool transfer_has_stalled(struct transfer *transfer, const struct client_settings *settings,
                          int64_t now_ms);

// Whether libcurl may have thrown an answer away: the server, or the proxy before it, closed the
// stream or the TLS connection before the body was sent whole. One that refuses a request early
// does so after its answer (RFC 9113, 8.1; RFC 9112, 9.6), which libcurl 7.88 then does not read.
// So the transfer begins anew, once: over HTTP/1.1, and asking for leave before it sends the body
// (Expect: 100-continue), which has the answer read first. Servers that know no such leave are sent
// the body after a second, libcurl's own patience.
bool transfer_lost_answer(const struct transfer *transfer, CURLcode code);
bool transfer_begin_anew(struct transfer *transfer); // false: no memory for it

// Writes into the exchange how it ended, and lets go of it.
struct exchange *transfer_finish(struct transfer *transfer, CURLcode code);

#endif
