#include "fault.h"

#include "duration.h"
#include "fault_lesson.h"
#include "fault_lexicon.h"
#include "fault_table.h"
#include "phrase.h"
#include "problem.h"
#include "provider.h"
#include "reply_stream.h"
#include "secret.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A quota that frees itself within this time is waited for; one that needs longer is used up.
static const int64_t longest_quota_wait_ms = 3600 * 1000;

static void classify_transport(const struct exchange *exchange, struct fault *fault);
static bool classify_answer(struct endpoint *endpoint, const struct exchange *exchange,
                            struct reply *reply, struct fault *fault, struct error *why);
static bool classify_stream(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                            const struct exchange *exchange, struct reply *reply,
                            struct fault *fault);
static void classify_no_answer(const struct problem *problem, const struct error *cause,
                               struct fault *fault);
static void classify_refusal(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                             const struct exchange *exchange, const struct problem *problem,
                             struct fault *fault);

static void set_kind(struct fault *fault, enum fault_kind kind)
{
    fault->kind = fault_kinds[kind].name;
    fault->verdict = fault_kinds[kind].verdict;
    fault->fix = fault_kinds[kind].fix;
}

// What the rule says otherwise than its kind.
static void set_exceptions(struct fault *fault, const struct fault_rule *rule)
{
    if (rule->verdict != FAULT_NONE)
        fault->verdict = rule->verdict;
    if (rule->fix != NULL)
        fault->fix = rule->fix;
}

// Secrets are hidden in the whole text, then it is cut: a cut key would not be recognised.
static void set_message(struct fault *fault, const char *text)
{
    char *copy = text_repair(text, strlen(text));
    if (copy == NULL)
        return;
    secret_hide(text_one_line(copy));
    size_t length = text_cut(copy, sizeof fault->message - 1);
    memcpy(fault->message, copy, length);
    fault->message[length] = '\0';
    free(copy);
}

// A model may be called "vision" or "image": its name is not what a refusal is about.
static bool read_problem(struct problem *problem, const struct endpoint *endpoint, const char *body,
                         size_t length, const char *content_type)
{
    if (!problem_read(problem, body, length, content_type))
        return false;
    if (endpoint->model != NULL)
        problem_hide(problem, endpoint->model);
    return true;
}

void fault_classify(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                    const struct exchange *exchange, struct reply *reply, struct fault *fault)
{
    *fault = (struct fault){.kind = "", .fix = "", .wait_ms = -1, .http_status = exchange->status};
    *reply = (struct reply){.usage = usage_unknown};
    if (classify_stream(endpoint, sent, exchange, reply, fault))
        return;
    if (exchange->transport != TRANSPORT_OK) {
        classify_transport(exchange, fault);
        return;
    }
    bool good = exchange->status >= 200 && exchange->status <= 299;
    struct error cause = {0};
    if (good && classify_answer(endpoint, exchange, reply, fault, &cause))
        return;
    struct problem problem;
    if (!read_problem(&problem, endpoint, exchange->body.data, exchange->body.length,
                      exchange->content_type)) {
        set_kind(fault, FAULT_KIND_transport_other);
        set_message(fault, "no memory to read the answer");
        return;
    }
    if (good && !problem.is_error)
        classify_no_answer(&problem, &cause, fault);
    else
        classify_refusal(endpoint, sent, exchange, &problem, fault);
    problem_clear(&problem);
}

static bool rule_fits_transport(const struct fault_rule *rule, const struct exchange *exchange)
{
    if (rule->transport != exchange->transport)
        return false;
    if (rule->words == NULL)
        return true;
    struct problem said;
    bool fits =
        problem_read(&said, exchange->transport_message, strlen(exchange->transport_message), "") &&
        problem_says(&said, rule->words);
    problem_clear(&said);
    return fits;
}

static void classify_transport(const struct exchange *exchange, struct fault *fault)
{
    set_kind(fault, FAULT_KIND_transport_other);
    for (size_t i = 0; i < fault_wordings.count; i++) {
        const struct fault_rule *rule = &fault_wordings.list[i];
        if (!rule_fits_transport(rule, exchange))
            continue;
        set_kind(fault, rule->kind);
        set_exceptions(fault, rule);
        break;
    }
    enum transport transport = exchange->transport;
    fault->unreachable = transport == TRANSPORT_DNS || transport == TRANSPORT_REFUSED ||
                         transport == TRANSPORT_TLS || transport == TRANSPORT_CONNECT_TIMEOUT ||
                         transport == TRANSPORT_PROXY;
    set_message(fault, exchange->transport_message);
}

