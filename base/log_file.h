// The log file (--log): everything that is shown or could be, one JSON object a line.
//
//   {"time":"2026-11-22T00:33:46.120Z","level":"warning","message":"..."}
//   {"time":"...","level":"trace","component":"retry","item":"q7","call":"answer/1","event":"waits",
//    "wait_ms":1834,"kind":"server_error"}
//
// Lines are appended, each with one call, so that several runs may share a file.
#ifndef VQAGEN_LOG_FILE_H
#define VQAGEN_LOG_FILE_H

#include "log.h"

// Opens the file, readable by its owner only when it is new. False: ERR_DISK.
bool log_file_open(const char *path, struct error *why);
void log_file_close(void); // nothing is open: fine
bool log_file_is_open(void);

// level: "error", "warning", "note", "detail". Secrets are shortened already.
void log_file_message(const char *level, const char *message);
void log_file_event(const struct log_event *event);

const char *log_component_name(enum log_component component);

#endif
