// run.json: what was asked for, what came of it, what it took.
#ifndef VQAGEN_REPORT_H
#define VQAGEN_REPORT_H

#include "merge.h"
#include "run_state.h"

// Fills the summary, and writes run.json if it is to be written. why: how the run ended. fault:
// what went wrong while reporting.
bool report_run(struct run *run, bool writes, struct run_summary *summary, const struct error *why,
                struct error *fault);

// The report of a DIR that was put together from parts.
bool report_write_merge(struct store *store, const struct merge_settings *settings,
                        const char *directory, const struct merge_summary *summary,
                        struct error *why);

#endif
