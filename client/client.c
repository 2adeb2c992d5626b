#include "client.h"

#include "clock.h"
#include "memory.h"
#include "transfer.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// HTTP/2 puts many calls on one connection, whose flow control window then is shared by all their
// images: 64 KiB a round trip at worst. More connections with fewer calls each keep uploads quick.
static const long max_streams = 8;

// The headers of every call with one key, made once.
struct header_set {
    struct header_set *next;
    char *key;         // NULL: none
    char *auth_header; // format
    const char *const *more;
    bool stream; // the reply is wanted as one
    struct curl_slist *headers;
};

struct client {
    CURLM *multi;
    struct client_settings settings;
    struct transfer *idle, *running;
    struct header_set *header_sets;
    unsigned in_flight;
    int64_t looked_ms;            // when stalled transfers were last looked for
    struct transfer *looked_next; // of the running ones: where that look goes on
};

static struct curl_slist *headers_for(struct client *client, const struct exchange *exchange);
static void header_set_free(struct header_set *set);
static int on_close(void *context, curl_socket_t socket);
static bool collect_finished(struct client *client);
static int wait_of(const struct client *client, int timeout_ms, int64_t now_ms);
static void end_stalled(struct client *client, int64_t now_ms);
static void end_transfer(struct client *client, struct transfer *transfer, CURLcode code,
                         bool aborted);

static void *allocate(size_t size)
{
    return memory_noted(malloc(size));
}

static void *allocate_zeros(size_t count, size_t size)
{
    return memory_noted(calloc(count, size));
}

static void *reallocate(void *old, size_t size)
{
    return memory_noted(realloc(old, size));
}

static char *duplicate(const char *text)
{
    return memory_noted(strdup(text));
}

struct client *client_new(const struct client_settings *settings, struct error *why)
{
    // Without memory libcurl may say anything: that a URL is malformed, that a host was not found.
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, free, reallocate, duplicate,
                             allocate_zeros) != CURLE_OK) {
        error_set(why, ERR_INTERNAL, "libcurl cannot be initialised");
        return NULL;
    }
    struct client *client = calloc(1, sizeof *client);
    CURLM *multi = curl_multi_init();
    if (client == NULL || multi == NULL) {
        free(client);
        curl_multi_cleanup(multi);
        error_set(why, ERR_MEMORY, "no memory for the network loop");
        return NULL;
    }
    client->multi = multi;
    client->settings = *settings;
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, max_streams);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)settings->max_connections);
    return client;
}

// Puts the transfer in front of a list / takes it out of the list that it is in.
static void list_put(struct transfer **list, struct transfer *transfer)
{
    transfer->next = *list;
    transfer->at = list;
    if (*list != NULL)
        (*list)->at = &transfer->next;
    *list = transfer;
}

static void list_take(struct transfer *transfer)
{
    *transfer->at = transfer->next;
    if (transfer->next != NULL)
        transfer->next->at = transfer->at;
}

static void leave_list(struct client *client, struct transfer *transfer)
{
    if (client->looked_next == transfer)
        client->looked_next = transfer->next;
    list_take(transfer);
}

