#include "draft.h"

#include "memory.h"
#include "parse.h"
#include "random.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOPICS = 64 }; // bits of draft_slot.declined

enum question_type draft_pick_type(const struct draft_settings *settings, const char *id,
                                   unsigned slot)
{
    char purpose[32];
    snprintf(purpose, sizeof purpose, "type %u", slot);
    uint64_t state = random_from(settings->seed, id, purpose);
    uint64_t all = (uint64_t)settings->share_multiple_choice + settings->share_fill_in_blank;
    return random_below(&state, all) < settings->share_multiple_choice ? QUESTION_MULTIPLE_CHOICE
                                                                       : QUESTION_FILL_IN_BLANK;
}

// The topics of an image's slots are a hashed order of all of them, so that neighbours differ.
static bool assign_topics(struct draft *draft, struct error *why)
{
    size_t count = draft->topics->count;
    size_t *order = calloc(count, sizeof *order);
    if (order == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %zu topics", count);
    uint64_t state = random_from(draft->seed, draft->id, "topics");
    for (unsigned i = 0; i < draft->slot_count; i++) {
        if (i % count == 0)
            random_order(&state, order, count);
        draft->slots[i].topic = &draft->topics->list[order[i % count]];
    }
    free(order);
    return true;
}

bool draft_init(struct draft *draft, const struct draft_settings *settings, unsigned slots,
                const struct question *given, struct error *why)
{
    *draft = (struct draft){.topics = settings->topics,
                            .language = settings->language,
                            .seed = settings->seed,
                            .id = given->id,
                            .claim = given->claim,
                            .prefilled = given->prefilled,
                            .answer = given->answer,
                            .slot_count = slots,
                            .slots = calloc(slots, sizeof *draft->slots)};
    chain_init(&draft->chain, settings->tries);
    if (draft->slots == NULL)
        return error_set(why, ERR_MEMORY, "no memory for %u questions", slots);
    if (!assign_topics(draft, why))
        return false;
    const struct topic *topic =
        given->topic != NULL ? topics_find(settings->topics, given->topic) : NULL;
    for (unsigned i = 0; i < slots; i++) {
        struct draft_slot *slot = &draft->slots[i];
        slot->number = i + 1;
        if (topic != NULL)
            slot->topic = topic;
        slot->type = given->type != QUESTION_UNSET ? given->type
                                                   : draft_pick_type(settings, given->id, i + 1);
    }
    return true;
}

static void clear_rejections(struct draft_slot *slot)
{
    for (size_t i = 0; i < slot->rejection_count; i++) {
        free(slot->rejections[i].text);
        free(slot->rejections[i].reason);
    }
    free(slot->rejections);
}

void draft_clear(struct draft *draft)
{
    for (unsigned i = 0; draft->slots != NULL && i < draft->slot_count; i++) {
        free(draft->slots[i].question);
        clear_rejections(&draft->slots[i]);
    }
    free(draft->slots);
    chain_clear(&draft->chain);
    *draft = (struct draft){0};
}

static size_t missing_slots(const struct draft *draft)
{
    size_t missing = 0;
    for (unsigned i = 0; i < draft->slot_count; i++)
        missing += draft->slots[i].question == NULL;
    return missing;
}

// The questions accepted so far; returns their number. list has room for slot_count.
static size_t taken_questions(const struct draft *draft, const char **list)
{
    size_t count = 0;
    for (unsigned i = 0; i < draft->slot_count; i++)
        if (draft->slots[i].question != NULL)
            list[count++] = draft->slots[i].question;
    return count;
}

void draft_write_prompt(const struct draft *draft, struct buffer *out)
{
    size_t rejections = 0;
    for (unsigned i = 0; i < draft->slot_count; i++)
        rejections += draft->slots[i].rejection_count;
    struct prompt_slot *slots = calloc(draft->slot_count, sizeof *slots);
    struct prompt_rejection *refused = calloc(rejections + 1, sizeof *refused);
    const char **taken = calloc(draft->slot_count, sizeof *taken);
    if (slots == NULL || refused == NULL || taken == NULL) {
        out->failed = true;
    } else {
        struct prompt_draft prompt = {.slots = slots,
                                      .topics = draft->topics,
                                      .claim = draft->claim,
                                      .prefilled = draft->prefilled,
                                      .answer = draft->answer,
                                      .taken = taken,
                                      .taken_count = taken_questions(draft, taken)};
        struct prompt_rejection *next = refused;
        for (unsigned i = 0; i < draft->slot_count; i++) {
            const struct draft_slot *slot = &draft->slots[i];
            if (slot->question != NULL)
                continue;
            slots[prompt.slot_count++] =
                (struct prompt_slot){.number = slot->number,
                                     .topic = slot->topic,
                                     .type = slot->type,
                                     .rejections = next,
                                     .rejection_count = slot->rejection_count};
            for (size_t j = 0; j < slot->rejection_count; j++)
                *next++ = (struct prompt_rejection){.text = slot->rejections[j].text,
                                                    .reason = slot->rejections[j].reason};
        }
        prompt_write_draft(out, draft->language, &prompt);
    }
    free(slots);
    free(refused);
    free(taken);
}

static void slot_reject(struct draft_slot *slot, const char *text, const char *reason,
                        const char *rule)
{
    slot->rule = rule;
    struct chain_rejection *list =
        memory_noted(realloc(slot->rejections, (slot->rejection_count + 1) * sizeof *list));
    if (list == NULL)
        return;
    slot->rejections = list;
    list[slot->rejection_count++] =
        (struct chain_rejection){.text = text_copy(text), .reason = text_copy(reason)};
}

// Another topic for a slot whose own was declined: from a hash, among those not yet declined.
static void turn_topic(struct draft *draft, struct draft_slot *slot)
{
    size_t place = (size_t)(slot->topic - draft->topics->list);
    if (place < MAX_TOPICS)
        slot->declined |= (uint64_t)1 << place;
    const struct topic *open[MAX_TOPICS];
    size_t count = 0;
    for (size_t i = 0; i < draft->topics->count && i < MAX_TOPICS; i++)
        if ((slot->declined >> i & 1) == 0)
            open[count++] = &draft->topics->list[i];
    if (count == 0)
        return; // all were declined: the slot keeps its topic and will fail
    char purpose[48];
    snprintf(purpose, sizeof purpose, "topic %u after %016llx", slot->number,
             (unsigned long long)slot->declined);
    uint64_t state = random_from(draft->seed, draft->id, purpose);
    slot->topic = open[random_below(&state, count)];
}

static struct draft_slot *slot_of(struct draft *draft, unsigned number)
{
    for (unsigned i = 0; i < draft->slot_count; i++)
        if (draft->slots[i].number == number && draft->slots[i].question == NULL)
            return &draft->slots[i];
    return NULL;
}

static void take_question(struct draft *draft, const struct parsed_question *parsed,
                          struct rules_beside *beside)
{
    struct draft_slot *slot = slot_of(draft, parsed->slot);
    if (slot == NULL)
        return; // a slot that was not asked for, or one filled before
    if (parsed->declined || parsed->question == NULL) {
        slot->rule = "question.declined";
        if (draft->claim == NULL)
            turn_topic(draft, slot);
        return;
    }
    const struct topic *topic =
        parsed->topic != NULL ? topics_find(draft->topics, parsed->topic) : NULL;
    if (topic == NULL || draft->claim != NULL)
        topic = slot->topic;
    struct rule_result result =
        rules_check_question(parsed->question, topic, beside, draft->language);
    if (!result.pass) {
        slot_reject(slot, parsed->question, result.reason, result.rule);
        return;
    }
    slot->question = text_copy(parsed->question);
    if (slot->question != NULL)
        rules_beside_add(beside, slot->question);
    slot->topic = topic;
    slot->filled_in_try = draft->chain.try_number;
}

static void take_questions(struct draft *draft, const struct parsed_draft *parsed)
{
    const char **taken = memory_noted(calloc(draft->slot_count, sizeof *taken));
    struct rules_beside *beside =
        taken != NULL ? rules_beside_new(NULL, draft->answer, taken, taken_questions(draft, taken))
                      : NULL;
    for (size_t i = 0; beside != NULL && i < parsed->count; i++)
        take_question(draft, &parsed->list[i], beside);
    rules_beside_free(beside);
    free(taken);
}

void draft_take(struct draft *draft, const struct call *call)
{
    if (!chain_take(&draft->chain, call))
        return;
    struct parsed_draft parsed = {0};
    struct error why = {0};
    if (!parse_draft(call->text, call->reasoning, &parsed, &why)) {
        chain_fail_unreadable(&draft->chain, why.message, call);
        return;
    }
    // A call for one slot is answered for that slot, whatever number the reply gives it.
    if (missing_slots(draft) == 1 && parsed.count == 1)
        for (unsigned i = 0; i < draft->slot_count; i++)
            if (draft->slots[i].question == NULL)
                parsed.list[0].slot = draft->slots[i].number;
    take_questions(draft, &parsed);
    parsed_draft_clear(&parsed);
    size_t missing = missing_slots(draft);
    if (missing == 0) {
        draft->chain.state = CHAIN_DONE;
        return;
    }
    char reason[80];
    snprintf(reason, sizeof reason, "%zu of %u questions are missing or were refused by a rule",
             missing, draft->slot_count);
    chain_fail_rule(&draft->chain, "question.missing", reason, call);
}
