// CPU of the client library for a call on loopback, beside a bare libcurl loop that sends the same
// bytes from one piece of memory. The server is a process of its own and answers at once.
//
//   client_bench ours|bare|aiohttp BODY_BYTES CALLS CONCURRENCY
//
// Prints the CPU of this process for one call in milliseconds, and calls a second.
#include "client.h"
#include "memory.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char reply[] =
    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":"
    "0,"
    "\"message\":{\"role\":\"assistant\",\"content\":\"The car in the picture is red and it stands "
    "on "
    "the left.\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":800,"
    "\"completion_tokens\":9}}\n";

static char answer[1024]; // the reply with its headers
static size_t answer_length;

static void make_answer(void)
{
    answer_length = (size_t)snprintf(
        answer, sizeof answer,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        sizeof reply - 1, reply);
}

// The server: an epoll loop that counts the bytes of each body.
struct connection {
    int socket;
    size_t left; // of the body
    char head[4096];
    size_t length;
};

static void serve_bytes(struct connection *connection, const char *bytes, size_t length)
{
    while (length > 0) {
        if (connection->left > 0) {
            size_t part = length < connection->left ? length : connection->left;
            bytes += part;
            length -= part;
            connection->left -= part;
            if (connection->left == 0 &&
                send(connection->socket, answer, answer_length, MSG_NOSIGNAL) < 0)
                return;
            continue;
        }
        connection->head[connection->length++] = *bytes++;
        length--;
        connection->head[connection->length] = '\0';
        if (connection->length >= 4 &&
            memcmp(connection->head + connection->length - 4, "\r\n\r\n", 4) == 0) {
            const char *field = strcasestr(connection->head, "content-length:");
            connection->left = field != NULL ? strtoul(field + 15, NULL, 10) : 0;
            connection->length = 0;
        }
        if (connection->length == sizeof connection->head - 1)
            abort();
    }
}

static void serve(int listener)
{
    static char block[1 << 18];
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event ready[64];
        int count = epoll_wait(epoll, ready, 64, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = ready[i].data.ptr;
            if (connection == NULL) {
                connection = calloc(1, sizeof *connection);
                connection->socket = accept(listener, NULL, NULL);
                event = (struct epoll_event){.events = EPOLLIN, .data.ptr = connection};
                epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event);
                continue;
            }
            ssize_t got = recv(connection->socket, block, sizeof block, 0);
            if (got > 0) {
                serve_bytes(connection, block, (size_t)got);
            } else {
                close(connection->socket);
                free(connection);
            }
        }
    }
}

static int start_server(pid_t *child)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 512) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        exit(1);
    *child = fork();
    if (*child == 0)
        serve(listener);
    close(listener);
    return ntohs(address.sin_port);
}

// What both loops need to know.
struct bench {
    char url[80];
    size_t body_bytes;
    unsigned calls, concurrency, started, done, good;
    struct client *client;
    struct payload *payload;
    char *body; // for the bare loop
};

static void start_ours(struct bench *bench)
{
    struct error why = {0};
    struct exchange *exchange = exchange_new(1 << 20, &why);
    exchange->url = bench->url;
    exchange->key = "sk-bench";
    buffer_append_text(&exchange->head, "{\"model\":\"m\",\"messages\":[");
    buffer_append_text(&exchange->tail, "What is in the picture?\"}]}");
    exchange->payload = payload_hold(bench->payload);
    if (!client_start(bench->client, exchange, &why))
        exit(1);
    bench->started++;
}

static void on_done(void *context, struct exchange *exchange)
{
    struct bench *bench = context;
    bench->good += exchange->status == 200 && exchange->body.length == sizeof reply - 1;
    bench->done++;
    exchange_free(exchange);
    if (bench->started < bench->calls)
        start_ours(bench);
}

