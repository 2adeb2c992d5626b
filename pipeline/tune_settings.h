// What a tuning run recommends, as a settings file and as options.
#ifndef VQAGEN_TUNE_SETTINGS_H
#define VQAGEN_TUNE_SETTINGS_H

#include "buffer.h"
#include "tune_result.h"

// YAML for --settings: what is recommended, with comments that say where it was measured and why.
// What the run could not tell (0) is not set.
void tune_settings_write(const struct tune_result *result, struct buffer *out);

// The same as options: "--concurrency 32 --batch-size 128"; nothing when nothing is recommended.
void tune_settings_write_options(const struct tune_result *result, struct buffer *out);

#endif
