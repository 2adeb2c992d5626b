// One small call with text alone. That it comes back proves address, protocol, key and model; how
// it fails tells at which of them.
#include "image_bisect.h"

#include "connection.h"
#include "model_list.h"
#include "path_guess.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char prompt[] = "Reply with the one word: ready";

static void climb_passed(struct ladder *ladder, const struct probe *probe);
static bool climb_failed(struct ladder *ladder, struct probe *probe, struct error *why);
static bool judge_address(struct ladder *ladder, struct probe *probe, enum cause_id cause,
                          struct error *why);
static bool look_for_path(struct ladder *ladder, const struct probe *probe, enum cause_id cause,
                          struct error *why);
static bool judge_model(struct ladder *ladder, const struct probe *probe, enum cause_id cause,
                        struct error *why);

bool rung_text(struct ladder *ladder, struct error *why)
{
    struct probe probe = ladder_probe(ladder, prompt);
    bool good = ladder_send(ladder, &probe, why);
    if (good && probe.fault.verdict == FAULT_NONE)
        climb_passed(ladder, &probe);
    else if (good)
        good = climb_failed(ladder, &probe, why);
    probe_clear(&probe);
    return good;
}

static void pass_address(struct ladder *ladder)
{
    char tried[SEEN_BYTES];
    snprintf(tried, sizeof tried, "POST %.400s", ladder->endpoint.url);
    ladder_pass(ladder, RUNG_HTTP, tried, "answers in its protocol");
}

static void pass_key(struct ladder *ladder)
{
    ladder_pass(ladder, RUNG_KEY, NULL,
                ladder->endpoint.key != NULL ? "accepted" : "none is asked for");
}

static void climb_passed(struct ladder *ladder, const struct probe *probe)
{
    char seen[SEEN_BYTES];
    pass_address(ladder);
    pass_key(ladder);
    snprintf(seen, sizeof seen, "served%s%.200s", probe->reply.model != NULL ? " as " : "",
             probe->reply.model != NULL ? probe->reply.model : "");
    ladder_pass(ladder, RUNG_MODEL, ladder->endpoint.model, seen);
    if (probe->reply.finish == FINISH_REFUSED)
        ladder_break(ladder, RUNG_TEXT, prompt, probe, CAUSE_content_filtered, NULL, NULL);
    else if (text_is_blank(probe->reply.text) && probe->reply.finish != FINISH_LENGTH)
        ladder_break(ladder, RUNG_TEXT, prompt, probe, CAUSE_reply_empty, NULL, NULL);
    else
        ladder_pass(ladder, RUNG_TEXT, prompt, probe_seen(probe, seen, sizeof seen));
}

// Which rung a cause belongs to.
static enum rung_id rung_of(enum cause_id cause)
{
    switch (cause) {
    case CAUSE_key_missing:
    case CAUSE_key_wrong:
    case CAUSE_key_expired:
    case CAUSE_key_forbidden:
    case CAUSE_key_other_site:
    case CAUSE_no_money:
    case CAUSE_quota_exhausted:
    case CAUSE_region:
        return RUNG_KEY;
    case CAUSE_model_unknown:
    case CAUSE_model_forbidden:
    case CAUSE_no_vision:
        return RUNG_MODEL;
    case CAUSE_proxy:
    case CAUSE_connection_refused:
    case CAUSE_connect_timeout:
    case CAUSE_dns:
        return RUNG_HTTP;
    default:
        return RUNG_TEXT;
    }
}

static bool climb_failed(struct ladder *ladder, struct probe *probe, struct error *why)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    enum rung_id rung = rung_of(cause);
    switch (cause) {
    case CAUSE_path_wrong:
    case CAUSE_web_page:
    case CAUSE_reply_unreadable:
    case CAUSE_redirected:
    case CAUSE_http_at_https_port:
    case CAUSE_not_http:
    case CAUSE_connection_reset:
    case CAUSE_tls:
        return judge_address(ladder, probe, cause, why);
    case CAUSE_model_unknown:
    case CAUSE_server_error:
    case CAUSE_not_supported:
    case CAUSE_parameter_refused:
    case CAUSE_unexplained:
        return judge_model(ladder, probe, cause, why);
    default:
        break;
    }
    if (rung != RUNG_HTTP)
        pass_address(ladder);
    if (rung == RUNG_MODEL || rung == RUNG_TEXT)
        pass_key(ladder);
    ladder_break_beside(ladder, rung, rung == RUNG_TEXT ? prompt : ladder->endpoint.url, probe);
    return true;
}

