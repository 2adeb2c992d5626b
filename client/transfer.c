#include "transfer.h"

#include "clock.h"
#include "connection.h"
#include "duration.h"
#include "reply_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// How much of a body libcurl takes at a time; a chunk costs two system calls. Measured for a 300
// KiB body at 16 in flight: 128 KiB is no slower than 64 or 256 KiB, and best at 256 in flight.
enum { UPLOAD_BUFFER_BYTES = 128 << 10 };

// Bodies up to this size are handed over in one piece, which libcurl then sends together with the
// headers: one system call and one packet less, half of the CPU of a call with a 1 KiB body.
enum { SMALL_BODY_BYTES = 32 << 10 };

// How much is kept of a body that is read as a stream: what a failure's row shows of it.
enum { STREAM_BODY_BYTES = 16 << 10 };

// An early refusal is a few hundred bytes.
enum { UNREAD_BYTES = 16 << 10 };

static int on_connection(void *context, char *remote, char *local, int remote_port, int local_port);
static size_t on_read(char *to, size_t size, size_t count, void *context);
static int on_seek(void *context, curl_off_t offset, int origin);
static size_t on_write(char *bytes, size_t size, size_t count, void *context);
static void set_proxy(CURL *easy, const struct client_settings *settings);

struct transfer *transfer_new(const struct client_settings *settings,
                              curl_closesocket_callback close_socket, void *context,
                              struct error *why)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);
    CURL *easy = curl_easy_init();
    if (transfer == NULL || easy == NULL) {
        free(transfer);
        curl_easy_cleanup(easy);
        error_set(why, ERR_MEMORY, "no memory for a transfer");
        return NULL;
    }
    transfer->easy = easy;
    buffer_init(&transfer->small, SMALL_BODY_BYTES);
    buffer_init(&transfer->unread, UNREAD_BYTES);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connection);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms);
    // Answers are small: none need be compressed, but one that is all the same must be readable.
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
    if (settings->user_agent != NULL)
        curl_easy_setopt(easy, CURLOPT_USERAGENT, settings->user_agent);
    if (settings->ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
    set_proxy(easy, settings);
    transfer->proxied = settings->proxy != NULL;
    return transfer;
}

void transfer_free(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->asking);
    buffer_clear(&transfer->small);
    buffer_clear(&transfer->unread);
    free(transfer);
}

// A proxy from the environment is for the world outside: the server on this machine (the built-in
// model among them) is reached directly, whether or not no_proxy thinks of it.
static void set_proxy(CURL *easy, const struct client_settings *settings)
{
    if (settings->proxy != NULL) {
        curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
        return;
    }
    const char *given = getenv("no_proxy");
    if (given == NULL)
        given = getenv("NO_PROXY");
    if (given != NULL && strcmp(given, "*") == 0)
        return;
    static const char own[] = "localhost,127.0.0.0/8,::1";
    char *whole = NULL;
    if (asprintf(&whole, "%s%s%s", given != NULL ? given : "", given != NULL ? "," : "", own) >= 0)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, whole);
    free(whole);
}

// The body in one piece; NULL: it is streamed from its parts, because it is large (or for want of
// memory).
static const char *small_body(struct transfer *transfer, const struct exchange *exchange)
{
    struct buffer *small = &transfer->small;
    if (exchange_body_length(exchange) > SMALL_BODY_BYTES)
        return NULL;
    buffer_empty(small);
    buffer_append(small, exchange->head.data, exchange->head.length);
    if (exchange->payload != NULL)
        buffer_append(small, exchange->payload->base64, exchange->payload->length);
    buffer_append(small, exchange->tail.data, exchange->tail.length);
    return small->failed ? NULL : buffer_text(small);
}

