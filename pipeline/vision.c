#include "vision.h"

#include "judge.h"
#include "log.h"
#include "probe.h"
#include "random.h"
#include "sight.h"
#include "spending.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Two pictures, and for each as many calls as there are parameters to be learned away.
enum { PICTURES = 2, ADAPTIONS = 4, SHOWN_ANSWER = 160 };

// What came of one picture.
struct look {
    enum sight_verdict verdict;
    bool answered;
    char expected[80], answer[SHOWN_ANSWER + 1];
};

static bool is_wanted(const struct run *run, const struct upstream *upstream);
static bool is_stopped(const struct run *run);
static bool check_upstream(struct run *run, struct prober *prober, struct upstream *upstream,
                           struct error *why);
static bool show_picture(struct run *run, struct prober *prober, struct upstream *upstream,
                         unsigned number, struct look *look, struct error *why);
static bool refuse(const struct upstream *upstream, const struct look *look, struct error *why);

bool vision_check(struct run *run, struct error *why)
{
    struct client_settings client = run_client_settings(run->settings);
    client.max_connections = 1;
    for (size_t i = 0; i < run->upstreams.count; i++) {
        struct upstream *upstream = &run->upstreams.list[i];
        struct prober prober;
        if (!is_wanted(run, upstream) || is_stopped(run))
            continue;
        if (!prober_init(&prober, &client, PICTURES * (1 + ADAPTIONS), why))
            return false;
        prober.stop = run->settings->stop;
        bool good = check_upstream(run, &prober, upstream, why);
        prober_clear(&prober);
        if (run->budget.unkept_nano > 0) {
            struct error fault = {0};
            bool kept =
                run_write(run, &fault) && spending_keep(run, &fault) && run_commit(run, &fault);
            if (good && !kept)
                *why = fault;
            good = good && kept;
        }
        if (!good)
            return false;
    }
    return true;
}

static bool is_stopped(const struct run *run)
{
    return run->settings->stop != NULL && *run->settings->stop != 0;
}

// A server of one's own is known to whoever set it up, and what was seen once is remembered.
static bool is_wanted(const struct run *run, const struct upstream *upstream)
{
    if (run->settings->probe != PROBE_AUTO)
        return run->settings->probe == PROBE_ALWAYS;
    return !upstream->endpoint.local &&
           !store_find_probe(run->store, upstream->name, upstream->endpoint.model);
}

static bool keep(struct run *run, const struct upstream *upstream, const struct look *look,
                 struct error *why)
{
    return run_write(run, why) &&
           store_put_probe(run->store, upstream->name, upstream->endpoint.model,
                           sight_verdict_name(look->verdict), why) &&
           run_commit(run, why);
}

// A second picture decides: models err, and one that errs twice cannot be used.
static bool check_upstream(struct run *run, struct prober *prober, struct upstream *upstream,
                           struct error *why)
{
    struct look look = {0};
    for (unsigned number = 0; number < PICTURES; number++) {
        if (!show_picture(run, prober, upstream, number, &look, why))
            return false;
        if (!look.answered)
            return true;
        if (look.verdict == SIGHT_SEEN) {
            log_note("probe: %s at %s sees (%u small %s; --probe never leaves it out)",
                     upstream->endpoint.model, upstream->name, prober->calls,
                     prober->calls == 1 ? "call" : "calls");
            return keep(run, upstream, &look, why);
        }
        if (look.verdict == SIGHT_UNCLEAR) {
            log_warn("probe: asked for the colours in a picture (%s), %s at %s answered \"%s\": "
                     "whether it sees is not clear; the run goes on",
                     look.expected, upstream->endpoint.model, upstream->name, look.answer);
            return true;
        }
    }
    return refuse(upstream, &look, why);
}

static bool refuse(const struct upstream *upstream, const struct look *look, struct error *why)
{
    const char *blind = look->verdict == SIGHT_BLIND
                            ? "says that there is no image"
                            : "does not see the image, and invents an answer";
    return error_set(why, ERR_SETTINGS,
                     "probe: %s at %s %s. Asked twice for the colours of five shapes from left to "
                     "right, it last answered \"%s\" where %s was right. Choose a model that takes "
                     "images, or an endpoint that passes them on; --probe never goes on all the "
                     "same",
                     upstream->endpoint.model, upstream->name, blind, look->answer, look->expected);
}

