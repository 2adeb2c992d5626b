#include "drafting.h"

#include "json.h"
#include "random.h"
#include "text.h"
#include "wording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 256 };

static const char *const topics[] = {"concept",  "visual_recognition", "caption",
                                     "place",    "text_association",   "object_proportion",
                                     "position", "relative_position",  "one_of_class",
                                     "absence",  "orientation",        "counting"};
enum { TOPICS = sizeof topics / sizeof *topics };

// A draft in the making.
struct draft {
    const struct model_input *input;
    const struct reading *reading;
    struct asked *used; // questions that must not be asked again
    size_t used_count;
    uint64_t random;
    size_t canned; // the next canned question
    struct buffer *out;
};

static bool draft_begin(struct draft *draft);
static void write_slot(struct draft *draft, const struct slot *slot);
static bool choose(struct draft *draft, const char *topic, bool fill_in, struct asked *chosen);
static void write_chosen(struct draft *draft, const struct slot *slot, const char *topic,
                         const struct asked *chosen);
static void write_canned(struct draft *draft, const struct slot *slot);

bool drafting_write(const struct model_input *input, const struct reading *reading, uint64_t random,
                    struct buffer *out, struct error *why)
{
    struct draft draft = {.input = input,
                          .reading = reading,
                          .random = random,
                          .canned = (size_t)(random % 36),
                          .out = out};
    if (!draft_begin(&draft))
        return error_set(why, ERR_MEMORY, "no memory for a draft");
    buffer_append_text(out, "{\"questions\":[");
    for (size_t i = 0; i < reading->slot_count; i++) {
        buffer_append_text(out, i > 0 ? ",{" : "{");
        json_write_integer_field(out, "slot", reading->slots[i].number);
        if (input->image && input->facts == NULL)
            write_canned(&draft, &reading->slots[i]);
        else
            write_slot(&draft, &reading->slots[i]);
        buffer_append_char(out, '}');
    }
    buffer_append_text(out, "]}");
    free(draft.used);
    return true;
}

// A rejected line is "question: reason", and a question may hold a colon itself: the longest
// beginning that is a question counts.
static bool find_rejected(const struct draft *draft, const char *line, struct asked *asked)
{
    const struct repertoire *repertoire = draft->input->repertoire;
    char *copy = text_copy(line);
    bool found = copy != NULL && repertoire_find(repertoire, copy, draft->reading->language, asked);
    for (size_t end = copy != NULL ? strlen(copy) : 0; end > 0 && !found; end--)
        if (text_starts(copy + end, ":") || text_starts(copy + end, "：")) {
            copy[end] = '\0';
            found = repertoire_find(repertoire, copy, draft->reading->language, asked);
        }
    free(copy);
    return found;
}

// The questions that were taken or refused; room for those of the slots is left behind them.
static bool draft_begin(struct draft *draft)
{
    const struct reading *reading = draft->reading;
    size_t room = reading->taken.count + reading->rejected.count + reading->slot_count + 1;
    draft->used = calloc(room, sizeof *draft->used);
    if (draft->used == NULL)
        return false;
    for (size_t i = 0; i < reading->taken.count; i++)
        draft->used_count += repertoire_find(draft->input->repertoire, reading->taken.list[i],
                                             reading->language, &draft->used[draft->used_count]);
    for (size_t i = 0; i < reading->rejected.count; i++)
        draft->used_count +=
            find_rejected(draft, reading->rejected.list[i], &draft->used[draft->used_count]);
    return true;
}

// Topics that a slot may turn to: those of other slots, and those that are offered.
static bool is_open(const struct reading *reading, const char *topic)
{
    for (size_t i = 0; i < reading->slot_count; i++)
        if (strcmp(reading->slots[i].topic, topic) == 0)
            return true;
    size_t length = strlen(topic);
    for (size_t i = 0; i < reading->offered.count; i++) {
        const char *line = reading->offered.list[i];
        if (text_starts(line, topic) &&
            (line[length] == '\0' || line[length] == ':' || text_starts(line + length, "：")))
            return true;
    }
    return false;
}

