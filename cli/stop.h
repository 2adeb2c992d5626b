// Ctrl-C and its like: the first asks to finish what is in flight, the second to stop at once.
#ifndef VQAGEN_STOP_H
#define VQAGEN_STOP_H

#include <signal.h>

// What the signals set, for run_settings.stop; 0 until one comes.
volatile sig_atomic_t *stop_asked(void);

void stop_catch_signals(void);

#endif
