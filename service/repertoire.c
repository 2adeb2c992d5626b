#include "repertoire.h"

#include "forms.h"
#include "text.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

struct pattern {
    const struct form *form;
    char *normal; // owned
};

struct repertoire {
    struct pattern *patterns[2]; // by language
    size_t counts[2];
    char *colours[2][COLOUR_NONE]; // names in normal form
    char *places[2][PLACE_NONE];
};

static bool add_forms(struct repertoire *repertoire, enum language language);
static bool match(const struct repertoire *repertoire, enum language language, const char *pattern,
                  const char *text, struct asked *asked);
static const char *place_text(char place, const struct asked *asked, enum language language);
static void list_filled(const struct form *form, const struct facts *facts, struct asked *list,
                        size_t room, size_t *count);

struct repertoire *repertoire_new(struct error *why)
{
    struct repertoire *repertoire = calloc(1, sizeof *repertoire);
    if (repertoire != NULL && add_forms(repertoire, LANGUAGE_EN) &&
        add_forms(repertoire, LANGUAGE_ZH))
        return repertoire;
    repertoire_free(repertoire);
    error_set(why, ERR_MEMORY, "no memory for the built-in model's questions");
    return NULL;
}

void repertoire_free(struct repertoire *repertoire)
{
    for (int language = 0; repertoire != NULL && language < 2; language++) {
        for (size_t i = 0; i < repertoire->counts[language]; i++)
            free(repertoire->patterns[language][i].normal);
        free(repertoire->patterns[language]);
        for (int c = 0; c < COLOUR_NONE; c++)
            free(repertoire->colours[language][c]);
        for (int p = 0; p < PLACE_NONE; p++)
            free(repertoire->places[language][p]);
    }
    free(repertoire);
}

static bool add_forms(struct repertoire *repertoire, enum language language)
{
    bool good = true;
    repertoire->patterns[language] = calloc(form_count * FORM_TEXTS, sizeof(struct pattern));
    if (repertoire->patterns[language] == NULL)
        return false;
    for (size_t i = 0; i < form_count; i++)
        for (size_t j = 0; j < FORM_TEXTS && forms[i].texts[language][j] != NULL; j++) {
            size_t place = repertoire->counts[language]++;
            struct pattern *pattern = &repertoire->patterns[language][place];
            pattern->form = &forms[i];
            pattern->normal = normal_form(forms[i].texts[language][j], language);
            good = good && pattern->normal != NULL;
        }
    for (enum colour c = COLOUR_RED; c < COLOUR_NONE; c++) {
        repertoire->colours[language][c] = normal_form(colour_name(c, language), language);
        good = good && repertoire->colours[language][c] != NULL;
    }
    for (enum place p = PLACE_TOP_LEFT; p < PLACE_NONE; p++) {
        repertoire->places[language][p] = normal_form(place_name(p, language), language);
        good = good && repertoire->places[language][p] != NULL;
    }
    return good;
}

bool repertoire_find(const struct repertoire *repertoire, const char *question,
                     enum language language, struct asked *asked)
{
    *asked = (struct asked){NULL, COLOUR_NONE, COLOUR_NONE, PLACE_NONE};
    char *normal = normal_form(question, language);
    for (size_t i = 0; normal != NULL && i < repertoire->counts[language]; i++) {
        const struct pattern *pattern = &repertoire->patterns[language][i];
        if (match(repertoire, language, pattern->normal, normal, asked)) {
            asked->form = pattern->form;
            break;
        }
        *asked = (struct asked){NULL, COLOUR_NONE, COLOUR_NONE, PLACE_NONE};
    }
    free(normal);
    return asked->form != NULL;
}

static bool match_colour(const struct repertoire *repertoire, enum language language,
                         const char *pattern, const char *text, struct asked *asked)
{
    enum colour *place = pattern[1] == 'a' ? &asked->a : &asked->b;
    for (enum colour c = COLOUR_RED; c < COLOUR_NONE; c++) {
        const char *name = repertoire->colours[language][c];
        if (!text_starts(text, name))
            continue;
        *place = c;
        if (match(repertoire, language, pattern + 3, text + strlen(name), asked))
            return true;
    }
    return false;
}

static bool match_place(const struct repertoire *repertoire, enum language language,
                        const char *pattern, const char *text, struct asked *asked)
{
    for (enum place p = PLACE_TOP_LEFT; p < PLACE_NONE; p++) {
        const char *name = repertoire->places[language][p];
        if (!text_starts(text, name))
            continue;
        asked->place = p;
        if (match(repertoire, language, pattern + 3, text + strlen(name), asked))
            return true;
    }
    return false;
}

static bool match(const struct repertoire *repertoire, enum language language, const char *pattern,
                  const char *text, struct asked *asked)
{
    for (; *pattern != '\0'; pattern++, text++) {
        if (text_starts(pattern, "{a}") || text_starts(pattern, "{b}"))
            return match_colour(repertoire, language, pattern, text, asked);
        if (text_starts(pattern, "{p}"))
            return match_place(repertoire, language, pattern, text, asked);
        if (*pattern != *text)
            return false;
    }
    return *text == '\0';
}