static void write_slot(struct draft *draft, const struct slot *slot)
{
    struct asked chosen;
    size_t order[TOPICS];
    if (draft->input->facts != NULL && choose(draft, slot->topic, slot->fill_in, &chosen)) {
        write_chosen(draft, slot, slot->topic, &chosen);
        return;
    }
    random_order(&draft->random, order, TOPICS);
    for (size_t i = 0; i < TOPICS && draft->input->facts != NULL; i++)
        if (is_open(draft->reading, topics[order[i]]) &&
            choose(draft, topics[order[i]], slot->fill_in, &chosen)) {
            write_chosen(draft, slot, topics[order[i]], &chosen);
            return;
        }
    json_write_string_field(draft->out, "topic", slot->topic);
    json_write_string_field(draft->out, "question", "");
    json_write_bool_field(draft->out, "declined", true);
}

// Two forms may ask for the same fact ("which colour covers most", "which sets the tone").
static bool is_used(const struct draft *draft, const struct asked *asked)
{
    for (size_t i = 0; i < draft->used_count; i++)
        if (repertoire_same(&draft->used[i], asked))
            return true;
    return false;
}

// When the record gives the answer, only questions with that answer will do.
static bool fits_answer(const struct draft *draft, const struct asked *asked)
{
    if (draft->reading->correct == NULL)
        return true;
    struct answer answer;
    struct buffer text;
    buffer_init(&text, 1 << 16);
    bool fits = repertoire_answer(asked, draft->input->facts, &answer);
    if (fits) {
        answer_write(&answer, draft->input->facts, draft->reading->language, &text);
        fits = normal_same(buffer_text(&text), draft->reading->correct, draft->reading->language);
    }
    buffer_clear(&text);
    return fits;
}

static bool choose(struct draft *draft, const char *topic, bool fill_in, struct asked *chosen)
{
    struct asked list[CANDIDATES];
    size_t count = repertoire_list(topic, fill_in, draft->input->facts, list, CANDIDATES);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_used(draft, &list[i]) && fits_answer(draft, &list[i]))
            list[kept++] = list[i];
    if (kept == 0)
        return false;
    *chosen = list[random_below(&draft->random, kept)];
    draft->used[draft->used_count++] = *chosen;
    return true;
}

static void write_chosen(struct draft *draft, const struct slot *slot, const char *topic,
                         const struct asked *chosen)
{
    (void)slot;
    struct buffer text;
    buffer_init(&text, 1 << 16);
    repertoire_write(chosen, draft->reading->language, (unsigned)random_below(&draft->random, 60),
                     &text);
    json_write_string_field(draft->out, "topic", topic);
    json_write_string_field(draft->out, "question", buffer_text(&text));
    json_write_bool_field(draft->out, "declined", false);
    draft->out->failed |= text.failed;
    buffer_clear(&text);
}

// Questions that need no look at the picture, each another, for answers that cost little.
static void write_canned(struct draft *draft, const struct slot *slot)
{
    static const char *const texts[2][4] = {
        {"What kind of object can be seen in the %s part of the image?",
         "What stands out most in the %s part of the image?",
         "Which thing is the largest in the %s part of the image?",
         "What lies closest to the viewer in the %s part of the image?"},
        {"画面%s可以看到什么物体？", "画面%s最显眼的是什么？", "画面%s最大的东西是什么？",
         "画面%s离观看者最近的是什么？"}};
    enum language language = draft->reading->language;
    char text[200] = "";
    for (int tries = 0; tries < 4 * PLACE_NONE; tries++) {
        size_t begin = draft->canned++;
        const char *form = texts[language][begin / PLACE_NONE % 4];
        const char *place = place_name((enum place)(begin % PLACE_NONE), language);
        const char *hole = strstr(form, "%s");
        snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - form), form, place, hole + 2);
        if (!lines_hold(&draft->reading->taken, text, language) &&
            !lines_hold(&draft->reading->rejected, text, language))
            break;
    }
    json_write_string_field(draft->out, "topic", slot->topic);
    json_write_string_field(draft->out, "question", text);
    json_write_bool_field(draft->out, "declined", false);
}
