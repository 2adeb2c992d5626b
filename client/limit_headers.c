#include "limit_headers.h"

#include "duration.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUCKET(name) offsetof(struct limit_headers, name)

enum field { FIELD_LIMIT, FIELD_REMAINING, FIELD_RESET };

static const struct row {
    const char *name;
    size_t bucket;
    enum field field;
} rows[] = {
    {"x-ratelimit-limit-requests", BUCKET(requests), FIELD_LIMIT},
    {"x-ratelimit-remaining-requests", BUCKET(requests), FIELD_REMAINING},
    {"x-ratelimit-reset-requests", BUCKET(requests), FIELD_RESET},
    {"x-ratelimit-limit-tokens", BUCKET(tokens), FIELD_LIMIT},
    {"x-ratelimit-remaining-tokens", BUCKET(tokens), FIELD_REMAINING},
    {"x-ratelimit-reset-tokens", BUCKET(tokens), FIELD_RESET},
    {"x-ratelimit-limit-project-tokens", BUCKET(project_tokens), FIELD_LIMIT},
    {"x-ratelimit-remaining-project-tokens", BUCKET(project_tokens), FIELD_REMAINING},
    {"x-ratelimit-reset-project-tokens", BUCKET(project_tokens), FIELD_RESET},
    {"x-ratelimit-limit", BUCKET(requests), FIELD_LIMIT},
    {"x-ratelimit-remaining", BUCKET(requests), FIELD_REMAINING},
    {"x-ratelimit-reset", BUCKET(requests), FIELD_RESET},
    {"ratelimit-limit", BUCKET(requests), FIELD_LIMIT},
    {"ratelimit-remaining", BUCKET(requests), FIELD_REMAINING},
    {"ratelimit-reset", BUCKET(requests), FIELD_RESET},
    {"anthropic-ratelimit-requests-limit", BUCKET(requests), FIELD_LIMIT},
    {"anthropic-ratelimit-requests-remaining", BUCKET(requests), FIELD_REMAINING},
    {"anthropic-ratelimit-requests-reset", BUCKET(requests), FIELD_RESET},
    {"anthropic-ratelimit-tokens-limit", BUCKET(tokens), FIELD_LIMIT},
    {"anthropic-ratelimit-tokens-remaining", BUCKET(tokens), FIELD_REMAINING},
    {"anthropic-ratelimit-tokens-reset", BUCKET(tokens), FIELD_RESET},
    {"anthropic-ratelimit-input-tokens-limit", BUCKET(input_tokens), FIELD_LIMIT},
    {"anthropic-ratelimit-input-tokens-remaining", BUCKET(input_tokens), FIELD_REMAINING},
    {"anthropic-ratelimit-input-tokens-reset", BUCKET(input_tokens), FIELD_RESET},
    {"anthropic-ratelimit-output-tokens-limit", BUCKET(output_tokens), FIELD_LIMIT},
    {"anthropic-ratelimit-output-tokens-remaining", BUCKET(output_tokens), FIELD_REMAINING},
    {"anthropic-ratelimit-output-tokens-reset", BUCKET(output_tokens), FIELD_RESET},
};

static int64_t read_count(const char *value);
static int64_t read_reset(const char *value, int64_t wall_ms);

void limit_headers_init(struct limit_headers *limits)
{
    static const struct limit_bucket unsaid = {-1, -1, -1};
    *limits = (struct limit_headers){unsaid, unsaid, unsaid, unsaid, unsaid};
}

static const struct row *row_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncasecmp(rows[i].name, name, length) == 0 && rows[i].name[length] == '\0')
            return &rows[i];
    return NULL;
}

void limit_headers_take(struct limit_headers *limits, const char *line, size_t length,
                        int64_t wall_ms)
{
    char value[64];
    const char *colon = memchr(line, ':', length);
    // Nearly all headers are something else, and this is asked of every one of them.
    if (length == 0 || strchr("xXaArR", line[0]) == NULL || colon == NULL)
        return;
    const struct row *row = row_find(line, (size_t)(colon - line));
    const char *from = colon + 1, *end = line + length;
    while (from < end && isspace((unsigned char)*from))
        from++;
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    if (row == NULL || (size_t)(end - from) >= sizeof value)
        return;
    memcpy(value, from, (size_t)(end - from));
    value[end - from] = '\0';
    struct limit_bucket *bucket = (struct limit_bucket *)(void *)((char *)limits + row->bucket);
    if (row->field == FIELD_LIMIT)
        bucket->limit = read_count(value);
    else if (row->field == FIELD_REMAINING)
        bucket->remaining = read_count(value);
    else
        bucket->reset_ms = read_reset(value, wall_ms);
}

