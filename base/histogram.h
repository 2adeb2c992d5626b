// Latencies in buckets that grow by 2 %: a percentile is known within 1 %, in a few KiB whatever
// the number of calls. From 50 microseconds to 105 minutes.
#ifndef VQAGEN_HISTOGRAM_H
#define VQAGEN_HISTOGRAM_H

#include "buffer.h"

enum { HISTOGRAM_BUCKETS = 800 };

unsigned histogram_bucket(double milliseconds);

// The latency that `share` (0 to 1) of what was counted did not exceed, in ms; -1: nothing was.
double histogram_percentile(const long long counts[HISTOGRAM_BUCKETS], double share);

// Appends "p50":1.0,"p90":... up to p99 as members of a JSON object, in ms.
void histogram_write(const long long counts[HISTOGRAM_BUCKETS], struct buffer *out);

#endif
