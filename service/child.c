// The simulator as a child process: see simulator.h.
#include "simulator.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_MS = 20000, STOP_MS = 3000 };

static void become_simulator(const int ready[2], const int control[2], char *const *arguments,
                             pid_t parent);
static bool wait_ready(struct simulator_child *child, int ready, struct error *why);

bool simulator_start(struct simulator_child *child, uint64_t seed, struct error *why)
{
    int ready[2], control[2];
    *child = (struct simulator_child){.process = -1, .control = -1};
    if (pipe2(ready, O_CLOEXEC) != 0)
        return error_set_errno(why, ERR_ENDPOINT, "cannot start the built-in model");
    if (pipe2(control, O_CLOEXEC) != 0) {
        error_set_errno(why, ERR_ENDPOINT, "cannot start the built-in model");
        close(ready[0]);
        close(ready[1]);
        return false;
    }
    // Everything is made before the fork: the child of a program with threads may not allocate.
    char ready_text[16], control_text[16], seed_text[32];
    snprintf(ready_text, sizeof ready_text, "%d", ready[1]);
    snprintf(control_text, sizeof control_text, "%d", control[0]);
    snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)seed);
    char program[] = "vqagen", command[] = "simulate", port[] = "--port", zero[] = "0",
         ready_option[] = "--ready-fd", parent_option[] = "--parent-fd", seed_option[] = "--seed";
    char *arguments[] = {program,      command,    port,          zero,
                         ready_option, ready_text, parent_option, control_text,
                         seed_option,  seed_text,  NULL};
    pid_t parent = getpid();
    pid_t process = fork();
    if (process == 0)
        become_simulator(ready, control, arguments, parent);
    close(ready[1]);
    close(control[0]);
    child->process = process;
    child->control = control[1];
    bool good = process > 0 ? wait_ready(child, ready[0], why)
                            : error_set_errno(why, ERR_ENDPOINT, "cannot start the built-in model");
    close(ready[0]);
    if (!good)
        simulator_stop(child);
    return good;
}

// In the child: only calls that are safe after a fork. It dies with the thread that started it,
// and should that have happened already, at once.
static void become_simulator(const int ready[2], const int control[2], char *const *arguments,
                             pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    fcntl(ready[1], F_SETFD, 0);
    fcntl(control[0], F_SETFD, 0);
    execv("/proc/self/exe", arguments);
    _exit(127);
}

static bool never_ready(struct simulator_child *child, struct error *why)
{
    int status;
    if (waitpid(child->process, &status, 0) != child->process)
        return error_set_errno(why, ERR_ENDPOINT, "the built-in model did not start");
    child->process = -1;
    if (WIFSIGNALED(status))
        return error_set(why, ERR_ENDPOINT,
                         "the built-in model was ended by signal %d at its start",
                         WTERMSIG(status));
    return error_set(why, ERR_ENDPOINT, "the built-in model ended at its start with exit code %d",
                     WEXITSTATUS(status));
}

// Reads "PORT\n".
static bool wait_ready(struct simulator_child *child, int ready, struct error *why)
{
    char line[16];
    size_t length = 0;
    int64_t until = clock_now_ms() + START_MS;
    while (length == 0 || line[length - 1] != '\n') {
        int64_t left = until - clock_now_ms();
        struct pollfd file = {ready, POLLIN, 0};
        int some = poll(&file, 1, left > 0 ? (int)left : 0);
        if (some < 0 && errno == EINTR)
            continue;
        if (some <= 0)
            return error_set(why, ERR_ENDPOINT, "the built-in model was not ready after %d seconds",
                             START_MS / 1000);
        ssize_t got = read(ready, line + length, sizeof line - 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return never_ready(child, why);
        length += (size_t)got;
    }
    line[length] = '\0';
    child->port = (unsigned)strtoul(line, NULL, 10);
    return child->port != 0 ||
           error_set(why, ERR_ENDPOINT, "the built-in model told no port: %s", line);
}

void simulator_stop(struct simulator_child *child)
{
    if (child->control >= 0)
        close(child->control);
    child->control = -1;
    if (child->process <= 0)
        return;
    int64_t until = clock_now_ms() + STOP_MS;
    struct timespec pause = {0, 2000000};
    pid_t ended;
    while ((ended = waitpid(child->process, NULL, WNOHANG)) == 0 && clock_now_ms() < until)
        nanosleep(&pause, NULL);
    if (ended == 0) {
        kill(child->process, SIGKILL);
        waitpid(child->process, NULL, 0);
    }
    child->process = -1;
}