// ---- Address and protocol -----------------------------------------------------------------------

// A port that speaks TLS answers a plain request with an alert, a reset or nothing.
static bool port_speaks_tls(struct ladder *ladder, bool *speaks, struct error *why)
{
    const char *url = ladder->endpoint.url;
    char *encrypted = NULL;
    struct connection connection;
    *speaks = false;
    if (strncasecmp(url, "http://", 7) != 0)
        return true;
    if (asprintf(&encrypted, "https://%s", url + 7) < 0)
        return error_set(why, ERR_MEMORY, "no memory for a URL");
    bool good = connection_try(encrypted, &ladder->settings->client, true, &connection, why);
    *speaks = good && connection.transport == TRANSPORT_OK;
    free(encrypted);
    return good;
}

// Where a redirect leads, as a base URL: without the chat path.
static void break_redirected(struct ladder *ladder, const struct probe *probe, const char *tried)
{
    char fix[400];
    const char *to = probe->location;
    size_t length = strcspn(to, "?#");
    const char *chat = strstr(to, "/chat/completions");
    if (chat != NULL)
        length = (size_t)(chat - to);
    bool only_scheme =
        strncasecmp(ladder->endpoint.url, "http://", 7) == 0 && strncasecmp(to, "https://", 8) == 0;
    snprintf(fix, sizeof fix, "Set the base URL to %.*s%s", (int)length, to,
             only_scheme ? " (https:// in place of http://)." : ".");
    ladder_break(ladder, RUNG_HTTP, tried, probe, CAUSE_redirected, NULL, *to != '\0' ? fix : NULL);
}

static bool judge_address(struct ladder *ladder, struct probe *probe, enum cause_id cause,
                          struct error *why)
{
    char tried[SEEN_BYTES];
    bool tls = false;
    snprintf(tried, sizeof tried, "POST %.400s", ladder->endpoint.url);
    if (cause == CAUSE_redirected) {
        break_redirected(ladder, probe, tried);
        return true;
    }
    // With a status it is a gateway's word on the server behind it: the address is right.
    if (cause == CAUSE_http_at_https_port || (cause == CAUSE_tls && probe->status != 0)) {
        ladder_break(ladder, RUNG_HTTP, tried, probe, cause, NULL, NULL);
        return true;
    }
    if (probe->status == 0 && !port_speaks_tls(ladder, &tls, why))
        return false;
    if (tls)
        cause = CAUSE_http_at_https_port;
    // The reply may be a good one in another protocol's shape.
    const struct provider *other =
        probe->status == 200 ? path_guess_protocol(buffer_text(&probe->body), probe->body.length)
                             : NULL;
    if (other != NULL && other != ladder->endpoint.provider) {
        char detail[200];
        snprintf(detail, sizeof detail, "The answer is of the protocol of %s, not of %s.",
                 other->name, ladder->endpoint.provider->name);
        ladder_break(ladder, RUNG_HTTP, tried, probe, CAUSE_protocol_other, detail, NULL);
        return true;
    }
    if (probe->status == 0) {
        ladder_break(ladder, cause == CAUSE_connection_reset ? RUNG_TEXT : RUNG_HTTP, tried, probe,
                     cause, NULL, NULL);
        return true;
    }
    return look_for_path(ladder, probe, cause, why);
}

