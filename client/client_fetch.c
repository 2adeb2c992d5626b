#include "client.h"
#include "secret.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static const long max_redirects = 5;

struct fetch {
    struct buffer *out;
    bool over_ceiling;
};

static size_t on_write(char *bytes, size_t size, size_t count, void *context)
{
    struct fetch *fetch = context;
    size_t length = size * count;
    fetch->over_ceiling = length > fetch->out->ceiling - fetch->out->length;
    return buffer_append(fetch->out, bytes, length) ? length : 0;
}

// The URL as messages show it: without what follows '?', where signed URLs carry their secrets, and
// without a user and password before '@'.
static void url_brief(const char *url, char *text, size_t size)
{
    int length = (int)strcspn(url, "?#");
    const char *host = strstr(url, "://");
    host = host != NULL ? host + strlen("://") : url;
    const char *at = memchr(host, '@', strcspn(host, "/?#"));
    if (at != NULL)
        snprintf(text, size, "%.*s%.*s", (int)(host - url), url, length - (int)(at + 1 - url),
                 at + 1);
    else
        snprintf(text, size, "%.*s", length, url);
    secret_hide(text);
}

static bool fetch_result(const struct fetch *fetch, const char *url, CURLcode code, long status,
                         const char *words, struct error *why)
{
    char brief[200];
    url_brief(url, brief, sizeof brief);
    if (fetch->over_ceiling)
        return error_set(why, ERR_TOO_LARGE, "%s is larger than %zu bytes", brief,
                         fetch->out->ceiling);
    if (fetch->out->failed)
        return error_set(why, ERR_MEMORY, "no memory for what %s sends", brief);
    if (code != CURLE_OK)
        return error_set(why, ERR_IMAGE, "%s cannot be fetched: %s", brief,
                         *words != '\0' ? words : curl_easy_strerror(code));
    if (status != 200)
        return error_set(why, ERR_IMAGE, "%s cannot be fetched: HTTP %ld", brief, status);
    return true;
}

bool client_fetch(const char *url, int64_t timeout_ms, struct buffer *out, struct error *why)
{
    CURL *easy = curl_easy_init();
    if (easy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a transfer");
    size_t length = out->length;
    struct fetch fetch = {.out = out};
    char words[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &fetch);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, max_redirects);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    // Some image hosts refuse requests that do not say who asks.
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vqagen/" VQAGEN_VERSION);
    CURLcode code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    bool done = fetch_result(&fetch, url, code, status, words, why);
    curl_easy_cleanup(easy);
    if (!done) {
        buffer_truncate(out, length);
        out->failed = false;
    }
    return done;
}
