#include "price.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct price price_nothing = {"*", 0, 0, 0, 0, -1, "", "a server of your own"};

static bool price_matches(const char *pattern, const char *model);
static bool is_variant(const char *rest);

const struct price *price_search(const struct price *list, size_t count, const char *model)
{
    const char *slash = strrchr(model, '/');
    for (size_t i = 0; i < count; i++)
        if (price_matches(list[i].model, model) ||
            (slash != NULL && price_matches(list[i].model, slash + 1)))
            return &list[i];
    return NULL;
}

static bool price_matches(const char *pattern, const char *model)
{
    if (strpbrk(pattern, "*?[") != NULL)
        return fnmatch(pattern, model, FNM_CASEFOLD) == 0;
    size_t length = strlen(pattern);
    return strncasecmp(pattern, model, length) == 0 && is_variant(model + length);
}

// A date or a version behind a dash has digits only: "-2025-04-14", "-001", "-20251001".
static bool is_variant(const char *rest)
{
    if (*rest == '\0' || *rest == '@' || *rest == ':' || strcasecmp(rest, "-latest") == 0)
        return true;
    if (*rest != '-' || !isdigit((unsigned char)rest[1]))
        return false;
    size_t digits = strspn(rest + 1, "0123456789-");
    return rest[1 + digits] == '\0' && digits >= 3;
}

static double or_input(const struct price *price, double part)
{
    return part >= 0 ? part : price->input;
}

static double count_of(long long tokens)
{
    return tokens > 0 ? (double)tokens : 0;
}

// Dollars a million tokens are thousands of nanodollars a token.
long long price_cost(const struct price *price, const struct usage *usage)
{
    if (usage->input_tokens < 0 || usage->output_tokens < 0)
        return -1;
    double cached = fmin(count_of(usage->cached_tokens), count_of(usage->input_tokens));
    double written =
        fmin(count_of(usage->cache_write_tokens), (double)usage->input_tokens - cached);
    double fresh = (double)usage->input_tokens - cached - written;
    return (long long)ceil(1000 * (fresh * price->input + cached * or_input(price, price->cached) +
                                   written * or_input(price, price->cache_write) +
                                   (double)usage->output_tokens * price->output) -
                           1e-6);
}

long long price_most(const struct price *price, double input_tokens, double output_tokens)
{
    double dearest = fmax(price->input, or_input(price, price->cache_write));
    return (long long)ceil(1000 * (input_tokens * dearest + output_tokens * price->output));
}

char *price_write(long long nano, char text[PRICE_TEXT])
{
    double dollars = (double)nano / 1e9;
    int digits = 2;
    for (double least = 0.1; digits < 9 && dollars > 0 && dollars < least; least /= 10)
        digits++;
    snprintf(text, PRICE_TEXT, "$%.*f", digits, dollars);
    return text;
}
