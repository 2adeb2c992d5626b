#include "subject.h"

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
    for (size_t i = 0; i < item->call_count; i++)
        free(item->calls[i].endpoint);
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
    for (unsigned i = 0; i < subject->draft_call_count; i++)
        free(subject->draft_calls[i].endpoint);
    free(subject->draft_calls);
    free(subject->image_shown);
    question_clear(&subject->question);
    free(subject);
}

void task_free(struct task *task)
{
    while (task != NULL && task->followers != NULL) {
        struct task *follower = task->followers;
        task->followers = follower->next;
        free(follower);
    }
    free(task);
}

struct digest subject_fingerprint(const struct subject *subject, const struct item *item)
{
    const struct question *question = &subject->question;
    struct digester digester = digester_begin();
    const char *fields[] = {
        item->id,         question->name,      question->question,
        question->answer, question->topic,     question_type_name(question->type),
        question->claim,  question->prefilled, question->fault};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        digester_add_field(&digester, fields[i]);
    for (size_t i = 0; i < question->option_count; i++)
        digester_add_field(&digester, question->options[i]);
    // A verdict of screening depends on the images before it, which may change.
    if (subject->image != NULL && subject->image->refusal != NULL)
        digester_add_field(&digester, subject->image->refusal);
    digester_add(&digester, subject->digest.bytes, DIGEST_BYTES);
    return digester_end(&digester);
}

struct draft_slot *item_slot(const struct item *item)
{
    if (item->own_draft != NULL)
        return &item->own_draft->slots[0];
    return item->subject->drafting ? &item->subject->draft.slots[item->slot - 1] : NULL;
}

const char *item_question(const struct item *item)
{
    const struct draft_slot *slot = item_slot(item);
    return slot != NULL ? slot->question : item->subject->question.question;
}

const struct topic *item_topic(const struct item *item, const struct recipe *recipe)
{
    const struct draft_slot *slot = item_slot(item);
    if (slot != NULL)
        return slot->topic;
    const char *name = item->subject->question.topic;
    return name != NULL ? topics_find(&recipe->topics, name) : NULL;
}

const char *item_topic_name(const struct item *item)
{
    const struct draft_slot *slot = item_slot(item);
    return slot != NULL ? slot->topic->name : item->subject->question.topic;
}

const char *item_answer(const struct item *item, unsigned repeat)
{
    if (item->subject->question.answer != NULL)
        return item->subject->question.answer;
    int chosen = answer_count(item->answers, repeat).chosen;
    return chosen >= 0 ? item->answers[chosen].text : NULL;
}

struct answer_ask item_answer_ask(const struct item *item, const struct recipe *recipe)
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
    enum { MOST_PROMPTS = 6000 }; // to grow there in steps costs more than to write it
    const struct item *item = task->item;
    struct answer_ask ask;
    buffer_reserve(out, task->prompt_bytes > 0 ? task->prompt_bytes : MOST_PROMPTS);
    switch (task->plan.step) {
    case STEP_DRAFT:
        draft_write_prompt(item != NULL ? item->own_draft : &task->subject->draft, out);
        break;
    case STEP_ANSWER:
        ask = item_answer_ask(item, recipe);
        answer_write_prompt(&item->answers[task->plan.repeat], &ask, out);
        break;
    case STEP_OPTIONS:
        distractors_write_prompt(&item->distractors, item_question(item),
                                 item_answer(item, recipe->settings->repeat),
                                 recipe->settings->language, out);
        break;
    }
}

struct ask task_ask(const struct task *task, const struct recipe *recipe, const char *prompt)
{
    return (struct ask){.system = recipe->system,
                        .prompt = prompt,
                        .image = true,
                        .temperature = task->plan.temperature,
                        .max_tokens = task->plan.max_tokens,
                        .schema_name = task->plan.schema_name,
                        .schema = task->plan.schema,
                        .prefix = task->plan.prefix,
                        .extra_body = recipe->settings->extra_body};
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
