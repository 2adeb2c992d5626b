#include "ledger.h"

#include "json.h"
#include "prefix_cache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATUSES = 600,
    REASONS = 16,
    FAULTS = 200,
    FIRST_ROOM = 1024,
    MOST_BODIES = 4 << 20, // about 100 MiB; bodies past these are not known again
};

struct body {
    struct fingerprint print;
    unsigned seen, answered; // seen 0: an empty place
};

struct reason {
    char message[200];
    int status;
    long long count;
};

// All guarded by lock.
struct ledger {
    pthread_mutex_t lock;
    long long statuses[STATUSES]; // 0: no answer was sent
    long long requests, in_flight, most_in_flight;
    long long connections, open_connections, most_connections;
    long long bytes_in, bytes_out, input, cached, output;
    long long invalid, answered, answered_again, repeated;
    struct reason reasons[REASONS];
    size_t reason_count, next_reason;
    struct {
        const char *name;
        long long count;
    } faults[FAULTS];
    struct body *bodies; // open addressing, at most 3/4 full
    size_t body_room, body_count;
    struct prefix_cache *prefixes;
};

static struct body *body_find(struct ledger *ledger, const struct fingerprint *print);
static void body_grow(struct ledger *ledger);

struct ledger *ledger_new(size_t cached_prefixes, struct error *why)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        error_set(why, ERR_MEMORY, "no memory for the simulator's counts");
        return NULL;
    }
    pthread_mutex_init(&ledger->lock, NULL);
    ledger->body_room = FIRST_ROOM;
    ledger->bodies = calloc(FIRST_ROOM, sizeof *ledger->bodies);
    if (ledger->bodies == NULL)
        error_set(why, ERR_MEMORY, "no memory for the simulator's counts");
    else if ((ledger->prefixes = prefix_cache_new(cached_prefixes, why)) != NULL)
        return ledger;
    ledger_free(ledger);
    return NULL;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    pthread_mutex_destroy(&ledger->lock);
    prefix_cache_free(ledger->prefixes);
    free(ledger->bodies);
    free(ledger);
}

void ledger_connection(struct ledger *ledger, bool opened)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->connections += opened;
    ledger->open_connections += opened ? 1 : -1;
    if (ledger->open_connections > ledger->most_connections)
        ledger->most_connections = ledger->open_connections;
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_begin(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->requests++;
    if (++ledger->in_flight > ledger->most_in_flight)
        ledger->most_in_flight = ledger->in_flight;
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_end(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->in_flight--;
    pthread_mutex_unlock(&ledger->lock);
}

// Under the lock: the body's place, or the empty one where it belongs.
static struct body *body_find(struct ledger *ledger, const struct fingerprint *print)
{
    size_t place = print->low % ledger->body_room;
    while (ledger->bodies[place].seen > 0 &&
           !fingerprint_equal(&ledger->bodies[place].print, print))
        place = (place + 1) % ledger->body_room;
    return &ledger->bodies[place];
}

// Without memory the table stays as it is, and gets slower until it is full.
static void body_grow(struct ledger *ledger)
{
    size_t old_room = ledger->body_room;
    struct body *old = ledger->bodies, *bodies = calloc(2 * old_room, sizeof *bodies);
    if (bodies == NULL)
        return;
    ledger->bodies = bodies;
    ledger->body_room = 2 * old_room;
    for (size_t i = 0; i < old_room; i++)
        if (old[i].seen > 0)
            *body_find(ledger, &old[i].print) = old[i];
    free(old);
}

unsigned ledger_seen(struct ledger *ledger, const struct fingerprint *print)
{
    pthread_mutex_lock(&ledger->lock);
    if (ledger->body_count * 4 >= ledger->body_room * 3 && ledger->body_room < MOST_BODIES)
        body_grow(ledger);
    struct body *body = body_find(ledger, print);
    unsigned before = body->seen;
    bool room = (ledger->body_count + 1) * 8 < ledger->body_room * 7;
    if (before > 0) {
        body->seen++;
        ledger->repeated++;
    } else if (room) {
        *body = (struct body){.print = *print, .seen = 1};
        ledger->body_count++;
    }
    pthread_mutex_unlock(&ledger->lock);
    return before;
}

bool ledger_cached(struct ledger *ledger, const struct fingerprint *print, int64_t now_ms)
{
    pthread_mutex_lock(&ledger->lock);
    bool cached = prefix_cache_use(ledger->prefixes, print, now_ms);
    pthread_mutex_unlock(&ledger->lock);
    return cached;
}

void ledger_invalid(struct ledger *ledger, int status, const char *message)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->invalid++;
    struct reason *reason = NULL;
    for (size_t i = 0; i < ledger->reason_count && reason == NULL; i++)
        if (ledger->reasons[i].status == status &&
            strncmp(ledger->reasons[i].message, message, sizeof reason->message - 1) == 0)
            reason = &ledger->reasons[i];
    if (reason == NULL) {
        reason = &ledger->reasons[ledger->next_reason];
        ledger->next_reason = (ledger->next_reason + 1) % REASONS;
        ledger->reason_count += ledger->reason_count < REASONS;
        *reason = (struct reason){.status = status};
        snprintf(reason->message, sizeof reason->message, "%s", message);
    }
    reason->count++;
    pthread_mutex_unlock(&ledger->lock);
}