// Whether an answer comes from an API: anything that is no missing page, no page for people and no
// other program's JSON.
static bool speaks(const struct probe *probe, const struct ladder *ladder)
{
    enum cause_id cause = ladder_cause(ladder, probe);
    if (probe->fault.verdict == FAULT_NONE)
        return true;
    return probe->status != 0 && cause != CAUSE_path_wrong && cause != CAUSE_web_page &&
           cause != CAUSE_reply_unreadable && cause != CAUSE_redirected &&
           cause != CAUSE_server_error && cause != CAUSE_gateway_error;
}

// A refusal in another protocol's shape names the protocol to try first.
static const struct provider *shape_of(const struct probe *probe)
{
    const char *body = buffer_text(&probe->body);
    if (strstr(body, "\"type\":\"error\"") != NULL || strstr(body, "\"type\": \"error\"") != NULL)
        return &provider_anthropic;
    if (strstr(body, "\"NOT_FOUND\"") != NULL || strstr(body, "google.rpc") != NULL)
        return &provider_gemini;
    return NULL;
}

static void break_with_guess(struct ladder *ladder, const struct probe *probe, const char *tried,
                             const struct path_guess *guess)
{
    static const enum cause_id causes[] = {[PATH_V1_ADDED] = CAUSE_path_v1_missing,
                                           [PATH_V1_REMOVED] = CAUSE_path_v1_extra,
                                           [PATH_OTHER] = CAUSE_path_wrong,
                                           [PATH_PROTOCOL] = CAUSE_protocol_other};
    char detail[SEEN_BYTES], fix[SEEN_BYTES];
    snprintf(detail, sizeof detail, "%s What answers is %.300s, in the protocol of %s.",
             cause_at(causes[guess->change])->what, guess->url, guess->provider->name);
    if (guess->change == PATH_PROTOCOL && guess->provider != &provider_openai)
        snprintf(fix, sizeof fix, "Give --endpoint %s --base-url %.300s", guess->provider->name,
                 guess->base);
    else
        snprintf(fix, sizeof fix, "Set the base URL to %.300s%s", guess->base,
                 guess->change == PATH_PROTOCOL ? ", without --endpoint" : "");
    ladder_break(ladder, RUNG_HTTP, tried, probe, causes[guess->change], detail, fix);
}

// Sends the text call to one guessed address. True in *found when an API answers there.
static bool try_guess(struct ladder *ladder, const struct path_guess *guess, bool *found,
                      struct error *why)
{
    char seen[SEEN_BYTES];
    struct endpoint there = ladder->endpoint;
    there.provider = guess->provider;
    struct probe probe = ladder_probe(ladder, prompt);
    probe.endpoint = &there;
    probe.url = guess->url;
    if (!prober_send(&ladder->prober, &probe, 1, why))
        return false;
    *found = probe.sent && speaks(&probe, ladder);
    diagnosis_step(ladder->diagnosis, "%s -> %s", guess->url,
                   probe_seen(&probe, seen, sizeof seen));
    probe_clear(&probe);
    return true;
}

static bool list_has_models(struct ladder *ladder, bool *has, bool *holds, struct error *why)
{
    struct model_list list;
    *has = *holds = false;
    if (prober_left(&ladder->prober) == 0)
        return true;
    ladder->prober.calls++;
    if (!model_list_fetch(&list, &ladder->endpoint, &ladder->settings->client, why))
        return false;
    *has = list.count > 0;
    *holds = model_list_holds(&list, ladder->endpoint.model);
    model_list_clear(&list);
    return true;
}

static bool try_guesses(struct ladder *ladder, const struct probe *probe, const char *tried,
                        struct path_guess *guesses, size_t count, struct error *why)
{
    const struct provider *first = shape_of(probe);
    bool found = false;
    // Those of the protocol that the refusal was written in, then the others.
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < count && !found; i++) {
            if ((round == 0) != (first != NULL && guesses[i].provider == first))
                continue;
            if (!try_guess(ladder, &guesses[i], &found, why))
                return false;
            if (found)
                break_with_guess(ladder, probe, tried, &guesses[i]);
        }
    return true;
}

