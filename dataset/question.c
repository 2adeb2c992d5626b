#include "question.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

void question_clear(struct question *question)
{
    for (size_t i = 0; i < question->option_count; i++)
        free(question->options[i]);
    free(question->options);
    free(question->id);
    free(question->image);
    free(question->name);
    free(question->question);
    free(question->answer);
    free(question->topic);
    free(question->claim);
    free(question->prefilled);
    free(question->fault);
    *question = (struct question){0};
}

static bool copy_text(const char *text, char **copy)
{
    *copy = text != NULL ? text_copy(text) : NULL;
    return *copy != NULL || text == NULL;
}

static bool copy_options(const struct question *question, struct question *copy)
{
    if (question->option_count == 0)
        return true;
    copy->options = calloc(question->option_count, sizeof *copy->options);
    if (copy->options == NULL)
        return false;
    for (; copy->option_count < question->option_count; copy->option_count++)
        if (!copy_text(question->options[copy->option_count], &copy->options[copy->option_count]))
            return false;
    return true;
}

bool question_copy(const struct question *question, struct question *copy)
{
    *copy = (struct question){.origin = question->origin,
                              .type = question->type,
                              .image_only = question->image_only,
                              .line = question->line};
    if (copy_text(question->id, &copy->id) && copy_text(question->image, &copy->image) &&
        copy_text(question->name, &copy->name) && copy_text(question->question, &copy->question) &&
        copy_text(question->answer, &copy->answer) && copy_text(question->topic, &copy->topic) &&
        copy_text(question->claim, &copy->claim) &&
        copy_text(question->prefilled, &copy->prefilled) &&
        copy_text(question->fault, &copy->fault) && copy_options(question, copy))
        return true;
    question_clear(copy);
    return false;
}

const char *question_type_name(enum question_type type)
{
    switch (type) {
    case QUESTION_MULTIPLE_CHOICE:
        return "multiple_choice";
    case QUESTION_FILL_IN_BLANK:
        return "fill_in_blank";
    case QUESTION_UNSET:
        break;
    }
    return "";
}

// What inputs call the types, folded, with '_' for blanks and hyphens.
static const struct {
    const char *name;
    enum question_type type;
} names[] = {
    {"multiple_choice", QUESTION_MULTIPLE_CHOICE},
    {"multiple_choice_question", QUESTION_MULTIPLE_CHOICE},
    {"multi_choice", QUESTION_MULTIPLE_CHOICE},
    {"multiplechoice", QUESTION_MULTIPLE_CHOICE},
    {"single_choice", QUESTION_MULTIPLE_CHOICE},
    {"choice", QUESTION_MULTIPLE_CHOICE},
    {"mcq", QUESTION_MULTIPLE_CHOICE},
    {"mc", QUESTION_MULTIPLE_CHOICE},
    {"选择题", QUESTION_MULTIPLE_CHOICE},
    {"单选题", QUESTION_MULTIPLE_CHOICE},
    {"fill_in_blank", QUESTION_FILL_IN_BLANK},
    {"fill_in_the_blank", QUESTION_FILL_IN_BLANK},
    {"fill_in", QUESTION_FILL_IN_BLANK},
    {"fill_blank", QUESTION_FILL_IN_BLANK},
    {"fillinblank", QUESTION_FILL_IN_BLANK},
    {"fill", QUESTION_FILL_IN_BLANK},
    {"blank", QUESTION_FILL_IN_BLANK},
    {"fib", QUESTION_FILL_IN_BLANK},
    {"填空题", QUESTION_FILL_IN_BLANK},
};

bool question_type_find(const char *name, enum question_type *type)
{
    // As vqagen itself writes it, which is how a million records have it.
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i].name) == 0) {
            *type = names[i].type;
            return true;
        }
    char *folded = text_fold(name);
    if (folded == NULL)
        return false;
    for (char *c = folded; *c != '\0'; c++)
        if (*c == ' ' || *c == '-')
            *c = '_';
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++)
        if (strcmp(folded, names[i].name) == 0) {
            *type = names[i].type;
            found = true;
        }
    free(folded);
    return found;
}
