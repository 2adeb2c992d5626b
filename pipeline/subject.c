#include "subject.h"

#include "assemble.h"
#include "memory.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned subject_item_count(const struct question *question, const struct recipe *recipe)
{
    return question->image_only && question->fault == NULL ? recipe->settings->per_image : 1;
}

static bool init_items(struct subject *subject, const struct recipe *recipe, int64_t first_place,
                       struct error *why)
{
    const struct question *question = &subject->question;
    struct draft_settings draft = recipe_draft(recipe);
    subject->item_count = subject->open_items = subject_item_count(question, recipe);
    subject->items = calloc(subject->item_count, sizeof *subject->items);
    for (unsigned i = 0; subject->items != NULL && i < subject->item_count; i++) {
        struct item *item = &subject->items[i];
        item->subject = subject;
        item->slot = i + 1;
        item->place = first_place + i;
        item->type = question->type;
        if (item->type == QUESTION_UNSET)
            item->type = draft_pick_type(&draft, question->id, item->slot);
        size_t room = strlen(question->id) + 16;
        item->id = malloc(room);
        item->answers = calloc(recipe->settings->repeat, sizeof *item->answers);
        if (item->id == NULL || item->answers == NULL)
            return error_set(why, ERR_MEMORY, "no memory for an item");
        if (question->image_only && question->fault == NULL)
            snprintf(item->id, room, "%s#%u", question->id, item->slot);
        else
            snprintf(item->id, room, "%s", question->id);
        for (unsigned r = 0; r < recipe->settings->repeat; r++)
            answer_init(&item->answers[r], recipe->settings->tries);
    }
    return subject->items != NULL || error_set(why, ERR_MEMORY, "no memory for items");
}

struct subject *subject_new(struct question *question, const struct recipe *recipe,
                            int64_t first_place, struct error *why)
{
    struct subject *subject = calloc(1, sizeof *subject);
    if (subject == NULL) {
        error_set(why, ERR_MEMORY, "no memory for an image's items");
        return NULL;
    }
    subject->repeat = recipe->settings->repeat;
    subject->question = *question;
    *question = (struct question){0};
    if (subject->question.type == QUESTION_UNSET && subject->question.option_count > 0)
        subject->question.type = QUESTION_MULTIPLE_CHOICE;
    subject->heap_place = SIZE_MAX;
    subject->first_place = first_place;
    subject->drafting = subject->question.question == NULL && subject->question.fault == NULL;
    struct draft_settings draft = recipe_draft(recipe);
    bool good = init_items(subject, recipe, first_place, why) &&
                (!subject->drafting ||
                 draft_init(&subject->draft, &draft, subject->item_count, &subject->question, why));
    if (good)
        return subject;
    subject_free(subject);
    return NULL;
}

static void item_clear(struct item *item, unsigned repeat)
{
    free(item->id);
    for (unsigned r = 0; item->answers != NULL && r < repeat; r++)
        answer_clear(&item->answers[r]);
    free(item->answers);
    distractors_clear(&item->distractors);
    if (item->own_draft != NULL)
        draft_clear(item->own_draft);
    free(item->own_draft);
    for (size_t i = 0; i < item->stored_count; i++)
        call_clear(&item->stored[i]);
    free(item->stored);
    free(item->calls);
    free(item->line);
}

void subject_free(struct subject *subject)
{
    if (subject == NULL)
        return;
    for (unsigned i = 0; subject->items != NULL && i < subject->item_count; i++)
        item_clear(&subject->items[i], subject->repeat);
    free(subject->items);
    if (subject->drafting)
        draft_clear(&subject->draft);
    free(subject->draft_calls);
    free(subject->image_shown);
    question_clear(&subject->question);
    free(subject);
}

struct digest subject_fingerprint(const struct subject *subject, const struct item *item)
{
    const struct question *question = &subject->question;
    struct digester *digester = digester_new(NULL);
    if (digester == NULL)
        return (struct digest){{0}}; // memory_check refuses it
    const char *fields[] = {
        item->id,         question->name,      question->question,
        question->answer, question->topic,     question_type_name(question->type),
        question->claim,  question->prefilled, question->fault};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        digester_add_field(digester, fields[i]);
    for (size_t i = 0; i < question->option_count; i++)
        digester_add_field(digester, question->options[i]);
    digester_add(digester, subject->digest.bytes, DIGEST_BYTES);
    return digester_end(digester);
}

// ---- What is asked ------------------------------------------------------------------------------

static struct draft_slot *slot_of(const struct item *item)
{
    if (item->own_draft != NULL)
        return &item->own_draft->slots[0];
    return item->subject->drafting ? &item->subject->draft.slots[item->slot - 1] : NULL;
}

const char *item_question(const struct item *item)
{
    const struct draft_slot *slot = slot_of(item);
    return slot != NULL ? slot->question : item->subject->question.question;
}

