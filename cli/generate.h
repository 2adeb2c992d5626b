// What a run of generate is told, from the settings.
#ifndef VQAGEN_GENERATE_H
#define VQAGEN_GENERATE_H

#include "run.h"
#include "settings.h"

// Texts stay the settings'.
void generate_fill(const struct settings *settings, struct run_settings *run);

#endif
