// Sums that are not in their tables yet, as one value of the row of totals.
#include "store_private.h"

#include <string.h>

enum { PACKED_BYTES = 1 << 16 };

// What the value begins with. The sizes tell another build, and another machine.
struct head {
    uint32_t minute_bytes, slow_bytes;
    uint32_t minute_count, bucket_count, slow_count;
    uint32_t slow_changed;
};

struct bucket {
    int64_t index, count;
};

void store_pack_sums(const struct store_sums *sums, struct buffer *out)
{
    if (out->ceiling == 0)
        buffer_init(out, PACKED_BYTES);
    buffer_empty(out);
    if (!sums->changed)
        return;
    struct bucket buckets[HISTOGRAM_BUCKETS];
    struct head head = {.minute_bytes = sizeof sums->minutes[0],
                        .slow_bytes = sizeof sums->slowest[0],
                        .minute_count = (uint32_t)sums->minute_count,
                        .slow_count = sums->slow_changed ? (uint32_t)sums->slow_count : 0,
                        .slow_changed = sums->slow_changed};
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (sums->latencies[i] != 0)
            buckets[head.bucket_count++] = (struct bucket){i, sums->latencies[i]};
    buffer_append(out, &head, sizeof head);
    buffer_append(out, sums->minutes, head.minute_count * sizeof sums->minutes[0]);
    buffer_append(out, buckets, head.bucket_count * sizeof buckets[0]);
    buffer_append(out, sums->slowest, head.slow_count * sizeof sums->slowest[0]);
    if (out->failed) // a second of a chart is not worth a run
        buffer_empty(out);
}

static const char *take(const char *at, void *to, size_t bytes)
{
    if (bytes > 0)
        memcpy(to, at, bytes);
    return at + bytes;
}

bool store_unpack_sums(const void *bytes, size_t length, struct store_sums *sums)
{
    struct head head;
    if (length < sizeof head)
        return false;
    const char *at = take(bytes, &head, sizeof head);
    if (head.minute_bytes != sizeof sums->minutes[0] ||
        head.slow_bytes != sizeof sums->slowest[0] || head.minute_count > STORE_MINUTES ||
        head.bucket_count > HISTOGRAM_BUCKETS || head.slow_count > STORE_SLOWEST ||
        length != sizeof head + head.minute_count * sizeof sums->minutes[0] +
                      head.bucket_count * sizeof(struct bucket) +
                      head.slow_count * sizeof sums->slowest[0])
        return false;
    at = take(at, sums->minutes, head.minute_count * sizeof sums->minutes[0]);
    sums->minute_count = head.minute_count;
    for (size_t i = 0; i < sums->minute_count; i++)
        sums->minutes[i].endpoint[sizeof sums->minutes[i].endpoint - 1] = '\0';
    for (uint32_t i = 0; i < head.bucket_count; i++) {
        struct bucket bucket;
        at = take(at, &bucket, sizeof bucket);
        if (bucket.index >= 0 && bucket.index < HISTOGRAM_BUCKETS)
            sums->latencies[bucket.index] = bucket.count;
    }
    if (head.slow_changed) {
        take(at, sums->slowest, head.slow_count * sizeof sums->slowest[0]);
        sums->slow_count = head.slow_count;
        sums->slow_changed = true;
    }
    return sums->changed = true;
}