const struct topic *item_topic(const struct item *item, const struct recipe *recipe)
{
    const struct draft_slot *slot = slot_of(item);
    if (slot != NULL)
        return slot->topic;
    const char *name = item->subject->question.topic;
    return name != NULL ? topics_find(&recipe->topics, name) : NULL;
}

const char *item_topic_name(const struct item *item)
{
    const struct draft_slot *slot = slot_of(item);
    return slot != NULL ? slot->topic->name : item->subject->question.topic;
}

const char *item_answer(const struct item *item, unsigned repeat)
{
    if (item->subject->question.answer != NULL)
        return item->subject->question.answer;
    int chosen = answer_count(item->answers, repeat).chosen;
    return chosen >= 0 ? item->answers[chosen].text : NULL;
}

static struct answer_ask answer_ask(const struct item *item, const struct recipe *recipe)
{
    const struct question *question = &item->subject->question;
    bool choose = item->type == QUESTION_MULTIPLE_CHOICE;
    return (struct answer_ask){.question = item_question(item),
                               .topic = item_topic(item, recipe),
                               .type = item->type,
                               .choices = choose ? question->options : NULL,
                               .choice_count = choose ? question->option_count : 0,
                               .language = recipe->settings->language};
}

void task_write_prompt(const struct task *task, const struct recipe *recipe, struct buffer *out)
{
    const struct item *item = task->item;
    struct answer_ask ask;
    switch (task->plan.step) {
    case STEP_DRAFT:
        draft_write_prompt(item != NULL ? item->own_draft : &task->subject->draft, out);
        break;
    case STEP_ANSWER:
        ask = answer_ask(item, recipe);
        answer_write_prompt(&item->answers[task->plan.repeat], &ask, out);
        break;
    case STEP_OPTIONS:
        distractors_write_prompt(&item->distractors, item_question(item),
                                 item_answer(item, recipe->settings->repeat),
                                 recipe->settings->language, out);
        break;
    }
}

// ---- Feeding ------------------------------------------------------------------------------------

static void add_tokens(long long *sum, long long tokens)
{
    *sum = *sum < 0 || tokens < 0 ? -1 : *sum + tokens;
}

static void note_call(struct item *item, const struct item_call *call, long long input_tokens,
                      long long output_tokens)
{
    struct item_call *calls =
        memory_noted(realloc(item->calls, (item->call_count + 1) * sizeof *calls));
    if (calls != NULL) {
        item->calls = calls;
        calls[item->call_count++] = *call;
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

static void take_call(struct subject *subject, struct item *item, const struct recipe *recipe,
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
    note_call(item, &noted, call->input_tokens, call->output_tokens);
    struct answer_ask ask;
    switch (plan->step) {
    case STEP_DRAFT:
        draft_take(item->own_draft, call);
        break;
    case STEP_ANSWER:
        ask = answer_ask(item, recipe);
        answer_take(&item->answers[plan->repeat], &ask, call);
        break;
    case STEP_OPTIONS:
        distractors_take(&item->distractors, item_question(item),
                         item_answer(item, recipe->settings->repeat), recipe->settings->language,
                         call);
        break;
    }
}

void subject_take(struct subject *subject, const struct recipe *recipe, const struct task *task,
                  const struct call *call)
{
    if (task->item == NULL || task->item->state == ITEM_OPEN)
        take_call(subject, task->item, recipe, &task->plan, call);
}

// ---- Advancing ----------------------------------------------------------------------------------

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
        task.key = recipe_key(recipe, &task.plan, buffer_text(&prompt), &subject->digest);
        const struct call *call = find_stored(item != NULL ? item : &subject->items[0], &task.key);
        if (call != NULL) {
            take_call(subject, item, recipe, &task.plan, call);
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
                                                    .http_status = chain->http_status,
                                                    .attempts = chain->attempts,
                                                    .when_ms = item->subject->when_ms});
}

// The item's share of the draft calls up to the one that filled its slot: each call's tokens are
// split evenly over the slots it asked for, the remainder going to the first ones.
static void note_draft_calls(struct item *item)
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
        note_call(item, &noted, tokens[0], tokens[1]);
    }
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
            note_draft_calls(item);
        enter_answer(item);
    } else if (chain->state != CHAIN_OPEN) {
        end_with_chain(item, "draft", chain, chain->state == CHAIN_REJECTED ? slot->rule : NULL);
    }
    return true;
}

// Whether the input gave an option beside the answer: then its options are the item's.
bool item_has_given_options(const struct item *item, const char *answer)
{
    const struct question *question = &item->subject->question;
    for (size_t i = 0; i < question->option_count; i++)
        if (!text_same_folded(question->options[i], answer))
            return true;
    return false;
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
