#include "options.h"

#include "random.h"
#include "text.h"
#include "wording.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The options in the making.
struct making {
    const struct options_wish *wish;
    enum language language;
    char **list;
    size_t count;
    uint64_t random;
    bool failed;
};

static enum answer_kind tell_kind(const struct options_wish *wish);
static void add_colours(struct making *making, bool present_only);
static void add_places(struct making *making);
static void add_directions(struct making *making);
static void add_numbers(struct making *making, bool percent);
static void add_texts(struct making *making, const char *const *texts);
static void add_levels(struct making *making);
static void add_frames(struct making *making);
static void add_sentences(struct making *making);
static void add_phrases(struct making *making);

bool options_make(const struct options_wish *wish, char **list, size_t *count, struct error *why)
{
    struct making making = {wish, wish->reading->language, list, 0, wish->random, false};
    switch (tell_kind(wish)) {
    case ANSWER_COLOUR:
        add_colours(&making, false);
        break;
    case ANSWER_ABSENT:
        add_colours(&making, true);
        break;
    case ANSWER_PLACE:
        add_places(&making);
        break;
    case ANSWER_DIRECTION:
        add_directions(&making);
        break;
    case ANSWER_NUMBER:
        add_numbers(&making, false);
        break;
    case ANSWER_PERCENT:
        add_numbers(&making, true);
        break;
    case ANSWER_BRIGHTNESS:
        add_levels(&making);
        break;
    case ANSWER_ORIENTATION:
        add_frames(&making);
        break;
    case ANSWER_SIDE:
        add_texts(&making, side_names(making.language));
        break;
    case ANSWER_GROUND:
        add_texts(&making, ground_others(making.language));
        break;
    case ANSWER_SENTENCE:
        add_sentences(&making);
        break;
    case ANSWER_COLOURS:
    case ANSWER_NONE:
        add_phrases(&making);
        break;
    }
    *count = making.count;
    if (!making.failed)
        return true;
    for (size_t i = 0; i < making.count; i++)
        free(list[i]);
    *count = 0;
    return error_set(why, ERR_MEMORY, "no memory for wrong options");
}

static bool is_full(const struct making *making)
{
    return making->failed || making->count >= making->wish->reading->count;
}

// Takes the text unless it is the answer or was given before.
static void add(struct making *making, const char *text)
{
    const struct reading *reading = making->wish->reading;
    if (is_full(making) || normal_same(text, making->wish->answer, making->language) ||
        lines_hold(&reading->taken, text, making->language) ||
        lines_hold(&reading->rejected, text, making->language))
        return;
    for (size_t i = 0; i < making->count; i++)
        if (normal_same(making->list[i], text, making->language))
            return;
    char *copy = text_copy(text);
    making->failed = copy == NULL;
    if (copy != NULL)
        making->list[making->count++] = copy;
}

// Whether the answer is one of that kind's values, when no question tells the kind.
static bool answer_is(const struct options_wish *wish, const char *value)
{
    return normal_same(wish->answer, value, wish->reading->language);
}

static const char *number_in(const char *text)
{
    const char *at = text + strcspn(text, "0123456789");
    return *at != '\0' && strlen(at) < 2000 ? at : NULL;
}

static enum answer_kind tell_kind(const struct options_wish *wish)
{
    enum language language = wish->reading->language;
    if (wish->asked.form != NULL)
        return repertoire_kind(&wish->asked);
    for (enum colour c = COLOUR_RED; c < COLOUR_NONE; c++)
        if (answer_is(wish, colour_name(c, language)))
            return ANSWER_COLOUR;
    for (enum place p = PLACE_TOP_LEFT; p < PLACE_NONE; p++)
        if (answer_is(wish, place_name(p, language)))
            return ANSWER_PLACE;
    for (enum direction d = DIRECTION_LEFT; d < DIRECTION_NONE; d++)
        if (answer_is(wish, direction_name(d, language)))
            return ANSWER_DIRECTION;
    for (enum brightness b = BRIGHTNESS_DARK; b < BRIGHTNESS_NONE; b++)
        if (answer_is(wish, brightness_name(b, language)))
            return ANSWER_BRIGHTNESS;
    for (int o = ORIENTATION_LANDSCAPE; o <= ORIENTATION_SQUARE; o++)
        if (answer_is(wish, orientation_name((enum orientation)o, language)))
            return ANSWER_ORIENTATION;
    const char *number = number_in(wish->answer);
    if (number == NULL)
        return ANSWER_NONE;
    size_t digits = strspn(number, "0123456789");
    bool percent = number[digits] == '%' || text_starts(number + digits, "％");
    return percent ? ANSWER_PERCENT : digits <= 6 ? ANSWER_NUMBER : ANSWER_NONE;
}

static void add_colours(struct making *making, bool present_only)
{
    size_t order[COLOUR_NONE];
    const struct facts *facts = making->wish->facts;
    random_order(&making->random, order, COLOUR_NONE);
    for (size_t i = 0; i < COLOUR_NONE; i++)
        if (!present_only || (facts != NULL && (facts->present & 1u << order[i]) != 0))
            add(making, colour_name((enum colour)order[i], making->language));
}