static void classify_overload(const struct exchange *exchange, struct reply *reply,
                              struct fault *fault)
{
    reply_clear(reply);
    set_kind(fault, FAULT_KIND_overloaded);
    fault->wait_ms = exchange->retry_after_ms;
    set_message(fault, "the provider broke off in the middle of the answer");
}

// A 2xx that the provider's reader understands: a reply, or an overload in a reply's shape. False:
// it is neither, and why says what the reader minds.
static bool classify_answer(struct endpoint *endpoint, const struct exchange *exchange,
                            struct reply *reply, struct fault *fault, struct error *why)
{
    const char *body = exchange->body.data != NULL ? exchange->body.data : "";
    if (!endpoint->provider->read_reply(body, exchange->body.length, reply, why)) {
        reply_clear(reply);
        return false;
    }
    if (reply->finish == FINISH_OVERLOAD)
        classify_overload(exchange, reply, fault);
    return true;
}

// The stream's own ending, whatever became of the connection behind it.
static bool judge_stream(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                         const struct exchange *exchange, struct reply_stream *stream,
                         struct reply *reply, struct fault *fault)
{
    const char *refusal = NULL;
    struct error cause = {0};
    struct problem problem;
    switch (reply_stream_end(stream, reply, &refusal, &cause)) {
    case REPLY_STREAM_WHOLE:
        if (reply->finish == FINISH_OVERLOAD)
            classify_overload(exchange, reply, fault);
        return true;
    case REPLY_STREAM_ERROR:
        if (!read_problem(&problem, endpoint, refusal, strlen(refusal), "application/json"))
            return false;
        classify_refusal(endpoint, sent, exchange, &problem, fault);
        problem_clear(&problem);
        return true;
    case REPLY_STREAM_UNREADABLE:
        if (exchange->transport != TRANSPORT_OK)
            return false; // too large, or broken because it was cut
        set_kind(fault, FAULT_KIND_reply_unreadable);
        set_message(fault, cause.message);
        return true;
    case REPLY_STREAM_CUT:
        break;
    }
    if (exchange->transport != TRANSPORT_OK)
        return false;
    set_kind(fault, FAULT_KIND_reply_cut);
    set_message(fault, *reply_stream_so_far(stream) != '\0'
                           ? "the stream ended in the middle of the answer"
                           : "the stream ended before an answer began");
    return true;
}

// What the exchange brought as events. A body that was wanted whole and is a stream all the same,
// as some gateways have it, is read alike. False: it brought none, or the transport says better how
// it failed.
static bool classify_stream(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                            const struct exchange *exchange, struct reply *reply,
                            struct fault *fault)
{
    if (exchange->status < 200 || exchange->status > 299)
        return false;
    if (exchange->stream != NULL)
        return reply_stream_is_events(exchange->stream) &&
               judge_stream(endpoint, sent, exchange, exchange->stream, reply, fault);
    if (exchange->transport != TRANSPORT_OK || exchange->body.length == 0)
        return false;
    struct reply_stream *late = reply_stream_new(endpoint->provider, exchange->body.ceiling, NULL);
    bool judged =
        late != NULL && reply_stream_feed(late, exchange->body.data, exchange->body.length) &&
        reply_stream_is_events(late) && judge_stream(endpoint, sent, exchange, late, reply, fault);
    reply_stream_free(late);
    return judged;
}

// A 2xx that is neither an answer nor an error.
static void classify_no_answer(const struct problem *problem, const struct error *cause,
                               struct fault *fault)
{
    if (problem->form == PROBLEM_HTML) {
        set_kind(fault, FAULT_KIND_html_reply);
        set_message(fault, problem->message);
        return;
    }
    set_kind(fault, FAULT_KIND_reply_unreadable);
    char text[sizeof fault->message];
    if (problem->form == PROBLEM_EMPTY)
        snprintf(text, sizeof text, "%s", cause->message);
    else
        snprintf(text, sizeof text, "%s; it begins: %.200s", cause->message, problem->message);
    set_message(fault, text);
}

// An error inside a 200 that names no status is told by its words alone.
static bool rule_fits_status(const struct fault_rule *rule, int status)
{
    bool told = rule->words != NULL || rule->codes != NULL || rule->says != NULL;
    return rule->from == 0 || (status == 0 && told) || (status >= rule->from && status <= rule->to);
}