bool transfer_prepare(struct transfer *transfer, struct exchange *exchange,
                      struct curl_slist *headers, struct error *why)
{
    CURL *easy = transfer->easy;
    transfer->position = 0;
    transfer->over_ceiling = false;
    transfer->local_port = 0;
    transfer->moved = 0;
    transfer->moved_ms = 0;
    transfer->stalled = TRANSPORT_OK;
    if (transfer->anew)
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    transfer->anew = false;
    buffer_empty(&transfer->unread);
    transfer->message[0] = '\0';
    transfer->headers = headers;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange_body_length(exchange));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, small_body(transfer, exchange));
    if (curl_easy_setopt(easy, CURLOPT_URL, exchange->url) != CURLE_OK)
        return error_set(why, ERR_MEMORY, "no memory for a transfer");
    buffer_empty(&exchange->body);
    exchange->status = 0;
    exchange->transport = TRANSPORT_OTHER;
    exchange->transport_message[0] = exchange->content_type[0] = '\0';
    exchange->request_id[0] = exchange->location[0] = '\0';
    exchange->retry_after_ms = -1;
    limit_headers_init(&exchange->limits);
    exchange->seconds_total = exchange->seconds_first_byte = 0;
    exchange->seconds_first_token = -1;
    transfer->begun_us = clock_now_us();
    exchange->transfer = transfer;
    transfer->exchange = exchange;
    return true;
}

static int on_connection(void *context, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote, (void)local, (void)remote_port;
    ((struct transfer *)context)->local_port = local_port;
    return CURL_PREREQFUNC_OK;
}

void transfer_keep_unread(struct transfer *transfer, int socket)
{
    struct buffer *unread = &transfer->unread;
    char *room;
    while (unread->length < unread->ceiling &&
           (room = buffer_reserve(unread, unread->ceiling - unread->length)) != NULL) {
        ssize_t got = recv(socket, room, unread->ceiling - unread->length, MSG_DONTWAIT);
        if (got <= 0)
            break;
        unread->length += (size_t)got;
        unread->data[unread->length] = '\0';
    }
}

static bool is_https(const struct transfer *transfer)
{
    const char *scheme = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_SCHEME, &scheme);
    return scheme != NULL && strcasecmp(scheme, "https") == 0;
}

// The refusal, or the rest of it, that libcurl did not get to read.
static void find_unread_refusal(const struct transfer *transfer, struct exchange *exchange)
{
    int status = 0, used = 0;
    const char *text = buffer_text(&transfer->unread), *body = text;
    if (is_https(transfer) || transfer->unread.length == 0)
        return;
    if (exchange->status == 0) {
        body = strstr(text, "\r\n\r\n");
        if (body == NULL || sscanf(text, "HTTP/1.%*1d %3d%n", &status, &used) != 1 || used == 0 ||
            status < 300 || status > 599)
            return;
        body += strlen("\r\n\r\n");
        exchange->status = status;
    }
    size_t length = transfer->unread.length - (size_t)(body - text);
    size_t room = exchange->body.ceiling - exchange->body.length;
    buffer_append(&exchange->body, body, length < room ? length : room);
}

// Copies what of a piece, which begins at `start` of the body, lies at the transfer's position.
static size_t copy_piece(struct transfer *transfer, size_t start, const char *bytes, size_t length,
                         char *to, size_t room)
{
    size_t position = transfer->position;
    if (position < start || position - start >= length)
        return 0;
    size_t offset = position - start;
    size_t part = length - offset < room ? length - offset : room;
    memcpy(to, bytes + offset, part);
    transfer->position += part;
    return part;
}

static size_t on_read(char *to, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const struct exchange *exchange = transfer->exchange;
    size_t room = size * count, filled = 0, start = 0;
    filled += copy_piece(transfer, start, exchange->head.data, exchange->head.length, to, room);
    start += exchange->head.length;
    if (exchange->payload != NULL) {
        const struct payload *payload = exchange->payload;
        filled += copy_piece(transfer, start, payload->base64, payload->length, to + filled,
                             room - filled);
        start += payload->length;
    }
    filled += copy_piece(transfer, start, exchange->tail.data, exchange->tail.length, to + filled,
                         room - filled);
    return filled;
}

// libcurl sends again from the start when a kept connection turns out to be closed.
static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct transfer *transfer = context;
    if (origin != SEEK_SET || offset < 0 ||
        (size_t)offset > exchange_body_length(transfer->exchange))
        return CURL_SEEKFUNC_FAIL;
    transfer->position = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

// The answer's pieces, as they arrive. A refusal is read as a whole.
static bool read_stream(struct transfer *transfer, const char *bytes, size_t length)
{
    struct exchange *exchange = transfer->exchange;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299)
        return true;
    bool fits = reply_stream_feed(exchange->stream, bytes, length);
    if (exchange->seconds_first_token < 0 && reply_stream_has_text(exchange->stream))
        exchange->seconds_first_token = (double)(clock_now_us() - transfer->begun_us) / 1e6;
    return fits;
}

