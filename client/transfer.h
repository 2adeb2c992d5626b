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
    bool over_ceiling;             // the answer did not fit
    struct transfer *next, **at;   // in the client's list of idle or running ones
    char message[CURL_ERROR_SIZE]; // libcurl's words
};

// A handle with everything set that is the same for all exchanges. NULL: ERR_MEMORY.
struct transfer *transfer_new(const struct client_settings *settings, struct error *why);
void transfer_free(struct transfer *transfer);

// Sets what is this exchange's own. headers is borrowed until the transfer is over.
bool transfer_prepare(struct transfer *transfer, struct exchange *exchange,
                      struct curl_slist *headers, struct error *why);

// Writes into the exchange how it ended, and lets go of it.
struct exchange *transfer_finish(struct transfer *transfer, CURLcode code);

#endif
