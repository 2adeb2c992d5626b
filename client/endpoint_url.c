#include "endpoint_url.h"

#include "endpoint.h"
#include "memory.h"
#include "text.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool url_parse(CURLU *parts, const char *base, bool *encrypted, struct error *why);
static bool path_set(CURLU *parts, const char *default_path, const char *chat_path,
                     struct error *why);
static char *host_of(CURLU *parts);
static bool host_is_private(const char *host);

bool endpoint_url_init(struct endpoint_url *url, const char *base, const char *default_path,
                       const char *chat_path, struct error *why)
{
    *url = (struct endpoint_url){0};
    CURLU *parts = curl_url();
    if (parts == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a URL");
    char *full = NULL;
    bool done = url_parse(parts, base, &url->encrypted, why) &&
                path_set(parts, default_path, chat_path, why);
    if (done) {
        url->host = host_of(parts);
        if (curl_url_get(parts, CURLUPART_URL, &full, 0) == CURLUE_OK)
            url->full = text_copy(full);
        if (url->host == NULL || url->full == NULL)
            done = error_set(why, ERR_MEMORY, "no memory for a URL");
        else
            url->is_private = host_is_private(url->host);
    }
    curl_free(full);
    curl_url_cleanup(parts);
    if (!done)
        endpoint_url_clear(url);
    return done;
}

void endpoint_url_clear(struct endpoint_url *url)
{
    free(url->full);
    free(url->host);
    *url = (struct endpoint_url){0};
}

// Whether the part is there and not empty.
static bool has_part(CURLU *parts, CURLUPart part)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(parts, part, &text, 0);
    if (code == CURLUE_OUT_OF_MEMORY)
        memory_noted(NULL);
    bool there = code == CURLUE_OK && *text != '\0';
    curl_free(text);
    return there;
}

// A URL without its scheme is refused, not completed: "api.example.com" could be meant either way,
// and a key must not go out unencrypted by a guess.
static bool url_parse(CURLU *parts, const char *base, bool *encrypted, struct error *why)
{
    const char *at_sign = strchr(base, '@');
    if (strstr(base, "://") == NULL)
        return error_set(why, ERR_SETTINGS, "base URL '%s' needs https:// or http:// in front",
                         at_sign != NULL ? at_sign + 1 : base);
    errno = 0;
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, base, CURLU_NON_SUPPORT_SCHEME);
    // libcurl calls some of what it has no memory for malformed.
    if (code == CURLUE_OUT_OF_MEMORY || (code != CURLUE_OK && errno == ENOMEM))
        return error_set(why, ERR_MEMORY, "no memory for a URL");
    if (code != CURLUE_OK)
        return error_set(why, ERR_SETTINGS,
                         "base URL '%s' cannot be read: %s; it should look like "
                         "https://host/v1 or http://127.0.0.1:8000/v1",
                         at_sign != NULL ? at_sign + 1 : base, curl_url_strerror(code));
    if (has_part(parts, CURLUPART_USER) || has_part(parts, CURLUPART_PASSWORD))
        return error_set(why, ERR_SETTINGS,
                         "the base URL holds a user name or password, which would show up in logs; "
                         "leave it out and set the key in the environment (VQAGEN_API_KEY)");
    char *scheme = NULL;
    if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        return error_set(why, ERR_MEMORY, "no memory for a URL");
    *encrypted = strcasecmp(scheme, "https") == 0;
    bool known = *encrypted || strcasecmp(scheme, "http") == 0;
    curl_free(scheme);
    if (!known)
        return error_set(why, ERR_SETTINGS,
                         "base URL '%s' is neither https:// nor http://, which is all that model "
                         "endpoints speak",
                         base);
    curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
    return true;
}

static void cut_slashes(char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        path[--length] = '\0';
}

static void cut_suffix(char *path, const char *suffix)
{
    cut_slashes(path);
    if (text_ends(path, suffix))
        path[strlen(path) - strlen(suffix)] = '\0';
    cut_slashes(path);
}

