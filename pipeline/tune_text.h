// The numbers of a tuning run as short texts, alike in tables, charts and pages. A negative number
// means that there is none, and gives "".
#ifndef VQAGEN_TUNE_TEXT_H
#define VQAGEN_TUNE_TEXT_H

#include "tune_result.h"

enum { TUNE_TEXT = 64 };

char *tune_text_ms(double milliseconds, char text[TUNE_TEXT]); // "840 ms", "1.24 s"
char *tune_text_real(double value, char text[TUNE_TEXT]);   // three digits: "0.42", "12.3", "1,240"
char *tune_text_count(double count, char text[TUNE_TEXT]);  // "12,345"
char *tune_text_share(double share, char text[TUNE_TEXT]);  // "98.2 %"
char *tune_text_cost(double dollars, char text[TUNE_TEXT]); // "$1.25"

// The level of result->concurrency, else the largest below it; NULL: none was measured.
const struct tune_level *tune_recommended_level(const struct tune_result *result);

// What a side is called: "1024 px", and its quality when sides differ in that.
char *tune_text_side(const struct tune_side *side, bool with_quality, char text[TUNE_TEXT]);

// Whether the sides were sent at more than one quality.
bool tune_qualities_differ(const struct tune_result *result);

// Whether any level has items a second; else calls a second are shown.
bool tune_counts_items(const struct tune_result *result);

#endif
