#include "chain.h"

#include "memory.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

// A prompt that lists more refused texts than this is longer than what it asks for.
enum { MAX_REJECTIONS = 24 };

void chain_init(struct chain *chain, unsigned tries)
{
    *chain = (struct chain){.state = CHAIN_OPEN, .try_number = 1, .tries = tries};
}

void chain_clear(struct chain *chain)
{
    for (size_t i = 0; i < chain->rejection_count; i++) {
        free(chain->rejections[i].text);
        free(chain->rejections[i].reason);
    }
    free(chain->rejections);
    free(chain->kind_owned);
    free(chain->message);
    free(chain->reply);
    free(chain->endpoint);
    *chain = (struct chain){0};
}

void chain_reject(struct chain *chain, const char *text, const char *reason)
{
    if (chain->rejection_count == MAX_REJECTIONS)
        return;
    for (size_t i = 0; text != NULL && i < chain->rejection_count; i++)
        if (chain->rejections[i].text != NULL && strcmp(chain->rejections[i].text, text) == 0)
            return;
    struct chain_rejection *list =
        memory_noted(realloc(chain->rejections, (chain->rejection_count + 1) * sizeof *list));
    if (list == NULL)
        return;
    chain->rejections = list;
    list[chain->rejection_count++] =
        (struct chain_rejection){.text = text_copy(text), .reason = text_copy(reason)};
}

static void remember_failure(struct chain *chain, const char *kind, const char *message,
                             const char *reply)
{
    free(chain->kind_owned);
    chain->kind_owned = NULL;
    chain->kind = kind;
    free(chain->message);
    chain->message = text_copy(message);
    free(chain->reply);
    chain->reply = text_copy(reply);
}

// The next try, or the end in `final`.
static void next_try(struct chain *chain, enum chain_state final)
{
    if (chain->try_number >= chain->tries)
        chain->state = final;
    else
        chain->try_number++;
}

static void end_with_fault(struct chain *chain, const struct call *call)
{
    remember_failure(chain, NULL, call->message, call->text);
    chain->kind_owned = text_copy(call->kind != NULL ? call->kind : "fault");
    chain->kind = chain->kind_owned;
    chain->state = CHAIN_UNKNOWN;
}

bool chain_take(struct chain *chain, const struct call *call)
{
    chain->attempts += call->attempts;
    chain->http_status = call->http_status;
    free(chain->endpoint);
    chain->endpoint = call->endpoint != NULL ? text_copy(call->endpoint) : NULL;
    if (!call->replied) {
        end_with_fault(chain, call);
        return false;
    }
    const char *finish = call->finish != NULL ? call->finish : "";
    if (strcmp(finish, "refused") == 0) {
        remember_failure(chain, "refused", "the model or its provider refused to answer",
                         call->text);
        chain->state = CHAIN_UNKNOWN;
        return false;
    }
    bool cut = strcmp(finish, "length") == 0;
    chain->cuts += cut;
    if (!text_is_blank(call->text) || !text_is_blank(call->reasoning)) {
        if (!cut || !text_is_blank(call->text))
            return true;
    }
    if (cut)
        remember_failure(chain, "budget_too_small",
                         "the reply ended at the limit of output tokens before any text: reasoning "
                         "used them up; raise --max-tokens or switch reasoning off",
                         call->reasoning);
    else
        remember_failure(chain, "empty_reply", "the model answered with no text", NULL);
    next_try(chain, CHAIN_UNKNOWN);
    return false;
}

void chain_fail_rule(struct chain *chain, const char *rule, const char *reason,
                     const struct call *call)
{
    remember_failure(chain, rule, reason, call->text);
    next_try(chain, CHAIN_REJECTED);
}

void chain_fail_unreadable(struct chain *chain, const char *reason, const struct call *call)
{
    bool cut = call->finish != NULL && strcmp(call->finish, "length") == 0;
    remember_failure(chain, cut ? "budget_too_small" : "answer_unreadable", reason, call->text);
    next_try(chain, CHAIN_UNKNOWN);
}

struct prompt_rejection *chain_rejections(const struct chain *chain)
{
    struct prompt_rejection *list = calloc(chain->rejection_count + 1, sizeof *list);
    for (size_t i = 0; list != NULL && i < chain->rejection_count; i++)
        list[i] = (struct prompt_rejection){
            .text = chain->rejections[i].text,
            .reason = chain->rejections[i].reason != NULL ? chain->rejections[i].reason : ""};
    return list;
}
