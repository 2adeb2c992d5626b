#include "advance.h"

#include "assemble.h"
#include "feed.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

void subject_take(struct subject *subject, const struct recipe *recipe, const struct task *task,
                  const struct call *call)
{
    if (task->item == NULL || task->item->state == ITEM_OPEN)
        feed_call(subject, task->item, recipe, &task->plan, call);
}

static const struct call *find_stored(const struct item *item, const struct digest *key)
{
    for (size_t i = 0; i < item->stored_count; i++)
        if (digest_equal(&item->stored[i].key, key))
            return &item->stored[i];
    return NULL;
}

// Feeds stored calls to one chain for as long as there are any; then wants the next one. item NULL:
// the image's draft, whose calls lie with the first item.
static bool pursue(struct subject *subject, struct item *item, struct chain *chain,
                   enum call_step step, unsigned repeat, const struct recipe *recipe,
                   struct task **wanted, struct error *why)
{
    struct buffer prompt;
    buffer_init(&prompt, 1u << 20);
    bool good = true;
    while (chain->state == CHAIN_OPEN && !chain->asked) {
        unsigned round = item != NULL ? item->round : 0;
        struct task task = {
            .subject = subject,
            .item = item,
            .plan = recipe_plan(recipe, step, chain->try_number, repeat, round, chain->cuts),
            .heap_place = SIZE_MAX};
        buffer_empty(&prompt);
        task_write_prompt(&task, recipe, &prompt);
        if (!(good = buffer_check(&prompt, "a prompt", why)))
            break;
        task.prompt_bytes = prompt.length;
        task.key = recipe_key(recipe, &task.plan, buffer_text(&prompt), &subject->digest);
        const struct call *call = find_stored(item != NULL ? item : &subject->items[0], &task.key);
        if (call != NULL) {
            feed_call(subject, item, recipe, &task.plan, call);
            continue;
        }
        struct task *made = malloc(sizeof *made);
        if (made == NULL) {
            good = error_set(why, ERR_MEMORY, "no memory for a call");
            break;
        }
        *made = task;
        made->next = *wanted;
        *wanted = made;
        chain->asked = true;
    }
    buffer_clear(&prompt);
    return good;
}

static void end_with_chain(struct item *item, const char *stage, const struct chain *chain,
                           const char *kind)
{
    item->kind = kind != NULL ? kind : chain->kind;
    assemble_failure(item, &(struct assemble_fault){.stage = stage,
                                                    .state = chain->state == CHAIN_REJECTED
                                                                 ? ITEM_REJECTED
                                                                 : ITEM_UNKNOWN,
                                                    .kind = item->kind,
                                                    .message = chain->message,
                                                    .reply = chain->reply,
                                                    .endpoint = chain->endpoint,
                                                    .http_status = chain->http_status,
                                                    .attempts = chain->attempts,
                                                    .when_ms = item->subject->when_ms});
}

static void enter_answer(struct item *item)
{
    item->step = item->subject->question.answer != NULL ? ITEM_NEEDS_OPTIONS : ITEM_NEEDS_ANSWER;
}