bool client_start(struct client *client, struct exchange *exchange, struct error *why)
{
    struct curl_slist *headers = headers_for(client, exchange);
    if (headers == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a request's headers");
    struct transfer *transfer = client->idle;
    if (transfer == NULL) {
        transfer = transfer_new(&client->settings, on_close, client, why);
        if (transfer == NULL)
            return false;
        list_put(&client->idle, transfer);
    }
    if (!transfer_prepare(transfer, exchange, headers, why))
        return false;
    CURLMcode code = curl_multi_add_handle(client->multi, transfer->easy);
    if (code != CURLM_OK) {
        transfer->exchange = NULL;
        exchange->transfer = NULL;
        return error_set(why, ERR_MEMORY, "libcurl takes no further transfer: %s",
                         curl_multi_strerror(code));
    }
    list_take(transfer);
    list_put(&client->running, transfer);
    client->in_flight++;
    return true;
}

bool client_turn(struct client *client, int timeout_ms, struct error *why)
{
    int running;
    CURLMcode code = curl_multi_perform(client->multi, &running);
    if (code != CURLM_OK)
        return error_set(why, ERR_INTERNAL, "libcurl's loop failed: %s", curl_multi_strerror(code));
    int64_t now_ms = clock_now_ms();
    end_stalled(client, now_ms);
    if (collect_finished(client))
        return true;
    code = curl_multi_poll(client->multi, NULL, 0, wait_of(client, timeout_ms, now_ms), NULL);
    if (code != CURLM_OK)
        return error_set(why, ERR_INTERNAL, "libcurl's loop failed: %s", curl_multi_strerror(code));
    return true;
}

void client_wake(struct client *client)
{
    curl_multi_wakeup(client->multi);
}

unsigned client_in_flight(const struct client *client)
{
    return client->in_flight;
}

void client_abort(struct client *client)
{
    // Exchanges that `done` starts meanwhile are put in front and stay: only those that are in
    // flight now end.
    for (unsigned left = client->in_flight; left > 0 && client->running != NULL; left--) {
        struct transfer *last = client->running;
        while (last->next != NULL)
            last = last->next;
        end_transfer(client, last, CURLE_OK, true);
    }
}

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    while (client->running != NULL)
        client_abort(client);
    while (client->idle != NULL) {
        struct transfer *transfer = client->idle;
        list_take(transfer);
        transfer_free(transfer);
    }
    curl_multi_cleanup(client->multi);
    while (client->header_sets != NULL) {
        struct header_set *set = client->header_sets;
        client->header_sets = set->next;
        header_set_free(set);
    }
    free(client);
    curl_global_cleanup();
}

// The port at this end of the connection; 0: not known.
static int local_port(curl_socket_t socket)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } address = {.any.sa_family = AF_UNSPEC};
    socklen_t length = sizeof address;
    if (getsockname(socket, &address.any, &length) != 0)
        return 0;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.ipv4.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.ipv6.sin6_port) : 0;
}

// Called by libcurl for every connection that it closes, idle ones too.
static int on_close(void *context, curl_socket_t socket)
{
    struct client *client = context;
    int port = local_port(socket);
    for (struct transfer *at = client->running; at != NULL && port != 0; at = at->next)
        if (at->local_port == port)
            transfer_keep_unread(at, socket);
    return close(socket);
}

// How often stalled transfers are looked for: a timeout is exact to a tenth, and a thousand
// transfers are looked at four times a second at most.
static int64_t look_interval_ms(const struct client_settings *settings)
{
    enum { OFTEN_MS = 10, SELDOM_MS = 250 };
    int64_t first = settings->first_byte_timeout_ms, idle = settings->idle_timeout_ms;
    if (first <= 0 && idle <= 0)
        return -1;
    int64_t shortest = first > 0 && (idle <= 0 || first < idle) ? first : idle;
    int64_t interval = shortest / 10;
    return interval < OFTEN_MS ? OFTEN_MS : interval < SELDOM_MS ? interval : SELDOM_MS;
}

static int wait_of(const struct client *client, int timeout_ms, int64_t now_ms)
{
    int64_t interval_ms = look_interval_ms(&client->settings);
    if (interval_ms < 0 || client->in_flight == 0)
        return timeout_ms;
    int64_t look_in_ms = client->looked_ms + interval_ms - now_ms;
    return look_in_ms >= timeout_ms ? timeout_ms : look_in_ms > 0 ? (int)look_in_ms : 0;
}

// Ends the transfers on which no byte has moved for too long.
static void end_stalled(struct client *client, int64_t now_ms)
{
    const struct client_settings *settings = &client->settings;
    int64_t interval_ms = look_interval_ms(settings);
    if (interval_ms < 0 || now_ms - client->looked_ms < interval_ms)
        return;
    client->looked_ms = now_ms;
    // Exchanges that `done` starts meanwhile are put in front; those that it aborts leave the list.
    for (struct transfer *at = client->running; at != NULL; at = client->looked_next) {
        client->looked_next = at->next;
        if (transfer_has_stalled(at, settings, now_ms))
            end_transfer(client, at, CURLE_OPERATION_TIMEDOUT, false);
    }
}

