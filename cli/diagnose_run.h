// What a run's report (DIR/run.json) says of it, for diagnose: why it stopped, and the settings
// that it was made with.
#ifndef VQAGEN_DIAGNOSE_RUN_H
#define VQAGEN_DIAGNOSE_RUN_H

#include "endpoints.h"

#include <cjson/cJSON.h>

struct diagnose_run {
    cJSON *report;          // NULL: there is none
    const char *stopped_by; // borrowed from it; NULL: the run was not stopped
    struct settings settings;
    struct endpoints *endpoints; // owned; none in it when the run has one endpoint
};

// needed: whether a report must be there; a run that was killed has none. False: ERR_INPUT.
bool diagnose_run_read(struct diagnose_run *run, const char *directory, bool needed,
                       struct error *why);
void diagnose_run_clear(struct diagnose_run *run);

// Fills in run->settings, as for generate: what diagnose was given on its command line goes before
// the report, the report before everything else. The key is looked up anew.
bool diagnose_run_settings(struct diagnose_run *run, const struct settings *given,
                           char *const *environment, struct error *why);

#endif