bool repertoire_answer(const struct asked *asked, const struct facts *facts, struct answer *answer)
{
    answer->kind = asked->form->kind;
    answer->value = asked->form->answer(asked, facts);
    return answer->value >= 0;
}

enum answer_kind repertoire_kind(const struct asked *asked)
{
    return asked->form->kind;
}

bool repertoire_same(const struct asked *a, const struct asked *b)
{
    return a->form == b->form && a->a == b->a && a->b == b->b && a->place == b->place;
}

size_t repertoire_list(const char *topic, bool fill_in, const struct facts *facts,
                       struct asked *list, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < form_count; i++)
        if (strcmp(forms[i].topic, topic) == 0 && (fill_in ? forms[i].single : !forms[i].fill_in))
            list_filled(&forms[i], facts, list, room, &count);
    return count;
}

static void list_filled(const struct form *form, const struct facts *facts, struct asked *list,
                        size_t room, size_t *count)
{
    bool a = form_has(form, "{a}"), b = form_has(form, "{b}"), place = form_has(form, "{p}");
    size_t ways = (a ? COLOUR_NONE : 1u) * (b ? COLOUR_NONE : 1u) * (place ? PLACE_NONE : 1u);
    for (size_t way = 0; way < ways && *count < room; way++) {
        size_t rest = way;
        struct asked asked = {form, COLOUR_NONE, COLOUR_NONE, PLACE_NONE};
        if (a) {
            asked.a = (enum colour)(rest % COLOUR_NONE);
            rest /= COLOUR_NONE;
        }
        if (b) {
            asked.b = (enum colour)(rest % COLOUR_NONE);
            rest /= COLOUR_NONE;
        }
        if (place)
            asked.place = (enum place)rest;
        struct answer answer;
        // A single thing is not worth counting.
        if (repertoire_answer(&asked, facts, &answer) &&
            (form->kind != ANSWER_NUMBER || answer.value >= 2))
            list[(*count)++] = asked;
    }
}

void repertoire_write(const struct asked *asked, enum language language, unsigned variant,
                      struct buffer *out)
{
    unsigned worded = asked->form->worded;
    const char *text = asked->form->texts[language][variant % (worded > 0 ? worded : 1)];
    if (text == NULL)
        text = asked->form->texts[language][0];
    for (; *text != '\0'; text++) {
        if (*text == '{' && text[1] != '\0' && text[2] == '}') {
            buffer_append_text(out, place_text(text[1], asked, language));
            text += 2;
        } else {
            buffer_append_char(out, *text);
        }
    }
}

static const char *place_text(char place, const struct asked *asked, enum language language)
{
    if (place == 'p')
        return place_name(asked->place, language);
    return colour_name(place == 'a' ? asked->a : asked->b, language);
}

void answer_write(const struct answer *answer, const struct facts *facts, enum language language,
                  struct buffer *out)
{
    buffer_empty(out);
    switch (answer->kind) {
    case ANSWER_COLOUR:
    case ANSWER_ABSENT:
        buffer_append_text(out, colour_name((enum colour)answer->value, language));
        break;
    case ANSWER_PLACE:
        buffer_append_text(out, place_name((enum place)answer->value, language));
        break;
    case ANSWER_NUMBER:
        buffer_append_format(out, "%d", answer->value);
        break;
    case ANSWER_PERCENT:
        buffer_append_format(out, "%d%%", answer->value);
        break;
    case ANSWER_BRIGHTNESS:
        buffer_append_text(out, brightness_name((enum brightness)answer->value, language));
        break;
    case ANSWER_ORIENTATION:
        buffer_append_text(out, orientation_name((enum orientation)answer->value, language));
        break;
    case ANSWER_DIRECTION:
        buffer_append_text(out, direction_name((enum direction)answer->value, language));
        break;
    case ANSWER_GROUND:
        buffer_append_format(out, language == LANGUAGE_ZH ? "纯%s的背景" : "a plain %s background",
                             colour_name((enum colour)answer->value, language));
        break;
    case ANSWER_SIDE:
        buffer_append_text(out, side_names(language)[answer->value]);
        break;
    case ANSWER_COLOURS:
        for (int i = 0, value = answer->value; i < FORM_ROW; i++, value /= COLOUR_NONE)
            buffer_append_format(out, "%s%s", i > 0 ? ", " : "",
                                 colour_name((enum colour)(value % COLOUR_NONE), language));
        break;
    case ANSWER_SENTENCE:
        sentence_write(facts, language, out);
        break;
    case ANSWER_NONE:
        break;
    }
}

void answer_explain(const struct asked *asked, const struct answer *answer,
                    const struct facts *facts, enum language language, struct buffer *out)
{
    (void)answer;
    const char *begin[2] = {"Measured over the pixels of the whole image: ",
                            "由整幅图片的像素测得："};
    const char *part[2] = {"Measured over the pixels of that part of the image: ",
                           "由图片该部分的像素测得："};
    buffer_empty(out);
    buffer_append_text(out, (asked->place != PLACE_NONE ? part : begin)[language]);
    sentence_write(facts, language, out);
    buffer_append_text(out, language == LANGUAGE_ZH ? "。" : ".");
}