// What fits is kept: the beginning of an overlong refusal still says what was refused. Of a stream,
// whose pieces are kept elsewhere, the beginning will do.
static size_t on_write(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct buffer *body = &transfer->exchange->body;
    size_t length = size * count, room = body->ceiling - body->length;
    if (transfer->exchange->stream != NULL) {
        if (!read_stream(transfer, bytes, length)) {
            transfer->over_ceiling = true;
            return 0;
        }
        if (reply_stream_replaces_body(transfer->exchange->stream) &&
            body->length + length > STREAM_BODY_BYTES)
            return length;
    }
    transfer->over_ceiling = length > room;
    if (!buffer_append(body, bytes, length < room ? length : room))
        return 0;
    return transfer->over_ceiling ? 0 : length;
}

// The header of the last response; "" when absent.
static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return "";
    return header->value;
}

// Times of day in the answer are the server's: its own Date says what they count from, where this
// machine's clock may be wrong, or be set meanwhile.
static int64_t server_now_ms(CURL *easy)
{
    const char *text = header_of(easy, "date");
    time_t date = *text != '\0' ? curl_getdate(text, NULL) : (time_t)-1;
    return date != (time_t)-1 ? (int64_t)date * 1000 : clock_wall_ms();
}

// Of several header blocks (100 Continue, a proxy's) the last one counts.
static void read_limits(CURL *easy, struct exchange *exchange, int64_t now_ms)
{
    char line[200];
    struct curl_header *header = NULL;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, -1, header)) != NULL) {
        int length = snprintf(line, sizeof line, "%s:%s", header->name, header->value);
        if (length > 0 && (size_t)length < sizeof line)
            limit_headers_take(&exchange->limits, line, (size_t)length, now_ms);
    }
    limit_headers_end(&exchange->limits);
}

static void read_headers(CURL *easy, struct exchange *exchange)
{
    int64_t now_ms = server_now_ms(easy);
    read_limits(easy, exchange, now_ms);
    snprintf(exchange->content_type, sizeof exchange->content_type, "%s",
             header_of(easy, "content-type"));
    const char *id = header_of(easy, "x-request-id");
    if (*id == '\0')
        id = header_of(easy, "request-id");
    snprintf(exchange->request_id, sizeof exchange->request_id, "%s", id);
    if (exchange->status < 300)
        return;
    snprintf(exchange->location, sizeof exchange->location, "%s", header_of(easy, "location"));
    // Azure sends retry-after-ms beside Retry-After; OpenAI's and Anthropic's SDKs prefer it too.
    const char *ms = header_of(easy, "retry-after-ms");
    char *end;
    double value = strtod(ms, &end);
    if (end != ms && *end == '\0' && value >= 0 && value < 1e12)
        exchange->retry_after_ms = (int64_t)value;
    else
        exchange->retry_after_ms = duration_retry_after_ms(header_of(easy, "retry-after"), now_ms);
}

// How a failure of the handshake that is really a broken connection is told from one about
// certificates or protocols: the socket's own error says so.
static bool handshake_broke(CURL *easy, const char *message)
{
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    return number == ECONNRESET || number == EPIPE ||
           strstr(message, "SSL_ERROR_SYSCALL") != NULL || strstr(message, "reset by peer") != NULL;
}

bool transfer_has_stalled(struct transfer *transfer, const struct client_settings *settings,
                          int64_t now_ms)
{
    curl_off_t sent = 0, received = 0;
    long headers = 0;
    if (transfer->local_port == 0)
        return false; // not connected: libcurl's own timeout is for that
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &headers);
    curl_off_t moved = sent + received + headers;
    if (transfer->moved_ms == 0 || moved != transfer->moved) {
        transfer->moved = moved;
        transfer->moved_ms = now_ms;
        return false;
    }
    bool thinking = headers == 0 && (size_t)sent >= exchange_body_length(transfer->exchange);
    int64_t most_ms = thinking ? settings->first_byte_timeout_ms : settings->idle_timeout_ms;
    if (most_ms <= 0 || now_ms - transfer->moved_ms < most_ms)
        return false;
    transfer->stalled = thinking ? TRANSPORT_FIRST_BYTE_TIMEOUT : TRANSPORT_IDLE_TIMEOUT;
    snprintf(transfer->message, sizeof transfer->message,
             thinking ? "the request was sent, and no answer began within %.3g s"
                      : "no byte was sent or received for %.3g s",
             (double)most_ms / 1e3);
    return true;
}

