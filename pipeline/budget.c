#include "budget.h"

#include "log.h"

#include <math.h>

void budget_init(struct budget *budget, double limit_usd, const struct store_totals *totals,
                 const struct price *price)
{
    *budget = (struct budget){.limit_nano = limit_usd < 0 ? -1 : (long long)floor(limit_usd * 1e9),
                              .before_nano = totals->cost_nano + totals->other_nano,
                              .bill_ratio = 1};
    if (totals->unpriced == 0 || totals->replies == 0 || price == NULL)
        return;
    double share = (double)totals->unpriced / (double)totals->replies;
    budget->before_nano +=
        (long long)ceil(share * (double)price_most(price, (double)totals->input_tokens,
                                                   (double)totals->output_tokens));
}

struct guess budget_guess(const struct budget *budget, const struct price *price, size_t text_bytes,
                          unsigned image_tokens, int max_tokens)
{
    enum { BYTES_A_TOKEN = 2, UNCAPPED = 32768 }; // no cap: what a long answer may come to
    struct guess guess = {.input_tokens = (double)text_bytes / BYTES_A_TOKEN + (double)image_tokens,
                          .image_tokens = image_tokens};
    if (price != NULL)
        guess.most_nano = price_most(price, guess.input_tokens * budget->bill_ratio,
                                     max_tokens > 0 ? max_tokens : UNCAPPED);
    return guess;
}

bool budget_admit(struct budget *budget, const struct guess *guess, unsigned in_flight)
{
    bool limited = budget->limit_nano >= 0 && guess->most_nano > 0;
    bool first = limited && !budget->calibrated && in_flight > 0;
    budget->waits =
        first || (limited && budget_all(budget) + budget->reserved_nano + guess->most_nano >
                                 budget->limit_nano);
    if (!budget->waits)
        budget->reserved_nano += guess->most_nano;
    return !budget->waits;
}

long long budget_settle(struct budget *budget, const struct guess *guess, const struct price *price,
                        const struct usage *usage)
{
    budget->reserved_nano -= guess->most_nano;
    budget->waits = false;
    if (usage->input_tokens > 0 && guess->input_tokens > 0) {
        double ratio = (double)usage->input_tokens / guess->input_tokens;
        budget->bill_ratio = fmax(budget->bill_ratio, ratio);
        budget->calibrated = true;
    }
    if (price == NULL) {
        budget->unpriced++;
        return -1;
    }
    long long cost = price_cost(price, usage);
    if (cost < 0) {
        cost = guess->most_nano;
        budget->untold += cost > 0;
        budget->calibrated = true;
    }
    budget->spent_nano += cost;
    return cost;
}

void budget_tell_untold(struct budget *budget, const char *endpoint)
{
    if (budget->untold == 0 || budget->limit_nano < 0 || budget->untold_said)
        return;
    budget->untold_said = true;
    log_warn(
        "replies of %s do not tell their tokens: for --max-cost each counts as the most that it "
        "may have cost, its whole prompt and an answer of --max-tokens; a smaller --max-tokens "
        "makes more of the money",
        endpoint);
}

void budget_release(struct budget *budget, const struct guess *guess, bool maybe_charged)
{
    budget->reserved_nano -= guess->most_nano;
    budget->waits = false;
    if (!maybe_charged)
        return;
    budget->spent_nano += guess->most_nano;
    budget->lost_nano += guess->most_nano;
    budget->unkept_nano += guess->most_nano;
}

long long budget_all(const struct budget *budget)
{
    return budget->before_nano + budget->spent_nano;
}

bool budget_exhausted(const struct budget *budget, const struct guess *next, struct error *why)
{
    char all[PRICE_TEXT], limit[PRICE_TEXT], most[PRICE_TEXT];
    return error_set(why, ERR_STOPPED,
                     "--max-cost: %s of %s is spent on this DIR, and the next call may cost up to "
                     "%s; the same command with a higher --max-cost goes on where it stopped",
                     price_write(budget_all(budget), all), price_write(budget->limit_nano, limit),
                     price_write(next->most_nano, most));
}
