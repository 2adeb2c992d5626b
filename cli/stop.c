#include "stop.h"

#include "run.h"

static volatile sig_atomic_t stop;

volatile sig_atomic_t *stop_asked(void)
{
    return &stop;
}

// The first signal asks to finish what is in flight, the second to stop at once.
static void on_signal(int number)
{
    (void)number;
    stop = stop == 0 ? 1 : 2;
    run_wake();
}

void stop_catch_signals(void)
{
    // Without SA_RESTART: who waits for input that never comes must be woken.
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // Under nohup the closing terminal is to be ignored, as the parent has arranged.
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL); // a limit on file size is a full disk, and told as one
}
