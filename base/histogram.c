#include "histogram.h"

#include "json.h"

#include <math.h>

static const double ratio = 1.02, first_ms = 0.05;

unsigned histogram_bucket(double milliseconds)
{
    if (!(milliseconds > first_ms))
        return 0;
    double bucket = log(milliseconds / first_ms) / log(ratio);
    return bucket < HISTOGRAM_BUCKETS ? (unsigned)bucket : HISTOGRAM_BUCKETS - 1;
}

double histogram_percentile(const long long counts[HISTOGRAM_BUCKETS], double share)
{
    long long all = 0, seen = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        all += counts[i];
    long long wanted = (long long)ceil(share * (double)all);
    for (int i = 0; i < HISTOGRAM_BUCKETS && all > 0; i++) {
        seen += counts[i];
        if (seen >= wanted && seen > 0)
            return first_ms * pow(ratio, i + 0.5);
    }
    return -1;
}

void histogram_write(const long long counts[HISTOGRAM_BUCKETS], struct buffer *out)
{
    static const struct {
        const char *name;
        double share;
    } rows[] = {{"p50", 0.50}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_write_name(out, rows[i].name);
        buffer_append_format(out, "%.1f", histogram_percentile(counts, rows[i].share));
    }
}