static bool rule_fits(const struct fault_rule *rule, const struct problem *problem, int status)
{
    return rule->transport == TRANSPORT_OK && rule_fits_status(rule, status) &&
           (!rule->page || problem->form == PROBLEM_HTML) &&
           (rule->codes == NULL || problem_has_code(problem, rule->codes)) &&
           (rule->words == NULL || problem_says(problem, rule->words)) &&
           (rule->also == NULL || problem_says(problem, rule->also)) &&
           (rule->says == NULL ||
            phrase_says(buffer_text(&problem->sentences), rule->about, rule->says));
}

// A daily quota that rolls on frees itself in minutes and says so; one that is reset at midnight
// does not, and holding calls for hours helps nobody.
static enum fault_kind quota_or_rate(const struct problem *problem, enum fault_kind kind,
                                     int64_t wait_ms)
{
    if (kind != FAULT_KIND_rate_limited)
        return kind;
    bool daily = phrase_says(buffer_text(&problem->sentences), ABOUT_PERIOD, SAYS_QUOTA_REACHED);
    if (wait_ms > longest_quota_wait_ms || (daily && wait_ms < 0))
        return FAULT_KIND_quota_exhausted;
    return kind;
}

static void set_refusal_message(struct fault *fault, const struct exchange *exchange,
                                const struct problem *problem)
{
    char text[sizeof fault->message];
    if (exchange->status >= 300 && exchange->status <= 399 && *exchange->location != '\0') {
        snprintf(text, sizeof text, "HTTP %d, to %s", exchange->status, exchange->location);
        set_message(fault, text);
    } else if (*problem->message == '\0') {
        snprintf(text, sizeof text, "HTTP %d without a word", exchange->status);
        set_message(fault, text);
    } else {
        set_message(fault, problem->message);
    }
}

static const struct fault_rule *rule_find(const struct problem *problem, int status)
{
    const struct fault_rules tables[] = {fault_wordings, fault_ideas, fault_statuses};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        // A page is not the API's word, and speaks of accounts and images of its own.
        if (tables[t].list == fault_ideas.list && problem->form == PROBLEM_HTML)
            continue;
        for (size_t i = 0; i < tables[t].count; i++)
            if (rule_fits(&tables[t].list[i], problem, status))
                return &tables[t].list[i];
    }
    return NULL;
}

static void classify_refusal(struct endpoint *endpoint, const struct endpoint_lessons *sent,
                             const struct exchange *exchange, const struct problem *problem,
                             struct fault *fault)
{
    // A gateway's error inside a 200 names the status that it stands for, or none.
    int status = exchange->status >= 300 ? exchange->status : problem->status;
    const struct fault_rule *rule = rule_find(problem, status);
    enum fault_kind kind = rule != NULL ? rule->kind : FAULT_KIND_server_error;
    fault->wait_ms = exchange->retry_after_ms;
    if (fault->wait_ms < 0)
        fault->wait_ms = duration_find_ms(buffer_text(&problem->words));
    // Headers say when a bucket is full again, which is longer than need be; so they come last.
    if (fault->wait_ms < 0 && kind == FAULT_KIND_rate_limited)
        fault->wait_ms = limit_headers_wait_ms(&exchange->limits);
    kind = quota_or_rate(problem, kind, fault->wait_ms);
    if (kind == FAULT_KIND_key_wrong && status == 401 && exchange->key == NULL)
        kind = FAULT_KIND_key_missing;
    bool learned = rule != NULL && rule->lesson != LESSON_NONE &&
                   fault_learn(endpoint, sent, problem, rule->lesson, &kind);
    learned = learned || fault_learn_last(endpoint, sent, &kind);
    set_kind(fault, kind);
    fault->for_all = kind == FAULT_KIND_no_channel;
    if (rule != NULL && rule->kind == kind)
        set_exceptions(fault, rule);
    if (fault->verdict == FAULT_ADAPT && !learned)
        fault->verdict = FAULT_ITEM;
    if (fault->verdict != FAULT_RETRY && fault->verdict != FAULT_WAIT)
        fault->wait_ms = -1;
    set_refusal_message(fault, exchange, problem);
}

const char *fault_verdict_name(enum fault_verdict verdict)
{
    static const char *const names[] = {"none", "retry", "wait", "adapt", "item", "run"};
    return names[verdict];
}