// The call's cost counts like any other, though no item has it.
static bool ask_once(struct run *run, struct prober *prober, const struct upstream *upstream,
                     struct probe *probe, struct error *why)
{
    const struct endpoint *endpoint = probe->endpoint;
    struct guess guess = budget_guess(
        &run->budget, upstream->price, strlen(probe->ask.prompt) + 1000,
        token_estimate(endpoint->model, SIGHT_WIDTH, SIGHT_HEIGHT), probe->ask.max_tokens);
    if (!budget_admit(&run->budget, &guess, 0))
        return budget_exhausted(&run->budget, &guess, why);
    bool good = prober_send(prober, probe, 1, why);
    if (good && probe->sent && probe->fault.verdict == FAULT_NONE) {
        long long cost = budget_settle(&run->budget, &guess, upstream->price, &probe->reply.usage);
        budget_tell_untold(&run->budget, upstream->label);
        run->budget.unkept_nano += cost > 0 ? cost : 0;
    } else {
        budget_release(&run->budget, &guess, judge_maybe_charged(probe->transport, probe->status));
    }
    return good;
}

// Whether the tokens counted are those of the question alone: no picture was among them. The
// fewest that any provider counts for one of this size are 85 (OpenAI's least detail).
static bool counts_no_picture(const struct probe *probe)
{
    enum { FEWEST = 85, ENVELOPE = 24 }; // of a picture; of roles and the chat's frame
    long long counted = probe->reply.usage.input_tokens;
    return counted > 0 && counted < text_token_estimate(probe->ask.prompt) + ENVELOPE + FEWEST / 2;
}

// An answer without a colour in it may be a slip, unless no picture was counted either.
static void take_answer(struct look *look, const struct sight *sight, const struct probe *probe)
{
    char *line = text_copy(probe->reply.text);
    look->answered = true;
    look->verdict = sight_judge(sight, probe->reply.text);
    if (look->verdict == SIGHT_UNCLEAR && counts_no_picture(probe) &&
        !text_is_blank(probe->reply.text))
        look->verdict = SIGHT_INVENTED;
    snprintf(look->expected, sizeof look->expected, "%s", sight->expected);
    if (line != NULL)
        snprintf(look->answer, sizeof look->answer, "%.*s",
                 (int)text_cut(text_one_line(line), SHOWN_ANSWER), line);
    free(line);
}

// What no retry heals the run's first call meets as well, and tells.
static void tell_no_answer(const struct upstream *upstream, const struct fault *fault)
{
    if (fault->verdict == FAULT_RETRY && strcmp(fault->kind, "aborted") != 0)
        log_warn("probe: %s at %s gave no answer (%s: %s); the run goes on without knowing whether "
                 "it sees",
                 upstream->endpoint.model, upstream->label, fault->kind, fault->message);
    else
        log_detail("probe: no answer (%s: %s); the run goes on without it", fault->kind,
                   fault->message);
}

static bool show_picture(struct run *run, struct prober *prober, struct upstream *upstream,
                         unsigned number, struct look *look, struct error *why)
{
    struct sight sight;
    *look = (struct look){0};
    if (!sight_make(&sight, random_next(&run->jitter), number, why))
        return false;
    struct payload *payload =
        payload_new(sight.jpeg.data, sight.jpeg.length, SIGHT_WIDTH, SIGHT_HEIGHT, why);
    bool good = payload != NULL, again = good;
    for (int i = 0; again && i <= ADAPTIONS; i++) {
        struct endpoint endpoint = upstream->endpoint; // borrowed texts; asked without a stream
        endpoint.lessons.stream = false;
        struct probe probe = {.endpoint = &endpoint,
                              .payload = payload,
                              .ask = {.prompt = sight.question,
                                      .image = true,
                                      .temperature = -1,
                                      .max_tokens = run->settings->max_tokens,
                                      .extra_body = run->settings->extra_body}};
        good = ask_once(run, prober, upstream, &probe, why);
        again = good && probe.fault.verdict == FAULT_ADAPT;
        if (good && probe.fault.verdict == FAULT_NONE) {
            take_answer(look, &sight, &probe);
        } else if (again) {
            bool stream = upstream->endpoint.lessons.stream;
            upstream->endpoint.lessons = probe.learned;
            upstream->endpoint.lessons.stream = stream;
        } else if (good) {
            tell_no_answer(upstream, &probe.fault);
        }
        probe_clear(&probe);
    }
    payload_drop(payload);
    sight_clear(&sight);
    return good;
}