static void count_fault(struct ledger *ledger, const char *name)
{
    size_t i = 0;
    while (i < FAULTS && ledger->faults[i].name != NULL &&
           strcmp(ledger->faults[i].name, name) != 0)
        i++;
    if (i < FAULTS) {
        ledger->faults[i].name = name;
        ledger->faults[i].count++;
    }
}

// Under the lock: adds the outcome, or takes it back.
static void count_outcome(struct ledger *ledger, const struct fingerprint *print,
                          const struct outcome *outcome, int way)
{
    int status = outcome->status > 0 && outcome->status < STATUSES ? outcome->status : 0;
    ledger->statuses[status] += way;
    ledger->bytes_out += way * (long long)outcome->bytes_out;
    if (!outcome->answered)
        return;
    struct body *body = body_find(ledger, print);
    ledger->input += way * outcome->input_tokens;
    ledger->cached += way * outcome->cached_tokens;
    ledger->output += way * outcome->output_tokens;
    ledger->answered += way;
    if (body->seen == 0)
        return;
    ledger->answered_again += way * (body->answered > (way < 0));
    body->answered += (unsigned)way;
}

void ledger_outcome(struct ledger *ledger, const struct fingerprint *print,
                    const struct outcome *outcome)
{
    pthread_mutex_lock(&ledger->lock);
    ledger->bytes_in += (long long)outcome->bytes_in;
    if (outcome->fault != NULL)
        count_fault(ledger, outcome->fault);
    count_outcome(ledger, print, outcome, 1);
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_unsent(struct ledger *ledger, const struct fingerprint *print,
                   const struct outcome *outcome)
{
    pthread_mutex_lock(&ledger->lock);
    count_outcome(ledger, print, outcome, -1);
    ledger->statuses[0]++;
    pthread_mutex_unlock(&ledger->lock);
}

static void write_statuses(const struct ledger *ledger, struct buffer *out)
{
    json_write_name(out, "by_status");
    buffer_append_char(out, '{');
    for (int status = 0; status < STATUSES; status++) {
        char name[16];
        snprintf(name, sizeof name, "%d", status);
        if (ledger->statuses[status] > 0)
            json_write_integer_field(out, status > 0 ? name : "none", ledger->statuses[status]);
    }
    buffer_append_char(out, '}');
    json_write_name(out, "faults");
    buffer_append_char(out, '{');
    for (size_t i = 0; i < FAULTS && ledger->faults[i].name != NULL; i++)
        json_write_integer_field(out, ledger->faults[i].name, ledger->faults[i].count);
    buffer_append_char(out, '}');
}

static void write_reasons(const struct ledger *ledger, struct buffer *out)
{
    json_write_integer_field(out, "invalid", ledger->invalid);
    json_write_name(out, "invalid_reasons");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < ledger->reason_count; i++) {
        buffer_append_text(out, i > 0 ? ",{" : "{");
        json_write_integer_field(out, "status", ledger->reasons[i].status);
        json_write_string_field(out, "message", ledger->reasons[i].message);
        json_write_integer_field(out, "count", ledger->reasons[i].count);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void write_tokens(const struct ledger *ledger, struct buffer *out)
{
    json_write_name(out, "tokens");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "input", ledger->input);
    json_write_integer_field(out, "cached", ledger->cached);
    json_write_integer_field(out, "uncached", ledger->input - ledger->cached);
    json_write_integer_field(out, "output", ledger->output);
    buffer_append_char(out, '}');
    json_write_name(out, "bodies");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "distinct", (long long)ledger->body_count);
    json_write_integer_field(out, "repeated", ledger->repeated);
    json_write_integer_field(out, "answered", ledger->answered);
    json_write_integer_field(out, "answered_again", ledger->answered_again);
    buffer_append_char(out, '}');
}

void ledger_write(struct ledger *ledger, unsigned working, unsigned most_working, unsigned waiting,
                  struct buffer *out)
{
    pthread_mutex_lock(&ledger->lock);
    buffer_append_char(out, '{');
    json_write_integer_field(out, "requests", ledger->requests);
    write_statuses(ledger, out);
    json_write_integer_field(out, "in_flight", ledger->in_flight);
    json_write_integer_field(out, "max_in_flight", ledger->most_in_flight);
    json_write_integer_field(out, "working", working);
    json_write_integer_field(out, "max_working", most_working);
    json_write_integer_field(out, "waiting", waiting);
    json_write_integer_field(out, "bytes_in", ledger->bytes_in);
    json_write_integer_field(out, "bytes_out", ledger->bytes_out);
    write_reasons(ledger, out);
    write_tokens(ledger, out);
    json_write_name(out, "connections");
    buffer_append_char(out, '{');
    json_write_integer_field(out, "opened", ledger->connections);
    json_write_integer_field(out, "open", ledger->open_connections);
    json_write_integer_field(out, "max_open", ledger->most_connections);
    buffer_append_text(out, "}}");
    pthread_mutex_unlock(&ledger->lock);
}