// Nothing is at the address: what answers elsewhere on the host tells what is wrong with it. A 404
// in the shape of an API may also be about the model: then the list of models is there.
static bool look_for_path(struct ladder *ladder, const struct probe *probe, enum cause_id cause,
                          struct error *why)
{
    char tried[SEEN_BYTES];
    bool has = false, holds = false;
    snprintf(tried, sizeof tried, "POST %.400s", ladder->endpoint.url);
    if (cause == CAUSE_path_wrong && !list_has_models(ladder, &has, &holds, why))
        return false;
    if (has && !holds)
        return judge_model(ladder, probe, CAUSE_model_unknown, why);
    struct path_guess guesses[PATH_GUESSES];
    size_t count = path_guess_list(&ladder->endpoint, guesses);
    bool good = try_guesses(ladder, probe, tried, guesses, count, why);
    path_guess_clear(guesses, count);
    if (good && !ladder->ended)
        ladder_break(ladder, RUNG_HTTP, tried, probe, cause, NULL, NULL);
    return good;
}

// ---- The model ----------------------------------------------------------------------------------

static void write_names(const char *const *names, size_t count, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%.80s", i > 0 ? ", " : "", names[i]);
    }
}

static void break_unknown_model(struct ladder *ladder, const struct probe *probe,
                                const struct model_list *list)
{
    const char *near[3];
    char names[300], fix[400];
    const char *model = ladder->endpoint.model, *detail = NULL;
    size_t count = model_list_nearest(list, model, near, 3);
    write_names(near, count, names, sizeof names);
    if (strcmp(probe->fault.kind, "no_channel") == 0 && model_list_holds(list, model)) {
        detail = "The endpoint lists the model, and serves no call for it.";
        snprintf(fix, sizeof fix,
                 "See in the gateway's console whether the model's channels are switched on, and "
                 "open to this key's group.");
    } else if (count > 0) {
        snprintf(fix, sizeof fix, "Nearest of the %zu models it has: %s. Give --model %.80s",
                 list->count, names, near[0]);
    } else if (list->count > 0) {
        size_t shown = list->count < 3 ? list->count : 3;
        write_names((const char *const *)list->names, shown, names, sizeof names);
        snprintf(fix, sizeof fix, "Choose one of the %zu models that it has, such as %s.",
                 list->count, names);
    } else {
        snprintf(fix, sizeof fix,
                 "Look up the name in the provider's list of models; the endpoint gives none.");
    }
    pass_address(ladder);
    pass_key(ladder);
    ladder_break(ladder, RUNG_MODEL, model, probe, CAUSE_model_unknown, detail, fix);
}

static bool text_passes_again(struct ladder *ladder, const struct probe *failed, bool *passes,
                              struct error *why)
{
    struct probe plain = ladder_probe(ladder, prompt);
    struct request request = {.endpoint = &ladder->endpoint, .ask = plain.ask};
    return request_confirm(ladder, RUNG_TEXT, prompt, &request, failed, passes, why);
}

static bool judge_model(struct ladder *ladder, const struct probe *probe, enum cause_id cause,
                        struct error *why)
{
    struct model_list list = {0};
    if (prober_left(&ladder->prober) > 0) {
        ladder->prober.calls++;
        if (!model_list_fetch(&list, &ladder->endpoint, &ladder->settings->client, why))
            return false;
    }
    bool passes = false;
    if (cause == CAUSE_unexplained && !text_passes_again(ladder, probe, &passes, why)) {
        model_list_clear(&list);
        return false;
    }
    // A refusal that names a parameter is believed: lists need not be whole.
    bool missing = cause != CAUSE_parameter_refused && list.count > 0 &&
                   !model_list_holds(&list, ladder->endpoint.model);
    if (passes) {
        // Told by text_passes_again.
    } else if (cause == CAUSE_model_unknown || missing) {
        break_unknown_model(ladder, probe, &list);
    } else {
        pass_address(ladder);
        pass_key(ladder);
        ladder_break(ladder, RUNG_TEXT, prompt, probe, cause, NULL, NULL);
    }
    model_list_clear(&list);
    return true;
}
