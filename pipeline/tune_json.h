// A tuning run's result as JSON: what `vqagen tune --json` prints, and DIR/tune.json for --compare.
#ifndef VQAGEN_TUNE_JSON_H
#define VQAGEN_TUNE_JSON_H

#include "buffer.h"
#include "tune_result.h"

// Appends one object on one line. Numbers that do not exist are null.
void tune_json_write(const struct tune_result *result, struct buffer *out);

// What tune_json_write wrote, as it was; members that this version does not know are passed over.
// False: ERR_RECORD (not such an object, a member missing or out of its range, more levels than
// there can be; the message names it) or ERR_MEMORY; result is then not to be used.
bool tune_json_read(const char *text, size_t length, struct tune_result *result, struct error *why);

#endif
