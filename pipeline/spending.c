#include "spending.h"

#include "json.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

static bool check_prices(const struct run *run, struct error *why);
static void tell_earlier(const struct run *run, const struct store_totals *totals);

const struct price *spending_price(const struct run_settings *settings,
                                   const struct upstream *upstream)
{
    if (upstream->price != NULL)
        return upstream->price;
    const struct endpoint *endpoint = &upstream->endpoint;
    const struct price *own =
        price_search(settings->prices, settings->price_count, endpoint->model);
    if (own != NULL)
        return own;
    return endpoint->local ? &price_nothing : price_find(endpoint->model);
}

bool spending_open(struct run *run, struct error *why)
{
    struct store_totals totals;
    for (size_t i = 0; i < run->upstreams.count; i++) {
        struct upstream *upstream = &run->upstreams.list[i];
        upstream->price = spending_price(run->settings, upstream);
    }
    if (!check_prices(run, why) || !store_totals(run->store, &totals, why))
        return false;
    budget_init(&run->budget, run->settings->max_cost, &totals, run->upstreams.list[0].price);
    run->progress.cost_nano = budget_all(&run->budget);
    run->progress.limit_nano = run->budget.limit_nano > 0 ? run->budget.limit_nano : 0;
    tell_earlier(run, &totals);
    return true;
}

static bool check_prices(const struct run *run, struct error *why)
{
    for (size_t i = 0; run->settings->max_cost >= 0 && i < run->upstreams.count; i++) {
        const struct upstream *upstream = &run->upstreams.list[i];
        if (upstream->price == NULL)
            return error_set(why, ERR_SETTINGS,
                             "--max-cost cannot be kept: the price of %s at %s is not known; give "
                             "it as --price INPUT,OUTPUT in dollars a million tokens, or in a file "
                             "with --prices (see samples/prices.yaml)",
                             upstream->endpoint.model, upstream->name);
    }
    return true;
}

static void tell_earlier(const struct run *run, const struct store_totals *totals)
{
    char spent[PRICE_TEXT], limit[PRICE_TEXT];
    if (run->budget.limit_nano < 0 || run->budget.before_nano == 0)
        return;
    log_note("earlier runs on this DIR cost %s, which counts towards --max-cost %s",
             price_write(run->budget.before_nano, spent),
             price_write(run->budget.limit_nano, limit));
    if (totals->unpriced > 0)
        log_note("%lld of their replies had no known price and are counted at today's",
                 totals->unpriced);
}

bool spending_keep(struct run *run, struct error *why)
{
    run->progress.cost_nano = budget_all(&run->budget);
    if (run->budget.unkept_nano == 0)
        return true;
    long long unkept = run->budget.unkept_nano;
    run->budget.unkept_nano = 0;
    return store_add_cost(run->store, unkept, why);
}

static bool same_source(const struct price *one, const struct price *other)
{
    return strcmp(one->source, other->source) == 0 && strcmp(one->date, other->date) == 0;
}

// Whether the price's source was told of for an endpoint before this one, or is not to be told of.
static bool told_before(const struct run *run, size_t index)
{
    const struct price *price = run->upstreams.list[index].price;
    if (price == NULL || price == &price_nothing)
        return true;
    for (size_t i = 0; i < index; i++)
        if (run->upstreams.list[i].price != NULL &&
            same_source(run->upstreams.list[i].price, price))
            return true;
    return false;
}

static size_t tell_prices(const struct run *run, char *text, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < run->upstreams.count && length < size; i++) {
        const struct price *price = run->upstreams.list[i].price;
        if (told_before(run, i))
            continue;
        bool dated = price->date[0] != '\0';
        length += (size_t)snprintf(text + length, size - length, "%s%s%s%s",
                                   length > 0 ? "; " : " (prices of ", dated ? price->date : "",
                                   dated ? ", " : "", price->source);
    }
    if (length > 0 && length < size)
        length += (size_t)snprintf(text + length, size - length, ")");
    return length < size ? length : size - 1;
}

void spending_tell(const struct run *run, char *text, size_t size)
{
    const struct budget *budget = &run->budget;
    char spent[PRICE_TEXT], all[PRICE_TEXT], lost[PRICE_TEXT];
    size_t length = 0;
    text[0] = '\0';
    if (budget->spent_nano > 0 || budget->before_nano > 0) {
        length = (size_t)snprintf(text, size, "cost %s", price_write(budget->spent_nano, spent));
        length += tell_prices(run, text + length, size - length);
        if (budget->before_nano > 0)
            length += (size_t)snprintf(text + length, size - length, ", %s with earlier runs",
                                       price_write(budget_all(budget), all));
        if (budget->lost_nano > 0 && length < size)
            length += (size_t)snprintf(
                text + length, size - length,
                "; up to %s of it for requests that brought no reply and may have been charged",
                price_write(budget->lost_nano, lost));
    }
    if (budget->untold > 0 && length < size)
        length += (size_t)snprintf(
            text + length, size - length,
            "; %lld %s told no tokens and %s at the most that %s may have cost", budget->untold,
            budget->untold == 1 ? "reply" : "replies", budget->untold == 1 ? "counts" : "count",
            budget->untold == 1 ? "it" : "they");
    if (budget->unpriced > 0 && length < size)
        snprintf(text + length, size - length,
                 "%sprice unknown for %lld replies; --price INPUT,OUTPUT gives it",
                 length > 0 ? "; " : "cost: ", budget->unpriced);
}

static void write_price(const struct upstream *upstream, struct buffer *out)
{
    const struct price *price = upstream->price;
    buffer_append_char(out, '{');
    json_write_string_field(out, "endpoint", upstream->name);
    json_write_string_field(out, "model", upstream->endpoint.model);
    if (price != NULL) {
        json_write_real_field(out, "input", price->input);
        json_write_real_field(out, "cached", price->cached >= 0 ? price->cached : price->input);
        json_write_real_field(out, "cache_write",
                              price->cache_write >= 0 ? price->cache_write : price->input);
        json_write_real_field(out, "output", price->output);
        json_write_string_field(out, "date", price->date[0] != '\0' ? price->date : NULL);
        json_write_string_field(out, "source", price->source);
    } else {
        json_write_string_field(out, "input", NULL);
        json_write_string_field(out, "output", NULL);
    }
    buffer_append_char(out, '}');
}

void spending_write(const struct run *run, struct buffer *out)
{
    json_write_real_field(out, "cost_usd", (double)run->budget.spent_nano / 1e9);
    json_write_integer_field(out, "replies_without_price", run->budget.unpriced);
    json_write_integer_field(out, "replies_without_tokens", run->budget.untold);
    json_write_name(out, "prices");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < run->upstreams.count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        write_price(&run->upstreams.list[i], out);
    }
    buffer_append_char(out, ']');
}