// Hands every finished exchange over. Whether there was one: the owner then has something to do.
// All messages are read before the first transfer ends: libcurl looks through those that are left
// whenever one is removed.
static bool collect_finished(struct client *client)
{
    struct transfer *finished = NULL, **end = &finished;
    int left;
    struct CURLMsg *message;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer->code = message->data.result;
        leave_list(client, transfer);
        list_put(end, transfer);
        end = &transfer->next;
    }
    bool any = finished != NULL;
    while (finished != NULL)
        end_transfer(client, finished, finished->code, false);
    return any;
}

// The one place where an exchange leaves the client. The handle is free for another one before
// `done` is called, which may start it.
static void end_transfer(struct client *client, struct transfer *transfer, CURLcode code,
                         bool aborted)
{
    curl_multi_remove_handle(client->multi, transfer->easy);
    if (!aborted && transfer_lost_answer(transfer, code)) {
        if (transfer_begin_anew(transfer) &&
            curl_multi_add_handle(client->multi, transfer->easy) == CURLM_OK) {
            leave_list(client, transfer);
            list_put(&client->running, transfer);
            return;
        }
    }
    struct exchange *exchange = transfer_finish(transfer, code);
    if (aborted) {
        exchange->transport = TRANSPORT_ABORTED;
        snprintf(exchange->transport_message, sizeof exchange->transport_message, "cancelled");
    }
    leave_list(client, transfer);
    list_put(&client->idle, transfer);
    client->in_flight--;
    client->settings.done(client->settings.context, exchange);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

// "Authorization: Bearer KEY" from the format and the key; NULL: no memory.
static char *auth_line(const char *format, const char *key)
{
    const char *place = strstr(format, "%s");
    int before = place != NULL ? (int)(place - format) : (int)strlen(format);
    char *line = NULL;
    if (asprintf(&line, "%.*s%s%s", before, format, key, place != NULL ? place + 2 : "") < 0)
        return NULL;
    return line;
}

// Adds one header; on failure frees the whole list.
static struct curl_slist *add_header(struct curl_slist *headers, const char *line)
{
    struct curl_slist *longer = line != NULL ? curl_slist_append(headers, line) : NULL;
    if (longer == NULL)
        curl_slist_free_all(headers);
    return longer;
}

static struct header_set *header_set_new(const char *key, const char *auth_header,
                                         const char *const *more, bool stream)
{
    struct header_set *set = calloc(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->headers = add_header(NULL, "Content-Type: application/json");
    if (set->headers != NULL)
        set->headers =
            add_header(set->headers, stream ? "Accept: text/event-stream, application/json"
                                            : "Accept: application/json");
    // Without this libcurl asks for leave before every larger body, which costs a round trip.
    if (set->headers != NULL)
        set->headers = add_header(set->headers, "Expect:");
    if (set->headers != NULL && key != NULL) {
        char *line = auth_line(auth_header, key);
        set->headers = add_header(set->headers, line);
        free(line);
    }
    for (const char *const *at = more; at != NULL && *at != NULL && set->headers != NULL; at++)
        set->headers = add_header(set->headers, *at);
    set->more = more;
    set->stream = stream;
    set->key = key != NULL ? strdup(key) : NULL;
    set->auth_header = strdup(auth_header);
    if (set->headers == NULL || set->auth_header == NULL || (key != NULL && set->key == NULL)) {
        header_set_free(set);
        return NULL;
    }
    return set;
}

static void header_set_free(struct header_set *set)
{
    curl_slist_free_all(set->headers);
    free(set->key);
    free(set->auth_header);
    free(set);
}

// One endpoint has one key, so the list is short; the set last made is found first.
static struct curl_slist *headers_for(struct client *client, const struct exchange *exchange)
{
    const char *key = exchange->key, *auth_header = exchange->auth_header;
    if (auth_header == NULL)
        auth_header = "Authorization: Bearer %s";
    for (struct header_set *set = client->header_sets; set != NULL; set = set->next)
        if (same_text(set->key, key) && set->more == exchange->headers &&
            set->stream == (exchange->stream != NULL) && strcmp(set->auth_header, auth_header) == 0)
            return set->headers;
    struct header_set *set =
        header_set_new(key, auth_header, exchange->headers, exchange->stream != NULL);
    if (set == NULL)
        return NULL;
    set->next = client->header_sets;
    client->header_sets = set;
    return set->headers;
}