// People paste the whole address of the chat call, or add /v1 to a base that has it: both are
// answered with a 404 that explains nothing, so both are mended here.
static bool path_set(CURLU *parts, const char *default_path, const char *chat_path,
                     struct error *why)
{
    char *path = NULL;
    if (curl_url_get(parts, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        return error_set(why, ERR_MEMORY, "no memory for a URL");
    cut_suffix(path, chat_path);
    while (text_ends(path, "/v1/v1") || (text_ends(path, "/v1") && text_starts(chat_path, "/v1/")))
        path[strlen(path) - strlen("/v1")] = '\0';
    struct buffer whole;
    buffer_init(&whole, 1 << 16);
    buffer_append_text(&whole, *path == '\0' && default_path != NULL ? default_path : path);
    buffer_append_text(&whole, chat_path);
    curl_free(path);
    bool done = buffer_check(&whole, "the path of the base URL", why);
    if (done && curl_url_set(parts, CURLUPART_PATH, buffer_text(&whole), 0) != CURLUE_OK)
        done = error_set(why, ERR_MEMORY, "no memory for a URL");
    buffer_clear(&whole);
    return done;
}

char *endpoint_url_path(const char *url)
{
    char *path = NULL, *copy = NULL;
    CURLU *parts = curl_url();
    if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK) {
        cut_slashes(path);
        copy = text_copy(path);
    }
    curl_free(path);
    curl_url_cleanup(parts);
    return copy;
}

// The host as a new string, without the brackets of IPv6; NULL: none or no memory.
static char *host_of(CURLU *parts)
{
    char *host = NULL, *copy = NULL;
    if (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return NULL;
    size_t length = strlen(host);
    if (length >= 2 && host[0] == '[')
        copy = text_copy_length(host + 1, length - 2);
    else
        copy = text_copy(host);
    curl_free(host);
    return copy;
}

bool endpoint_host_is_private(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    if (parts != NULL &&
        curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
        host = host_of(parts);
    bool answer = host != NULL && host_is_private(host);
    free(host);
    curl_url_cleanup(parts);
    return answer;
}

// RFC 1918, RFC 3927 (link-local), 127/8 and 0.0.0.0; address in host order.
static bool ipv4_is_private(uint32_t address)
{
    return address == 0 || address >> 24 == 127 || address >> 24 == 10 ||
           address >> 20 == (172u << 4 | 1) || address >> 16 == (192u << 8 | 168) ||
           address >> 16 == (169u << 8 | 254);
}

// RFC 4193 (fc00::/7), fe80::/10, ::1, :: and IPv4 inside IPv6.
static bool ipv6_is_private(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        uint32_t inner;
        memcpy(&inner, address->s6_addr + 12, sizeof inner);
        return ipv4_is_private(ntohl(inner));
    }
    return IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address) ||
           IN6_IS_ADDR_LINKLOCAL(address) || (address->s6_addr[0] & 0xfe) == 0xfc;
}

static bool host_is_private(const char *host)
{
    char name[256];
    snprintf(name, sizeof name, "%s", host);
    size_t length = strlen(name);
    if (length > 0 && name[length - 1] == '.')
        name[length - 1] = '\0';
    struct in_addr ipv4;
    if (inet_pton(AF_INET, name, &ipv4) == 1)
        return ipv4_is_private(ntohl(ipv4.s_addr));
    if (strchr(name, ':') != NULL) {
        name[strcspn(name, "%")] = '\0';
        struct in6_addr ipv6;
        return inet_pton(AF_INET6, name, &ipv6) == 1 && ipv6_is_private(&ipv6);
    }
    if (*name == '\0' || strchr(name, '.') == NULL)
        return *name != '\0';
    static const char *const inner[] = {".local", ".internal", ".lan", ".home.arpa", ".localhost"};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        size_t tail = strlen(inner[i]), whole = strlen(name);
        if (whole > tail && strcasecmp(name + whole - tail, inner[i]) == 0)
            return true;
    }
    return false;
}

char *endpoint_url_of_stream(const char *full, const char *stream_path)
{
    if (stream_path == NULL)
        return text_copy(full);
    // A query of the user's own stays, behind ours.
    const char *query = strchr(full, '?');
    size_t length = query != NULL ? (size_t)(query - full) : strlen(full);
    const char *verb = memrchr(full, ':', length);
    if (verb == NULL || memchr(verb, '/', length - (size_t)(verb - full)) != NULL)
        return text_copy(full); // an address without a verb is a gateway's own affair
    char *url = NULL;
    if (asprintf(&url, "%.*s%s%s%s", (int)(verb + 1 - full), full, stream_path,
                 query != NULL ? "&" : "", query != NULL ? query + 1 : "") < 0)
        return NULL;
    return url;
}

char *endpoint_url_of_prefix(const char *full, const char *chat_path, const char *prefix_path)
{
    size_t end = strcspn(full, "?"), tail = strlen(chat_path);
    if (prefix_path == NULL || end < tail || strncmp(full + end - tail, chat_path, tail) != 0)
        return text_copy(full);
    size_t base = end - tail;
    if (base >= 3 && strncmp(full + base - 3, "/v1", 3) == 0)
        base -= 3;
    char *url = NULL;
    if (asprintf(&url, "%.*s%s%s", (int)base, full, prefix_path, full + end - tail) < 0)
        return NULL;
    return url;
}