// "top" would hold of what is at the "top left" as well: one name within the other's.
static bool is_near(const char *name, const char *answer, enum language language)
{
    static const char *const sides[2][5] = {{"left", "right", "top", "bottom", NULL},
                                            {"左", "右", "上", "下", NULL}};
    static const char *const directions[2][5] = {{"left", "right", "above", "below", NULL},
                                                 {"左", "右", "上", "下", NULL}};
    int shared = 0, name_parts = 0, answer_parts = 0;
    for (int i = 0; i < 4; i++) {
        const char *side = sides[language][i], *direction = directions[language][i];
        bool in_name = strstr(name, side) != NULL || strstr(name, direction) != NULL;
        bool in_answer = strstr(answer, side) != NULL || strstr(answer, direction) != NULL;
        name_parts += in_name;
        answer_parts += in_answer;
        shared += in_name && in_answer;
    }
    return shared > 0 && name_parts != answer_parts;
}

// Adds the names in random order, those near the answer last.
static void add_names(struct making *making, const char *const *list, size_t count)
{
    size_t order[PLACE_NONE];
    random_order(&making->random, order, count);
    for (int near = 0; near <= 1; near++)
        for (size_t i = 0; i < count; i++)
            if (is_near(list[order[i]], making->wish->answer, making->language) == near)
                add(making, list[order[i]]);
}

static void add_places(struct making *making)
{
    const char *list[PLACE_NONE];
    for (enum place p = PLACE_TOP_LEFT; p < PLACE_NONE; p++)
        list[p] = place_name(p, making->language);
    add_names(making, list, PLACE_NONE);
}

static void add_directions(struct making *making)
{
    const char *list[DIRECTION_NONE];
    for (enum direction d = DIRECTION_LEFT; d < DIRECTION_NONE; d++)
        list[d] = direction_name(d, making->language);
    add_names(making, list, DIRECTION_NONE);
}

// The answer with another number in its first number's place. Percentages lie 10 points or more
// apart, from each other too; large counts a quarter.
static void add_numbers(struct making *making, bool percent)
{
    const char *answer = making->wish->answer, *number = number_in(answer);
    if (number == NULL) {
        add_phrases(making);
        return;
    }
    char *rest;
    long value = strtol(number, &rest, 10), step = percent ? 10 : value >= 12 ? value / 4 : 1;
    size_t order[8];
    for (long far = 0; far < 64 && !is_full(making); far += 4) {
        random_order(&making->random, order, 8);
        for (size_t i = 0; i < 8; i++) {
            long distance = far + (long)(order[i] / 2) + 1;
            long other = value + (order[i] % 2 == 0 ? step : -step) * distance;
            if (other < (percent ? 1 : value >= 1) || (percent && other > 99))
                continue;
            struct buffer text;
            buffer_init(&text, 1 << 16);
            buffer_append(&text, answer, (size_t)(number - answer));
            buffer_append_format(&text, "%ld%s", other, rest);
            add(making, buffer_text(&text));
            buffer_clear(&text);
        }
    }
}

static void add_texts(struct making *making, const char *const *texts)
{
    size_t order[16], count = 0;
    while (count < 16 && texts[count] != NULL)
        count++;
    random_order(&making->random, order, count);
    for (size_t i = 0; i < count; i++)
        add(making, texts[order[i]]);
}

static void add_levels(struct making *making)
{
    for (enum brightness b = BRIGHTNESS_DARK; b < BRIGHTNESS_NONE; b++)
        add(making, brightness_name(b, making->language));
    add_texts(making, brightness_others(making->language));
}

static void add_frames(struct making *making)
{
    for (int o = ORIENTATION_LANDSCAPE; o <= ORIENTATION_SQUARE; o++)
        add(making, orientation_name((enum orientation)o, making->language));
    add_texts(making, orientation_others(making->language));
}

// The sentence about a picture in which some facts are changed.
static void add_sentences(struct making *making)
{
    if (making->wish->facts == NULL) {
        add_phrases(making);
        return;
    }
    for (int i = 0; i < 300 && !is_full(making); i++) {
        struct facts facts = *making->wish->facts;
        unsigned turn = (unsigned)random_below(&making->random, COLOUR_NONE - 1) + 1;
        facts.brightness = (enum brightness)((facts.brightness + random_below(&making->random, 3)) %
                                             BRIGHTNESS_NONE);
        if (facts.plain && facts.shape_count > 0) {
            facts.ground = (enum colour)((facts.ground + turn) % COLOUR_NONE);
            facts.shape_count =
                facts.shape_count % 9 + 1 + (size_t)random_below(&making->random, 3);
            facts.shapes[0].colour = (enum colour)(random_below(&making->random, COLOUR_NONE));
        } else {
            facts.dominant = (enum colour)((facts.dominant + turn) % COLOUR_NONE);
            facts.brightest = (enum place)random_below(&making->random, PLACE_NONE);
        }
        struct buffer text;
        buffer_init(&text, 4096);
        sentence_write(&facts, making->language, &text);
        if (!(facts.plain && facts.shape_count > 0 && facts.shapes[0].colour == facts.ground))
            add(making, buffer_text(&text));
        buffer_clear(&text);
    }
}

static void add_phrases(struct making *making)
{
    size_t count = phrase_count();
    size_t *order = calloc(count, sizeof *order);
    if (order == NULL) {
        making->failed = true;
        return;
    }
    random_order(&making->random, order, count);
    const char *answer = making->wish->answer;
    bool article = text_starts(answer, "a ") || text_starts(answer, "an ");
    for (size_t i = 0; i < count; i++) {
        char text[100];
        const char *phrase = phrase_at(order[i], making->language);
        if (making->language == LANGUAGE_EN && !article)
            phrase = strchr(phrase, ' ') + 1;
        snprintf(text, sizeof text, "%s", phrase);
        if (isupper((unsigned char)answer[0]))
            text[0] = (char)toupper((unsigned char)text[0]);
        add(making, text);
    }
    free(order);
}
