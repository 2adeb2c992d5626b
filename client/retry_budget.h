// How many calls may be sent again for those that succeed: pure; time is an argument.
//
// An endpoint that is ill gets every failing call again, beside the new ones: what hurts it grows
// as it weakens. So a retry takes a token. Each success earns a part of one, and a slow trickle
// comes by itself, so that a retry without a token waits and none is ever dropped. (The idea is
// Finagle's RetryBudget and the retry quota of the AWS SDKs, which drop.)
#ifndef VQAGEN_RETRY_BUDGET_H
#define VQAGEN_RETRY_BUDGET_H

#include <stdint.h>

struct retry_budget {
    double tokens;
    double most;         // tokens that can be saved up
    double share;        // of a token that a success earns
    double rate;         // tokens a second that come by themselves
    int64_t refilled_ms; // when they last did
};

// For so many calls at once: as many retries are free at first, each success earns half of one (a
// third of all calls may fail and nothing slows down), and a quarter of the calls at once comes
// every second, at least one.
void retry_budget_init(struct retry_budget *budget, unsigned concurrency, int64_t now_ms);

void retry_budget_earn(struct retry_budget *budget); // a call succeeded

// How long until a retry may be sent; 0: now.
int64_t retry_budget_wait_ms(const struct retry_budget *budget, int64_t now_ms);

void retry_budget_take(struct retry_budget *budget, int64_t now_ms); // a retry is sent

#endif
