// The address of the chat call, made from what people type as a base URL, by libcurl's own parser,
// so that what is checked here is what will be dialled.
#ifndef VQAGEN_ENDPOINT_URL_H
#define VQAGEN_ENDPOINT_URL_H

#include "error.h"

struct endpoint_url {
    char *full;      // with the chat path; owned
    char *host;      // without port, IPv6 without brackets; owned
    bool encrypted;  // https
    bool is_private; // see endpoint_host_is_private
};

// default_path: the path for an address that has none ("/v1"), or NULL. False: ERR_SETTINGS; the
// message never shows a password that the address holds.
bool endpoint_url_init(struct endpoint_url *url, const char *base, const char *default_path,
                       const char *chat_path, struct error *why);
void endpoint_url_clear(struct endpoint_url *url);

// The address of the call whose reply is a stream: what follows the last ':' of the chat path is
// `stream_path`, as in "streamGenerateContent?alt=sse"; NULL: the address is the same. A new
// string, NULL without memory.
char *endpoint_url_of_stream(const char *full, const char *stream_path);

// The address that takes the beginning of a reply: `prefix_path` stands before the chat path, in
// place of "/v1" if that is there ("https://api.deepseek.com/beta/chat/completions"); NULL: the
// address is the same. A new string, NULL without memory.
char *endpoint_url_of_prefix(const char *full, const char *chat_path, const char *prefix_path);

// The path of the URL without a slash at its end ("" for none); a new string, NULL without memory.
char *endpoint_url_path(const char *url);

#endif
