#include "feed.h"

#include "memory.h"
#include "text.h"

#include <stdlib.h>

static void add_tokens(long long *sum, long long tokens)
{
    *sum = *sum < 0 || tokens < 0 ? -1 : *sum + tokens;
}

static char *memory_copy(const char *text)
{
    return text != NULL ? memory_noted(text_copy(text)) : NULL;
}

static void note_call(struct item *item, const struct item_call *call, const char *endpoint,
                      long long input_tokens, long long output_tokens)
{
    struct item_call *calls =
        memory_noted(realloc(item->calls, (item->call_count + 1) * sizeof *calls));
    if (calls != NULL) {
        item->calls = calls;
        calls[item->call_count] = *call;
        calls[item->call_count++].endpoint = memory_copy(endpoint);
    }
    add_tokens(&item->input_tokens, input_tokens);
    add_tokens(&item->output_tokens, output_tokens);
}

static void take_draft(struct subject *subject, const struct call *call)
{
    unsigned asked = 0;
    for (unsigned i = 0; i < subject->draft.slot_count; i++)
        asked += subject->draft.slots[i].question == NULL;
    void *list = memory_noted(realloc(subject->draft_calls, (subject->draft_call_count + 1) *
                                                                sizeof *subject->draft_calls));
    if (list != NULL) {
        subject->draft_calls = list;
        subject->draft_calls[subject->draft_call_count].key = call->key;
        subject->draft_calls[subject->draft_call_count].endpoint = memory_copy(call->endpoint);
        subject->draft_calls[subject->draft_call_count].input_tokens = call->input_tokens;
        subject->draft_calls[subject->draft_call_count].output_tokens = call->output_tokens;
        subject->draft_calls[subject->draft_call_count++].asked = asked;
    }
    draft_take(&subject->draft, call);
}

static struct chain *chain_of(struct subject *subject, struct item *item, const struct plan *plan)
{
    switch (plan->step) {
    case STEP_DRAFT:
        return item != NULL ? &item->own_draft->chain : &subject->draft.chain;
    case STEP_ANSWER:
        return &item->answers[plan->repeat].chain;
    case STEP_OPTIONS:
        break;
    }
    return &item->distractors.chain;
}

void feed_call(struct subject *subject, struct item *item, const struct recipe *recipe,
               const struct plan *plan, const struct call *call)
{
    chain_of(subject, item, plan)->asked = false;
    if (call->when_ms > subject->when_ms)
        subject->when_ms = call->when_ms;
    if (item == NULL) {
        take_draft(subject, call);
        return;
    }
    struct item_call noted = {.step = plan->step,
                              .repeat = plan->repeat,
                              .try_number = plan->try_number,
                              .key = call->key};
    note_call(item, &noted, call->endpoint, call->input_tokens, call->output_tokens);
    struct answer_ask ask;
    switch (plan->step) {
    case STEP_DRAFT:
        draft_take(item->own_draft, call);
        break;
    case STEP_ANSWER:
        ask = item_answer_ask(item, recipe);
        answer_take(&item->answers[plan->repeat], &ask, call);
        break;
    case STEP_OPTIONS:
        distractors_take(&item->distractors, item_question(item),
                         item_answer(item, recipe->settings->repeat), recipe->settings->language,
                         call);
        break;
    }
}

// The item's share of the draft calls up to the one that filled its slot: each call's tokens are
// split evenly over the slots it asked for, the remainder going to the first ones.
void feed_draft_share(struct item *item)
{
    const struct subject *subject = item->subject;
    const struct draft_slot *slots = subject->draft.slots;
    unsigned filled = slots[item->slot - 1].filled_in_try;
    for (unsigned t = 1; t <= filled && t <= subject->draft_call_count; t++) {
        unsigned rank = 0;
        for (unsigned i = 0; i + 1 < item->slot; i++)
            rank += slots[i].filled_in_try == 0 || slots[i].filled_in_try >= t;
        long long asked = subject->draft_calls[t - 1].asked;
        long long tokens[2] = {subject->draft_calls[t - 1].input_tokens,
                               subject->draft_calls[t - 1].output_tokens};
        for (int i = 0; i < 2; i++)
            if (tokens[i] >= 0 && asked > 0)
                tokens[i] = tokens[i] / asked + (rank < tokens[i] % asked);
        struct item_call noted = {
            .step = STEP_DRAFT, .try_number = t, .key = subject->draft_calls[t - 1].key};
        note_call(item, &noted, subject->draft_calls[t - 1].endpoint, tokens[0], tokens[1]);
    }
}
