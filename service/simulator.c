#include "simulator.h"

#include "chat.h"
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

static bool check_host(const struct simulator_settings *settings, struct sockaddr_in *address,
                       struct error *why);
static void allow_many_files(void);
static void wait_for_end(int signals, int parent);

// Signals are blocked in this thread and those that it starts, and read from a descriptor. With a
// parent an interrupt is left to the parent, which closes its end when it is done.
static bool block_signals(bool has_parent, sigset_t *before, int *file, struct error *why)
{
    sigset_t blocked, awaited;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    if (!has_parent) {
        sigaddset(&awaited, SIGINT);
        sigaddset(&awaited, SIGHUP);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, before);
    *file = signalfd(-1, &awaited, SFD_CLOEXEC);
    if (*file >= 0)
        return true;
    pthread_sigmask(SIG_SETMASK, before, NULL);
    return error_set_errno(why, ERR_INTERNAL, "cannot wait for signals");
}

static bool tell_ready(int file, unsigned port, struct error *why)
{
    char line[16];
    if (file < 0)
        return true;
    int length = snprintf(line, sizeof line, "%u\n", port);
    if (write(file, line, (size_t)length) != length)
        return error_set_errno(why, ERR_SETTINGS, "cannot write the port to descriptor %d", file);
    close(file);
    return true;
}

// On standard output, for scripts that wait for it and read the port.
static bool announce(const char *host, unsigned port, struct error *why)
{
    printf("listening on http://%s:%u/v1\n", host, port);
    return fflush(stdout) == 0 || error_set_errno(why, ERR_DISK, "cannot say where it listens");
}

bool simulator_run(const struct simulator_settings *settings, struct error *why)
{
    struct sockaddr_in address;
    sigset_t before;
    int signals;
    if (!check_host(settings, &address, why))
        return false;
    struct chat *chat = chat_new(settings, why);
    if (chat == NULL)
        return false;
    bool good = block_signals(settings->parent_file >= 0, &before, &signals, why);
    if (good) {
        allow_many_files();
        unsigned port = 0;
        struct server *server = server_start(chat, &address, &port, why);
        good = server != NULL && tell_ready(settings->ready_file, port, why);
        if (good && settings->ready_file < 0)
            good = announce(settings->host, port, why);
        if (good)
            wait_for_end(signals, settings->parent_file);
        server_stop(server);
        close(signals);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    chat_free(chat);
    return good;
}

static bool check_host(const struct simulator_settings *settings, struct sockaddr_in *address,
                       struct error *why)
{
    const char *host = strcmp(settings->host, "localhost") == 0 ? "127.0.0.1" : settings->host;
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    if (settings->port > 65535)
        return error_set(why, ERR_SETTINGS, "there is no port %u", settings->port);
    address->sin_port = htons((uint16_t)settings->port);
    if (inet_pton(AF_INET, host, &address->sin_addr) != 1)
        return error_set(why, ERR_SETTINGS, "the host \"%s\" is no IPv4 address", settings->host);
    if ((ntohl(address->sin_addr.s_addr) >> 24) != 127 && !settings->allow_public)
        return error_set(why, ERR_SETTINGS,
                         "the host %s can be reached from other machines; use 127.0.0.1, or allow "
                         "it with --allow-public",
                         settings->host);
    return true;
}

// Each connection is a file: 1,024, the usual soft limit, would end it at a thousand of them.
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void wait_for_end(int signals, int parent)
{
    struct pollfd files[] = {{signals, POLLIN, 0}, {parent, POLLIN, 0}};
    for (;;) {
        int ready = poll(files, parent >= 0 ? 2 : 1, -1);
        if (ready < 0 && errno == EINTR)
            continue;
        char byte;
        // Nobody writes to the parent's pipe: readable means that its other end is closed.
        if (ready < 0 || files[0].revents != 0 ||
            (files[1].revents != 0 && read(parent, &byte, 1) <= 0))
            return;
    }
}