// A whole number, behind which the IETF's draft may put a window ("100;w=60"); less than none left
// is none.
static int64_t read_count(const char *value)
{
    char *end;
    double count = strtod(value, &end);
    if (end == value || strchr("; ,", *end) == NULL || !(count >= 0 && count < 1e18))
        return -1;
    return (int64_t)count;
}

// "2026-01-27T12:00:30Z", with or without fractions, and with an offset; -1: another form.
static int64_t read_rfc3339_ms(const char *value)
{
    struct tm day = {0};
    const char *at = strptime(value, "%Y-%m-%dT%H:%M:%S", &day);
    if (at == NULL)
        return -1;
    double fraction = 0;
    if (*at == '.') {
        char *end;
        fraction = strtod(at, &end);
        at = end;
    }
    int hours = 0, minutes = 0;
    if (*at == '+' || *at == '-') {
        char digits[] = {at[1], at[1] ? at[2] : '\0', '\0'};
        hours = atoi(digits);
        const char *colon = strchr(at, ':');
        minutes = colon != NULL ? atoi(colon + 1) : 0;
        if (*at == '-')
            hours = -hours, minutes = -minutes;
    } else if (*at != 'Z' && *at != 'z') {
        return -1;
    }
    return ((int64_t)timegm(&day) - hours * 3600 - minutes * 60) * 1000 + (int64_t)(fraction * 1e3);
}

static int64_t from_now(int64_t at_ms, int64_t wall_ms)
{
    return at_ms > wall_ms ? at_ms - wall_ms : 0;
}

static int64_t read_reset(const char *value, int64_t wall_ms)
{
    char *end;
    double number = strtod(value, &end);
    size_t length = strlen(value);
    if (!isdigit((unsigned char)*value))
        return -1;
    if (*end == '\0') {
        // No window is 31 years long: such numbers are times.
        if (number >= 1e12)
            return number < 1e16 ? from_now((int64_t)number, wall_ms) : -1;
        if (number >= 1e9)
            return from_now((int64_t)(number * 1e3), wall_ms);
        return duration_parse_ms(value);
    }
    if (strchr(value, 'T') != NULL) {
        int64_t at_ms = read_rfc3339_ms(value);
        return at_ms < 0 ? -1 : from_now(at_ms, wall_ms);
    }
    // Go writes what is below a millisecond as "812.5µs" and "90ns".
    if (length > 2 && value[length - 1] == 's' && strchr("nu\xb5\xbc", value[length - 2]) != NULL)
        return 1;
    return strspn(value, "0123456789.dhms") == length ? duration_parse_ms(value) : -1;
}

void limit_headers_end(struct limit_headers *limits)
{
    const struct limit_bucket *project = &limits->project_tokens;
    const struct limit_bucket *account = &limits->tokens;
    bool said = project->limit >= 0 || project->remaining >= 0;
    bool account_said = account->limit >= 0 || account->remaining >= 0;
    bool less_left = project->remaining >= 0 && project->remaining < account->remaining;
    bool smaller = project->remaining < 0 && project->limit >= 0 && project->limit < account->limit;
    if (said && (!account_said || less_left || smaller))
        limits->tokens = limits->project_tokens;
}

int64_t limit_headers_wait_ms(const struct limit_headers *limits)
{
    const struct limit_bucket *buckets[] = {&limits->requests, &limits->tokens,
                                            &limits->input_tokens, &limits->output_tokens};
    int64_t empty = -1, any = -1;
    bool left_said = false;
    for (size_t i = 0; i < sizeof buckets / sizeof *buckets; i++) {
        const struct limit_bucket *bucket = buckets[i];
        left_said |= bucket->remaining >= 0;
        if (bucket->reset_ms > any)
            any = bucket->reset_ms;
        if (bucket->remaining == 0 && bucket->reset_ms > empty)
            empty = bucket->reset_ms;
    }
    return left_said ? empty : any;
}
