#include "connection.h"

#include "secret.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void judge(CURL *easy, CURLcode code, struct connection *connection);
static void judge_proxy(CURL *easy, const char *url, const char *words,
                        const struct client_settings *settings, struct connection *connection);

// Loopback is never reached through a proxy of the environment's, as in transfer.c.
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = {"://127.", "://localhost", "://[::1]"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (strstr(url, hosts[i]) != NULL)
            return true;
    return false;
}

void connection_set(void *easy, const char *url, const struct client_settings *settings)
{
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms);
    if (settings->user_agent != NULL)
        curl_easy_setopt(easy, CURLOPT_USERAGENT, settings->user_agent);
    if (settings->ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
    if (settings->proxy != NULL)
        curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
    else if (is_loopback(url))
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

bool connection_try(const char *url, const struct client_settings *settings, bool trust,
                    struct connection *connection, struct error *why)
{
    *connection = (struct connection){.encrypted = strncasecmp(url, "https:", 6) == 0};
    CURL *easy = curl_easy_init();
    if (easy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a connection");
    char words[CURL_ERROR_SIZE] = "";
    connection_set(easy, url, settings);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (trust) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    connection->proxied = settings->proxy != NULL;
    CURLcode code = curl_easy_perform(easy);
    judge(easy, code, connection);
    if (code != CURLE_OK)
        snprintf(connection->message, sizeof connection->message, "%s",
                 *words != '\0' ? words : curl_easy_strerror(code));
    judge_proxy(easy, url, words, settings, connection);
    secret_hide(connection->message);
    curl_easy_cleanup(easy);
    return true;
}

bool connection_is_plain(const char *url, const struct client_settings *settings)
{
    CURL *easy = curl_easy_init();
    char plain[300];
    long status = 0;
    if (easy == NULL)
        return false;
    const char *host = strstr(url, "://") + strlen("://");
    size_t length = strcspn(host, "/?#");
    // The port has to stand there: without one the two schemes mean different ones.
    const char *bracket = memchr(host, ']', length), *name_end = bracket != NULL ? bracket : host;
    bool named = memchr(name_end, ':', length - (size_t)(name_end - host)) != NULL;
    snprintf(plain, sizeof plain, "http://%.*s%s/", (int)length, host, named ? "" : ":443");
    connection_set(easy, plain, settings);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)settings->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    bool answered = curl_easy_perform(easy) == CURLE_OK &&
                    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
    curl_easy_cleanup(easy);
    return answered && status >= 200 && status != 400;
}

bool connection_failed_at_proxy(const char *words, const char *url)
{
    static const char before[] = "Failed to connect to ", silent[] = "Proxy CONNECT aborted";
    if (strncmp(words, silent, strlen(silent)) == 0)
        return true;
    const char *named = strstr(words, before), *host = strstr(url, "://");
    if (named == NULL || host == NULL)
        return false;
    named += strlen(before);
    size_t length = strcspn(named, " ");
    host += strlen("://");
    const char *end = host + strcspn(host, "/?#"), *at = memchr(host, '@', (size_t)(end - host));
    if (at != NULL)
        host = at + 1;
    if (*host == '[') // libcurl names an IPv6 address without its brackets
        host++;
    return strncasecmp(named, host, length) != 0 || strchr(":/?#]", host[length]) == NULL;
}

static const char *variable_set(const char *const *names, const char **value)
{
    for (; *names != NULL; names++)
        if ((*value = getenv(*names)) != NULL && **value != '\0')
            return *names;
    return NULL;
}

const char *connection_proxy(const char *url, const struct client_settings *settings, char *text,
                             size_t size)
{
    // As libcurl has them: HTTP_PROXY is what a CGI server makes of a request's header "Proxy".
    static const char *const of_https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                           NULL};
    static const char *const of_http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    const char *value = settings->proxy, *name = "--proxy", *equals = " ";
    text[0] = '\0';
    if (value == NULL) {
        name = variable_set(strncasecmp(url, "https:", 6) == 0 ? of_https : of_http, &value);
        equals = "=";
    }
    if (name == NULL || value == NULL)
        return text;
    const char *host = strstr(value, "://"), *at = strrchr(value, '@');
    int scheme = host != NULL ? (int)(host + 3 - value) : 0;
    snprintf(text, size, "%s%s%.*s%s", name, equals, scheme, value,
             at != NULL ? at + 1 : value + scheme);
    return text;
}

// What is connected to may be the proxy. One that has let the connection through is not at fault.
static void judge_proxy(CURL *easy, const char *url, const char *words,
                        const struct client_settings *settings, struct connection *connection)
{
    long proxy_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    bool failed = connection->transport == TRANSPORT_REFUSED ||
                  (connection->transport == TRANSPORT_CONNECT_TIMEOUT && proxy_status == 0);
    if (!failed || (settings->proxy == NULL && !connection_failed_at_proxy(words, url)))
        return;
    connection->transport = TRANSPORT_PROXY;
    connection->reached = CONNECTION_TCP;
    connection->proxied = true;
}

// How far a failed connection came shows in the times that libcurl kept.
static void judge(CURL *easy, CURLcode code, struct connection *connection)
{
    curl_off_t named = 0, connected = 0, total = 0;
    long proxy_status = 0, verify = 0;
    char *address = NULL;
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &named);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify);
    if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != NULL)
        snprintf(connection->address, sizeof connection->address, "%s", address);
    connection->seconds = (double)total / 1e6;
    // A time is kept once TLS stands too, an address once there is a connection.
    bool open = connected > 0 || (connection->address[0] != '\0' && !connection->proxied);
    connection->proxied = connection->proxied || proxy_status != 0;
    connection->transport = TRANSPORT_OTHER;
    connection->reached = open ? CONNECTION_TLS : named > 0 ? CONNECTION_TCP : CONNECTION_DNS;
    switch (code) {
    case CURLE_OK:
        connection->transport = TRANSPORT_OK;
        connection->reached = CONNECTION_OPEN;
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        connection->transport = TRANSPORT_DNS;
        connection->reached = CONNECTION_DNS;
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
        connection->transport = TRANSPORT_PROXY;
        connection->reached = CONNECTION_TCP;
        break;
    case CURLE_COULDNT_CONNECT:
        connection->transport = TRANSPORT_REFUSED;
        connection->reached = CONNECTION_TCP;
        break;
    case CURLE_OPERATION_TIMEDOUT:
        connection->transport = TRANSPORT_CONNECT_TIMEOUT;
        break;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        connection->transport = proxy_status >= 300 ? TRANSPORT_PROXY : TRANSPORT_RESET;
        break;
    default:
        connection->transport = TRANSPORT_TLS;
        connection->reached = CONNECTION_TLS;
    }
    if (proxy_status >= 300) {
        connection->transport = TRANSPORT_PROXY;
        connection->reached = CONNECTION_TCP;
    }
}
