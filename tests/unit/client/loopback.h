// An HTTP server on 127.0.0.1 for the tests of one file: a thread for each connection, plain
// sockets, and a behaviour chosen by the path of the request.
#ifndef VQAGEN_TEST_LOOPBACK_H
#define VQAGEN_TEST_LOOPBACK_H

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOPBACK_CONNECTIONS = 256 };

struct loopback_request {
    char head[8192]; // request line and headers
    char *body;      // NUL-terminated; NULL when the behaviour reads it itself
    size_t length;
};

struct loopback;

// Answers one request; false: close the connection.
typedef bool loopback_answer(struct loopback *server, int socket,
                             const struct loopback_request *request);

struct loopback {
    int listener, port;
    loopback_answer *answer;
    pthread_t thread, workers[LOOPBACK_CONNECTIONS];
    int sockets[LOOPBACK_CONNECTIONS]; // guarded by lock; -1: closed
    pthread_mutex_t lock;
    atomic_uint connections, requests;
    atomic_bool stopping;
    const char *unread_path; // requests for this path are answered without reading the body
};

struct loopback_worker {
    struct loopback *server;
    unsigned index;
    int socket;
};

static inline void loopback_send(int socket, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t sent = send(socket, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        length -= (size_t)sent;
    }
}

static inline void loopback_reply(int socket, const char *status, const char *headers,
                                  const char *body)
{
    char head[2048];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
             strlen(body), headers);
    loopback_send(socket, head);
    loopback_send(socket, body);
}

static inline bool loopback_read_head(int socket, struct loopback_request *request)
{
    size_t length = 0;
    while (length < sizeof request->head - 1) {
        ssize_t got = recv(socket, request->head + length, 1, 0);
        if (got <= 0)
            return false;
        if (length == 0 && request->head[0] == 0x16) { // a TLS handshake; answered as nginx does
            loopback_send(socket, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            return false;
        }
        request->head[++length] = '\0';
        if (length >= 4 && strcmp(request->head + length - 4, "\r\n\r\n") == 0)
            return true;
    }
    return false;
}

static inline bool loopback_read_body(int socket, struct loopback_request *request)
{
    const char *field = strcasestr(request->head, "\r\ncontent-length:");
    size_t wanted = field != NULL ? strtoul(field + strlen("\r\ncontent-length:"), NULL, 10) : 0;
    request->body = calloc(1, wanted + 1);
    while (request->body != NULL && request->length < wanted) {
        ssize_t got = recv(socket, request->body + request->length, wanted - request->length, 0);
        if (got <= 0)
            return false;
        request->length += (size_t)got;
    }
    return true;
}

static inline void *loopback_connection(void *argument)
{
    struct loopback_worker *worker = argument;
    struct loopback *server = worker->server;
    bool go_on = true;
    while (go_on && !server->stopping) {
        struct loopback_request request = {.body = NULL};
        go_on = loopback_read_head(worker->socket, &request);
        if (go_on &&
            (server->unread_path == NULL || strstr(request.head, server->unread_path) == NULL))
            go_on = loopback_read_body(worker->socket, &request);
        if (go_on) {
            server->requests++;
            go_on = server->answer(server, worker->socket, &request);
        }
        free(request.body);
    }
    pthread_mutex_lock(&server->lock);
    server->sockets[worker->index] = -1;
    close(worker->socket);
    pthread_mutex_unlock(&server->lock);
    free(worker);
    return NULL;
}

static inline void *loopback_accept(void *argument)
{
    struct loopback *server = argument;
    for (;;) {
        int socket = accept(server->listener, NULL, NULL);
        if (socket < 0 || server->stopping) {
            if (socket >= 0)
                close(socket);
            return NULL;
        }
        unsigned index = server->connections++;
        assert(index < LOOPBACK_CONNECTIONS);
        // The head and the body of an answer are sent apart; the second must not wait for an ACK.
        int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct loopback_worker *worker = malloc(sizeof *worker);
        *worker = (struct loopback_worker){server, index, socket};
        pthread_mutex_lock(&server->lock);
        server->sockets[index] = socket;
        pthread_mutex_unlock(&server->lock);
        pthread_create(&server->workers[index], NULL, loopback_connection, worker);
    }
}

static inline struct loopback *loopback_start(loopback_answer *answer)
{
    struct loopback *server = calloc(1, sizeof *server);
    server->answer = answer;
    pthread_mutex_init(&server->lock, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct sockaddr *generic = (struct sockaddr *)&address;
    if (bind(server->listener, generic, length) != 0 || listen(server->listener, 128) != 0 ||
        getsockname(server->listener, generic, &length) != 0)
        abort();
    server->port = ntohs(address.sin_port);
    pthread_create(&server->thread, NULL, loopback_accept, server);
    return server;
}

static inline void loopback_stop(struct loopback *server)
{
    server->stopping = true;
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    pthread_mutex_lock(&server->lock);
    for (unsigned i = 0; i < server->connections; i++)
        if (server->sockets[i] >= 0)
            shutdown(server->sockets[i], SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    for (unsigned i = 0; i < server->connections; i++)
        pthread_join(server->workers[i], NULL);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

// Closes so that the other side sees a reset.
static inline void loopback_reset(int socket)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

#endif