static void run_ours(struct bench *bench)
{
    struct error why = {0};
    struct client_settings settings = {.timeout_ms = 60000,
                                       .connect_timeout_ms = 10000,
                                       .first_byte_timeout_ms = 60000,
                                       .idle_timeout_ms = 60000,
                                       .user_agent = "vqagen",
                                       .done = on_done,
                                       .context = bench};
    char *jpeg = calloc(1, bench->body_bytes);
    bench->payload = payload_new(jpeg, bench->body_bytes / 4 * 3, 1, 1, &why);
    free(jpeg);
    bench->client = client_new(&settings, &why);
    while (bench->started < bench->concurrency)
        start_ours(bench);
    while (bench->done < bench->calls)
        if (!client_turn(bench->client, 1000, &why))
            exit(1);
    client_free(bench->client);
    payload_drop(bench->payload);
}

struct bare {
    struct bench *bench;
    CURL *easy;
    size_t position, length, received;
};

static size_t bare_write(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    ((struct bare *)context)->received += size * count;
    return size * count;
}

// As tuned as it gets: handles are used again, the body lies in one piece and is never copied.
static void run_bare(struct bench *bench)
{
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    headers = curl_slist_append(headers, "Authorization: Bearer sk-bench");
    bench->body = malloc(bench->body_bytes);
    memset(bench->body, 'A', bench->body_bytes);
    for (unsigned i = 0; i < bench->concurrency; i++) {
        struct bare *bare = calloc(1, sizeof *bare);
        bare->easy = curl_easy_init();
        curl_easy_setopt(bare->easy, CURLOPT_PRIVATE, bare);
        curl_easy_setopt(bare->easy, CURLOPT_URL, bench->url);
        curl_easy_setopt(bare->easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(bare->easy, CURLOPT_POSTFIELDS, bench->body);
        curl_easy_setopt(bare->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)bench->body_bytes);
        curl_easy_setopt(bare->easy, CURLOPT_UPLOAD_BUFFERSIZE, 65536L);
        curl_easy_setopt(bare->easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(bare->easy, CURLOPT_WRITEFUNCTION, bare_write);
        curl_easy_setopt(bare->easy, CURLOPT_WRITEDATA, bare);
        curl_multi_add_handle(multi, bare->easy);
        bench->started++;
    }
    while (bench->done < bench->calls) {
        int running, left;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *easy = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            bench->good += status == 200;
            bench->done++;
            curl_multi_remove_handle(multi, easy);
            if (bench->started++ < bench->calls)
                curl_multi_add_handle(multi, easy);
        }
        if (bench->done < bench->calls)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

// aiohttp measures itself.
static bool run_aiohttp(const char *url, char **sizes)
{
    pid_t child = fork();
    if (child == 0) {
        execl("/usr/bin/python3", "python3", "-B", "scripts/bench/client_aiohttp.py", url, sizes[0],
              sizes[1], sizes[2], (char *)NULL);
        _exit(1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status == 0;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: client_bench ours|bare|aiohttp BODY_BYTES CALLS CONCURRENCY\n");
        return 2;
    }
    struct bench bench = {.body_bytes = strtoul(argv[2], NULL, 10),
                          .calls = (unsigned)atoi(argv[3]),
                          .concurrency = (unsigned)atoi(argv[4])};
    pid_t child;
    make_answer();
    snprintf(bench.url, sizeof bench.url, "http://127.0.0.1:%d/v1/chat/completions",
             start_server(&child));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    memory_keep_pages(); // as vqagen does for a run; the bare loop gets the same
    if (strcmp(argv[1], "aiohttp") == 0) {
        bool good = run_aiohttp(bench.url, argv + 2);
        kill(child, SIGTERM);
        waitpid(child, NULL, 0);
        return good ? 0 : 1;
    }
    double cpu = cpu_seconds(), wall = wall_seconds();
    if (strcmp(argv[1], "ours") == 0)
        run_ours(&bench);
    else
        run_bare(&bench);
    cpu = cpu_seconds() - cpu;
    wall = wall_seconds() - wall;
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    printf("%-4s %7zu bytes, concurrency %3u: %.4f ms CPU a call, %.0f calls/s, %u of %u good\n",
           argv[1], bench.body_bytes, bench.concurrency, cpu * 1000 / bench.calls,
           bench.calls / wall, bench.good, bench.calls);
    return bench.good == bench.calls ? 0 : 1;
}