// A question that the image's draft could not give is drafted alone when the item was taken up
// again.
static bool begin_own_draft(struct item *item, const struct recipe *recipe, struct error *why)
{
    struct draft_settings settings = recipe_draft(recipe);
    item->own_draft = calloc(1, sizeof *item->own_draft);
    if (item->own_draft == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a draft");
    if (!draft_init(item->own_draft, &settings, 1, &item->subject->question, why))
        return false;
    item->own_draft->slots[0].topic = item->subject->draft.slots[item->slot - 1].topic;
    item->own_draft->slots[0].type = item->subject->draft.slots[item->slot - 1].type;
    return true;
}

static bool advance_question(struct item *item, const struct recipe *recipe, struct task **wanted,
                             struct error *why)
{
    struct subject *subject = item->subject;
    if (!subject->drafting) {
        enter_answer(item);
        return true;
    }
    const struct draft_slot *slot = &subject->draft.slots[item->slot - 1];
    const struct chain *chain = &subject->draft.chain;
    if (slot->question == NULL && chain->state != CHAIN_OPEN && item->round > 0) {
        if (item->own_draft == NULL && !begin_own_draft(item, recipe, why))
            return false;
        chain = &item->own_draft->chain;
        slot = &item->own_draft->slots[0];
        if (!pursue(subject, item, &item->own_draft->chain, STEP_DRAFT, 0, recipe, wanted, why))
            return false;
    }
    if (slot->question != NULL) {
        item->type = slot->type;
        if (item->own_draft == NULL)
            feed_draft_share(item);
        enter_answer(item);
    } else if (chain->state != CHAIN_OPEN) {
        end_with_chain(item, "draft", chain, chain->state == CHAIN_REJECTED ? slot->rule : NULL);
    }
    return true;
}

static void enter_options(struct item *item, const struct recipe *recipe)
{
    if (item->type != QUESTION_MULTIPLE_CHOICE ||
        item_has_given_options(item, item_answer(item, recipe->settings->repeat))) {
        assemble_item(item, recipe);
        return;
    }
    item->step = ITEM_NEEDS_OPTIONS;
    distractors_init(&item->distractors, recipe->settings->tries, recipe->settings->options - 1);
}

static bool advance_answer(struct item *item, const struct recipe *recipe, struct task **wanted,
                           struct error *why)
{
    unsigned repeat = recipe->settings->repeat;
    for (unsigned r = 0; r < repeat; r++)
        if (!pursue(item->subject, item, &item->answers[r].chain, STEP_ANSWER, r, recipe, wanted,
                    why))
            return false;
    bool open = false;
    const struct chain *worst = &item->answers[0].chain;
    for (unsigned r = 0; r < repeat; r++) {
        open |= item->answers[r].chain.state == CHAIN_OPEN;
        if (worst->state != CHAIN_REJECTED)
            worst = &item->answers[r].chain;
    }
    if (open)
        return true;
    if (answer_count(item->answers, repeat).chosen < 0)
        end_with_chain(item, "answer", worst, NULL);
    else
        enter_options(item, recipe);
    return true;
}

static bool advance_options(struct item *item, const struct recipe *recipe, struct task **wanted,
                            struct error *why)
{
    struct chain *chain = &item->distractors.chain;
    if (item->distractors.wanted == 0) { // the answer was given: this step was entered directly
        enter_options(item, recipe);
        if (item->step != ITEM_NEEDS_OPTIONS)
            return true;
    }
    if (!pursue(item->subject, item, chain, STEP_OPTIONS, 0, recipe, wanted, why))
        return false;
    if (chain->state == CHAIN_DONE)
        assemble_item(item, recipe);
    else if (chain->state != CHAIN_OPEN)
        end_with_chain(item, "options", chain, NULL);
    return true;
}

static bool advance_item(struct item *item, const struct recipe *recipe, struct task **wanted,
                         struct error *why)
{
    enum item_step before;
    do {
        before = item->step;
        bool good = true;
        if (item->step == ITEM_NEEDS_QUESTION)
            good = advance_question(item, recipe, wanted, why);
        else if (item->step == ITEM_NEEDS_ANSWER)
            good = advance_answer(item, recipe, wanted, why);
        else if (item->step == ITEM_NEEDS_OPTIONS)
            good = advance_options(item, recipe, wanted, why);
        if (!good)
            return false;
    } while (item->step != before && item->step != ITEM_ENDED);
    return true;
}

bool subject_advance(struct subject *subject, const struct recipe *recipe, struct task **wanted,
                     struct error *why)
{
    if (subject->open_items == 0)
        return true;
    if (subject->drafting &&
        !pursue(subject, NULL, &subject->draft.chain, STEP_DRAFT, 0, recipe, wanted, why))
        return false;
    for (unsigned i = 0; i < subject->item_count; i++)
        if (subject->items[i].state == ITEM_OPEN &&
            !advance_item(&subject->items[i], recipe, wanted, why))
            return false;
    return memory_check(why); // what came of short memory is no result
}

void subject_fail(struct subject *subject, const char *stage, enum item_state state,
                  const char *kind, const char *message, int64_t when_ms)
{
    for (unsigned i = 0; i < subject->item_count; i++) {
        struct item *item = &subject->items[i];
        if (item->state != ITEM_OPEN)
            continue;
        item->kind = kind;
        assemble_failure(item, &(struct assemble_fault){.stage = stage,
                                                        .state = state,
                                                        .kind = kind,
                                                        .message = message,
                                                        .when_ms = when_ms});
    }
}