bool transfer_lost_answer(const struct transfer *transfer, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    bool broken = code == CURLE_HTTP2_STREAM ||
                  ((code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && is_https(transfer));
    // What libcurl has taken of the body need not have been sent.
    curl_off_t sent = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return broken && status < 200 && !transfer->anew && transfer->position > 0 &&
           (size_t)sent < exchange_body_length(transfer->exchange);
}

// The exchange's headers, but with the question for leave.
static struct curl_slist *asking_headers(const struct curl_slist *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect: 100-continue");
    for (const struct curl_slist *at = headers; at != NULL && list != NULL; at = at->next) {
        if (strcmp(at->data, "Expect:") == 0)
            continue;
        struct curl_slist *longer = curl_slist_append(list, at->data);
        if (longer == NULL)
            curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

bool transfer_begin_anew(struct transfer *transfer)
{
    curl_slist_free_all(transfer->asking);
    transfer->asking = asking_headers(transfer->headers);
    if (transfer->asking == NULL)
        return false;
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->asking);
    transfer->anew = true;
    transfer->position = 0;
    transfer->local_port = 0;
    transfer->moved_ms = 0;
    transfer->message[0] = '\0';
    curl_easy_setopt(transfer->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    return true;
}

static bool failed_at_proxy(const struct transfer *transfer)
{
    return transfer->proxied ||
           connection_failed_at_proxy(transfer->message, transfer->exchange->url);
}

static enum transport transport_of(const struct transfer *transfer, CURLcode code, int status)
{
    CURL *easy = transfer->easy;
    curl_off_t begun = 0;
    long proxy_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    switch (code) {
    case CURLE_OK:
        return TRANSPORT_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
        return TRANSPORT_DNS;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
        return TRANSPORT_PROXY;
    case CURLE_COULDNT_CONNECT:
        return proxy_status >= 300 || failed_at_proxy(transfer) ? TRANSPORT_PROXY
                                                                : TRANSPORT_REFUSED;
    case CURLE_OPERATION_TIMEDOUT:
        if (transfer->stalled != TRANSPORT_OK)
            return transfer->stalled;
        curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &begun);
        if (begun != 0 || transfer->position != 0)
            return TRANSPORT_TIMEOUT;
        return proxy_status == 0 && failed_at_proxy(transfer) ? TRANSPORT_PROXY
                                                              : TRANSPORT_CONNECT_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
        return handshake_broke(easy, transfer->message) ? TRANSPORT_RESET : TRANSPORT_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
        return TRANSPORT_TLS;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_PARTIAL_FILE:
        if (proxy_status >= 300 && status == 0)
            return TRANSPORT_PROXY;
        return status == 0 ? TRANSPORT_RESET : TRANSPORT_CUT;
    case CURLE_WRITE_ERROR:
        return transfer->over_ceiling ? TRANSPORT_TOO_LARGE : TRANSPORT_OTHER;
    default:
        return TRANSPORT_OTHER;
    }
}

struct exchange *transfer_finish(struct transfer *transfer, CURLcode code)
{
    struct exchange *exchange = transfer->exchange;
    CURL *easy = transfer->easy;
    long status = 0;
    curl_off_t total = 0, first = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    exchange->status = status >= 200 ? (int)status : 0;
    exchange->seconds_total = (double)total / 1e6;
    exchange->seconds_first_byte = (double)first / 1e6;
    if (exchange->seconds_first_token > exchange->seconds_total) // by the clocks' difference
        exchange->seconds_first_token = exchange->seconds_total;
    if (code == CURLE_SEND_ERROR && (exchange->status == 0 || exchange->status >= 300))
        find_unread_refusal(transfer, exchange);
    exchange->transport = transport_of(transfer, code, exchange->status);
    // A refusal stands, however the connection ended after it: servers that refuse a request in
    // the middle of its body close without reading the rest.
    if (exchange->status >= 300)
        exchange->transport = TRANSPORT_OK;
    if (exchange->transport != TRANSPORT_OK)
        snprintf(exchange->transport_message, sizeof exchange->transport_message, "%s",
                 *transfer->message != '\0' ? transfer->message : curl_easy_strerror(code));
    if (status >= 200)
        read_headers(easy, exchange);
    exchange->transfer = NULL;
    transfer->exchange = NULL;
    return exchange;
}
