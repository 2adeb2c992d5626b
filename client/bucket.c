#include "bucket.h"

#include <math.h>

static const double minute_ms = 60000, at_once = 0.05;

static void set_up(struct bucket *bucket, long long per_minute)
{
    if (per_minute <= 0)
        return;
    double limit = (double)per_minute;
    double most = limit * at_once > 1 ? limit * at_once : 1;
    *bucket = (struct bucket){
        .used = true, .room = most, .most = most, .per_ms = (limit - most) / minute_ms};
    if (per_minute == 1) // the only one is the burst
        bucket->per_ms = 1 / minute_ms;
}

void buckets_init(struct buckets *buckets, long long requests_per_minute,
                  long long tokens_per_minute)
{
    *buckets = (struct buckets){0};
    set_up(&buckets->set_requests, requests_per_minute);
    set_up(&buckets->set_tokens, tokens_per_minute);
}

static double room_at(const struct bucket *bucket, int64_t now_ms)
{
    if (bucket->refilled_ms > 0 && now_ms >= bucket->refilled_ms)
        return bucket->most;
    double room = bucket->room + bucket->per_ms * (double)(now_ms - bucket->at_ms);
    return room < bucket->most ? room : bucket->most;
}

// What of the cost a bucket counts. Requests stand as 1.
static double cost_in(const struct buckets *buckets, const struct bucket *bucket,
                      const struct bucket_cost *cost)
{
    if (bucket == &buckets->set_requests || bucket == &buckets->requests)
        return 1;
    double input = cost->input > 0 ? cost->input : 0, output = cost->output > 0 ? cost->output : 0;
    return bucket == &buckets->input ? input : bucket == &buckets->output ? output : input + output;
}

enum { BUCKETS = 6 };

static const struct bucket *bucket_at(const struct buckets *buckets, int i)
{
    const struct bucket *const all[BUCKETS] = {&buckets->set_requests, &buckets->set_tokens,
                                               &buckets->requests,     &buckets->tokens,
                                               &buckets->input,        &buckets->output};
    return all[i];
}

int64_t buckets_wait_ms(const struct buckets *buckets, const struct bucket_cost *cost,
                        int64_t now_ms)
{
    double longest = 0;
    for (int i = 0; i < BUCKETS; i++) {
        const struct bucket *bucket = bucket_at(buckets, i);
        if (!bucket->used)
            continue;
        // What is larger than the bucket goes when it is full.
        double wanted = cost_in(buckets, bucket, cost);
        if (wanted > bucket->most)
            wanted = bucket->most;
        double missing = wanted - room_at(bucket, now_ms);
        if (missing <= 0)
            continue;
        // Of none left nothing comes in. Whether that is so until a reset that is hours away is
        // asked with a call a minute: its answer, or its refusal, says more.
        double wait = bucket->per_ms > 0 ? missing / bucket->per_ms
                                         : fmax(0, minute_ms - (double)(now_ms - bucket->at_ms));
        double until_full = (double)(bucket->refilled_ms - now_ms);
        if (bucket->refilled_ms > 0 && until_full < wait)
            wait = until_full;
        if (wait > longest)
            longest = wait;
    }
    return longest > 0 ? (int64_t)longest + 1 : 0;
}

static void take(struct bucket *bucket, double cost, int64_t now_ms)
{
    if (!bucket->used)
        return;
    bucket->room = room_at(bucket, now_ms) - cost;
    bucket->at_ms = now_ms;
    if (bucket->refilled_ms <= now_ms)
        bucket->refilled_ms = 0;
}

void buckets_take(struct buckets *buckets, const struct bucket_cost *cost, int64_t now_ms)
{
    struct bucket *const all[BUCKETS] = {&buckets->set_requests, &buckets->set_tokens,
                                         &buckets->requests,     &buckets->tokens,
                                         &buckets->input,        &buckets->output};
    for (int i = 0; i < BUCKETS; i++)
        take(all[i], cost_in(buckets, all[i], cost), now_ms);
}

// Only what the settings limit is counted here: of the others the endpoint tells what is left.
void buckets_correct(struct buckets *buckets, const struct bucket_cost *cost,
                     const struct bucket_cost *used, int64_t now_ms)
{
    double more = 0;
    if (used->input >= 0)
        more += used->input - cost->input;
    if (used->output >= 0)
        more += used->output - cost->output;
    take(&buckets->set_tokens, more, now_ms);
}

// A bucket that is refilled steadily shows the same time for a whole refill all along: OpenAI's and
// Anthropic's are a minute. One that is emptied and filled by the clock shows a far longer one at
// the beginning, when hardly anything is gone and nothing comes back.
static void learn(struct bucket *bucket, const struct limit_bucket *said, int64_t now_ms)
{
    static const double longest_steady_ms = 150000, reserve = 0.02;
    if (said->limit <= 0 || said->remaining < 0)
        return;
    double limit = (double)said->limit, left = (double)said->remaining, gone = limit - left;
    double reset_ms = said->reset_ms > 0 ? (double)said->reset_ms : minute_ms;
    double whole_ms = gone > 0 ? reset_ms * limit / gone : minute_ms;
    bool known = bucket->used && bucket->fixed;
    if (known)
        bucket->room = room_at(bucket, now_ms);
    bucket->used = true;
    bucket->at_ms = now_ms;
    bucket->fixed |= said->reset_ms > 0 && gone > 0 && whole_ms > longest_steady_ms;
    if (bucket->fixed) {
        // What is left is spread over the time that is left.
        double room = known ? bucket->room : limit;
        bucket->per_ms = left / reset_ms;
        bucket->most = limit * at_once > 1 ? limit * at_once : 1;
        bucket->room = fmin(fmin(room, bucket->most), left);
        bucket->refilled_ms = now_ms + (int64_t)reset_ms;
        return;
    }
    // A few may be under way that the endpoint has not counted yet.
    bucket->most = limit;
    bucket->room = left - floor(limit * reserve);
    bucket->per_ms = limit / (whole_ms < minute_ms ? minute_ms : whole_ms);
    bucket->refilled_ms = said->reset_ms > 0 ? now_ms + said->reset_ms : 0;
}

void buckets_learn(struct buckets *buckets, const struct limit_headers *limits, int64_t now_ms)
{
    learn(&buckets->requests, &limits->requests, now_ms);
    learn(&buckets->tokens, &limits->tokens, now_ms);
    learn(&buckets->input, &limits->input_tokens, now_ms);
    learn(&buckets->output, &limits->output_tokens, now_ms);
}

int64_t buckets_used_up_ms(const struct buckets *buckets, int64_t now_ms)
{
    const struct bucket *const learned[] = {&buckets->requests, &buckets->tokens, &buckets->input,
                                            &buckets->output};
    int64_t longest = 0;
    for (int i = 0; i < 4; i++)
        if (learned[i]->used && learned[i]->per_ms <= 0 && room_at(learned[i], now_ms) < 1 &&
            learned[i]->refilled_ms - now_ms > longest)
            longest = learned[i]->refilled_ms - now_ms;
    return longest;
}

bool buckets_are_empty(const struct buckets *buckets, int64_t now_ms)
{
    const struct bucket *const learned[] = {&buckets->requests, &buckets->tokens, &buckets->input,
                                            &buckets->output};
    for (int i = 0; i < 4; i++)
        if (learned[i]->used && room_at(learned[i], now_ms) < 1)
            return true;
    return false;
}
