// What the texts of a reply are judged beside.
#include "rules_check.h"

#include "memory.h"

#include <stdlib.h>

struct rules_beside *rules_beside_new(const char *question, const char *answer,
                                      const char *const *taken, size_t taken_count)
{
    struct rules_beside *beside = memory_noted(calloc(1, sizeof *beside));
    if (beside == NULL)
        return NULL;
    beside->question = question;
    beside->question_folded = form_fold(question != NULL ? question : "");
    beside->answer.text = answer;
    bool good = beside->question_folded != NULL;
    for (size_t i = 0; good && i < taken_count; i++)
        good = rules_beside_add(beside, taken[i]);
    if (good)
        return beside;
    rules_beside_free(beside);
    return NULL;
}

bool rules_beside_add(struct rules_beside *beside, const char *taken)
{
    if (beside->count == beside->room) {
        size_t room = 2 * beside->room + 4;
        struct neighbour *list = memory_noted(realloc(beside->taken, room * sizeof *list));
        if (list == NULL)
            return false;
        beside->taken = list;
        beside->room = room;
    }
    struct neighbour *added = &beside->taken[beside->count++];
    added->text = taken;
    added->read = false;
    return true;
}

void rules_beside_free(struct rules_beside *beside)
{
    if (beside == NULL)
        return;
    free(beside->question_folded);
    free(beside->taken);
    free(beside);
}

const struct form *neighbour_form(struct neighbour *neighbour)
{
    if (!neighbour->read)
        form_read(neighbour->text, &neighbour->form);
    neighbour->read = true;
    return &neighbour->form;
}
