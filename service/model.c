#include "model.h"

#include "drafting.h"
#include "json.h"
#include "options.h"
#include "random.h"
#include "reading.h"
#include "text.h"
#include "wording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const cannot_tell[2] = {"I cannot tell from the image", "无法从图中判断"};

static void reply_answer(const struct model_input *input, const struct reading *reading,
                         struct buffer *out);
static bool reply_options(const struct model_input *input, const struct reading *reading,
                          uint64_t random, struct buffer *out, struct error *why);
static const char *pick_choice(const struct reading *reading, const struct answer *answer,
                               const char *text, const struct facts *facts);

static uint64_t input_random(const struct model_input *input)
{
    char purpose[80];
    snprintf(purpose, sizeof purpose, "reply %016llx %g", (unsigned long long)input->image_digest,
             input->temperature);
    return random_from(input->seed, input->prompt, purpose);
}

bool model_reply(const struct model_input *input, struct buffer *out, struct error *why)
{
    struct reading reading;
    if (!reading_init(&reading, input->prompt, why))
        return false;
    uint64_t random = input_random(input);
    bool good = true;
    switch (reading.task) {
    case TASK_DRAFT:
        good = drafting_write(input, &reading, random, out, why);
        break;
    case TASK_ANSWER:
    case TASK_PLAIN_ANSWER:
        reply_answer(input, &reading, out);
        break;
    case TASK_OPTIONS:
    case TASK_PLAIN_OPTIONS:
        good = reply_options(input, &reading, random, out, why);
        break;
    }
    reading_clear(&reading);
    return good && buffer_check(out, "a reply", why);
}

static void write_answer(const struct reading *reading, bool json, const char *answer,
                         const char *explanation, struct buffer *out)
{
    if (reading->task == TASK_PLAIN_ANSWER && !json) {
        buffer_append_text(out, answer);
        return;
    }
    buffer_append_char(out, '{');
    json_write_string_field(out, "answer", answer);
    json_write_string_field(out, "explanation", explanation);
    buffer_append_char(out, '}');
}

// A program's own "Question 3: ..." in front of the question.
static const char *skip_numbering(const char *question)
{
    const char *colon = strchr(question, ':');
    bool numbered = text_starts(question, "Question ") && colon != NULL && colon - question < 20;
    return numbered ? colon + 1 + strspn(colon + 1, " ") : question;
}

// A phrase that differs between questions and pictures: for canned answers.
static const char *canned_answer(const struct model_input *input, const char *question,
                                 enum language language)
{
    uint64_t random = random_from(input->image_digest, question, "canned");
    return phrase_at((size_t)random_below(&random, phrase_count()), language);
}

static void reply_answer(const struct model_input *input, const struct reading *reading,
                         struct buffer *out)
{
    enum language language = reading->language;
    const char *question = skip_numbering(reading->question ? reading->question : input->prompt);
    if (!input->image && reading->task == TASK_PLAIN_ANSWER) {
        static const char *const hello[2] = {"Hello. I answer questions about an image.",
                                             "你好。我回答关于图片的问题。"};
        write_answer(reading, input->json, hello[language], "", out);
        return;
    }
    struct asked asked;
    struct answer answer;
    struct buffer text, explanation;
    buffer_init(&text, 1 << 16);
    buffer_init(&explanation, 1 << 16);
    if (input->image && input->facts == NULL) {
        const char *canned = canned_answer(input, question, language);
        write_answer(reading, input->json,
                     reading->choices.count > 0 ? reading->choices.list[0] : canned, "", out);
    } else if (input->facts != NULL &&
               repertoire_find(input->repertoire, question, language, &asked) &&
               repertoire_answer(&asked, input->facts, &answer)) {
        answer_write(&answer, input->facts, language, &text);
        answer_explain(&asked, &answer, input->facts, language, &explanation);
        const char *said = reading->choices.count > 0
                               ? pick_choice(reading, &answer, buffer_text(&text), input->facts)
                               : buffer_text(&text);
        write_answer(reading, input->json, said != NULL ? said : cannot_tell[language],
                     said != NULL ? buffer_text(&explanation) : "", out);
    } else {
        write_answer(reading, input->json, cannot_tell[language], "", out);
    }
    out->failed |= text.failed || explanation.failed;
    buffer_clear(&text);
    buffer_clear(&explanation);
}

// The only colour that the text names; COLOUR_NONE: none or several.
static enum colour colour_in(const char *text, enum language language)
{
    enum colour found = COLOUR_NONE;
    for (enum colour c = COLOUR_RED; c < COLOUR_NONE; c++) {
        if (strstr(text, colour_name(c, language)) == NULL)
            continue;
        if (found != COLOUR_NONE)
            return COLOUR_NONE;
        found = c;
    }
    return found;
}

// Whether the choice says the answer in other words than ours.
static bool choice_means(const char *choice, const struct answer *answer, enum language language,
                         const struct facts *facts)
{
    const char *digits = choice + strcspn(choice, "0123456789");
    enum colour colour = colour_in(choice, language);
    switch (answer->kind) {
    case ANSWER_NUMBER:
    case ANSWER_PERCENT:
        return *digits != '\0' && strtol(digits, NULL, 10) == answer->value;
    case ANSWER_COLOUR:
        return colour != COLOUR_NONE && (int)colour == answer->value;
    case ANSWER_ABSENT:
        return colour != COLOUR_NONE && (facts->absent & 1u << colour) != 0;
    default:
        return false;
    }
}

// The choice that is the answer; NULL: none, or several.
static const char *pick_choice(const struct reading *reading, const struct answer *answer,
                               const char *text, const struct facts *facts)
{
    const char *found = NULL;
    const struct lines *choices = &reading->choices;
    for (size_t i = 0; i < choices->count && answer->kind != ANSWER_ABSENT; i++)
        if (normal_same(choices->list[i], text, reading->language))
            return choices->list[i];
    for (size_t i = 0; i < choices->count; i++) {
        if (!choice_means(choices->list[i], answer, reading->language, facts))
            continue;
        if (found != NULL)
            return NULL;
        found = choices->list[i];
    }
    return found;
}

static void write_options(const struct reading *reading, bool json, char **list, size_t count,
                          struct buffer *out)
{
    bool plain = reading->task == TASK_PLAIN_OPTIONS && !json;
    buffer_append_text(out, plain ? "" : "{\"options\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, i == 0 ? "" : plain ? "\n" : ",");
        if (plain)
            buffer_append_text(out, list[i]);
        else
            json_write_string(out, list[i]);
    }
    buffer_append_text(out, plain ? "" : "]}");
}

static bool reply_options(const struct model_input *input, const struct reading *reading,
                          uint64_t random, struct buffer *out, struct error *why)
{
    struct options_wish wish = {.reading = reading,
                                .answer = reading->correct != NULL ? reading->correct : "",
                                .facts = input->facts,
                                .random = random};
    if (reading->question != NULL)
        repertoire_find(input->repertoire, skip_numbering(reading->question), reading->language,
                        &wish.asked);
    char **list = calloc(reading->count, sizeof *list);
    size_t count = 0;
    if (list == NULL)
        return error_set(why, ERR_MEMORY, "no memory for wrong options");
    bool good = options_make(&wish, list, &count, why);
    if (good)
        write_options(reading, input->json, list, count, out);
    for (size_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
    return good;
}
