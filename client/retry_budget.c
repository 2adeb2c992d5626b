#include "retry_budget.h"

void retry_budget_init(struct retry_budget *budget, unsigned concurrency, int64_t now_ms)
{
    double calls = concurrency;
    *budget = (struct retry_budget){.tokens = calls,
                                    .most = calls,
                                    .share = 0.5,
                                    .rate = calls / 4 > 1 ? calls / 4 : 1,
                                    .refilled_ms = now_ms};
}

static double at_most(double tokens, double most)
{
    return tokens < most ? tokens : most;
}

void retry_budget_earn(struct retry_budget *budget)
{
    budget->tokens = at_most(budget->tokens + budget->share, budget->most);
}

static double tokens_at(const struct retry_budget *budget, int64_t now_ms)
{
    double passed_s = (double)(now_ms - budget->refilled_ms) / 1e3;
    return at_most(budget->tokens + (passed_s > 0 ? passed_s * budget->rate : 0), budget->most);
}

int64_t retry_budget_wait_ms(const struct retry_budget *budget, int64_t now_ms)
{
    double missing = 1 - tokens_at(budget, now_ms);
    // What is missing for want of binary exactness is not waited for.
    return missing <= 1e-9 ? 0 : (int64_t)(missing / budget->rate * 1e3) + 1;
}

void retry_budget_take(struct retry_budget *budget, int64_t now_ms)
{
    budget->tokens = tokens_at(budget, now_ms) - 1;
    budget->refilled_ms = now_ms;
}
