#include "reading.h"

#include "repertoire.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_COUNT = 100 }; // wrong options that anyone may want

// Where a list's lines belong.
enum section { SECTION_NONE, SECTION_CHOICES, SECTION_TAKEN, SECTION_REJECTED };

static void tell_task(struct reading *reading, const char *prompt);
static void tell_plain_task(struct reading *reading, const char *prompt);
static bool read_lines(struct reading *reading, char *text);
static bool read_line(struct reading *reading, char *line, enum section *section);
static bool read_slot(struct reading *reading, char *line);
static void plain_count(struct reading *reading, const char *prompt);

bool reading_init(struct reading *reading, const char *prompt, struct error *why)
{
    *reading = (struct reading){.copy = text_copy(prompt), .count = 3};
    if (reading->copy != NULL) {
        tell_task(reading, prompt);
        if (read_lines(reading, reading->copy)) {
            if (reading->task == TASK_PLAIN_ANSWER)
                tell_plain_task(reading, prompt);
            return true;
        }
    }
    reading_clear(reading);
    return error_set(why, ERR_MEMORY, "no memory to read a prompt");
}

void reading_clear(struct reading *reading)
{
    free(reading->slots);
    free(reading->choices.list);
    free(reading->taken.list);
    free(reading->rejected.list);
    free(reading->offered.list);
    free(reading->copy);
    *reading = (struct reading){0};
}

static bool has_chinese(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        if (*at >= 0xe3 && *at <= 0xe9)
            return true;
    return false;
}

// Ours begin with a whole line that names the task.
static void tell_task(struct reading *reading, const char *prompt)
{
    prompt += strspn(prompt, " \r\n\t");
    size_t length = strcspn(prompt, "\r\n");
    for (enum language language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++) {
        const struct prompt_words *words = prompt_words(language);
        const char *const tasks[] = {words->task_draft, words->task_answer, words->task_options};
        for (int task = TASK_DRAFT; task <= TASK_OPTIONS; task++)
            if (strlen(tasks[task]) == length && strncmp(prompt, tasks[task], length) == 0) {
                reading->task = (enum task)task;
                reading->language = language;
                return;
            }
    }
    reading->task = TASK_PLAIN_ANSWER;
    reading->language = has_chinese(prompt) ? LANGUAGE_ZH : LANGUAGE_EN;
}

static void tell_plain_task(struct reading *reading, const char *prompt)
{
    if (reading->correct == NULL)
        return;
    reading->task = TASK_PLAIN_OPTIONS;
    plain_count(reading, prompt);
}

// The first number of the prompt, as in "Give 3 wrong options".
static void plain_count(struct reading *reading, const char *prompt)
{
    size_t digits = strcspn(prompt, "0123456789");
    long wanted = strtol(prompt + digits, NULL, 10);
    if (wanted >= 1 && wanted <= MAX_COUNT)
        reading->count = (size_t)wanted;
}

static bool read_lines(struct reading *reading, char *text)
{
    enum section section = SECTION_NONE;
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (!read_line(reading, text_trim(line), &section))
            return false;
    return true;
}

static bool lines_add(struct lines *lines, const char *line)
{
    if ((lines->count & (lines->count + 1)) == 0) { // room doubles at 0, 1, 3, 7, ...
        const char **list = realloc(lines->list, (2 * lines->count + 1) * sizeof *list);
        if (list == NULL)
            return false;
        lines->list = list;
    }
    lines->list[lines->count++] = line;
    return true;
}

// What follows a colon of either width.
static const char *after_colon(const char *text)
{
    if (*text == ':')
        return text + 1 + strspn(text + 1, " ");
    if (text_starts(text, "："))
        return text + strlen("：") + strspn(text + strlen("："), " ");
    return NULL;
}

// The value behind a label; NULL: the line does not begin with it.
static const char *labelled(const char *line, const char *label)
{
    return text_starts(line, label) ? after_colon(line + strlen(label)) : NULL;
}

static bool is_choice(const char *line)
{
    return line[0] >= 'A' && line[0] <= 'Z' && line[1] == '.' && line[2] == ' ';
}

static bool read_item(struct reading *reading, const char *item, enum section section)
{
    if (section == SECTION_TAKEN)
        return lines_add(&reading->taken, item);
    if (section == SECTION_REJECTED)
        return lines_add(&reading->rejected, item);
    return reading->task != TASK_DRAFT || lines_add(&reading->offered, item);
}

static bool read_line(struct reading *reading, char *line, enum section *section)
{
    const struct prompt_words *words = prompt_words(reading->language);
    const char *value;
    if (*line == '\0') {
        *section = SECTION_NONE;
        return true;
    }
    if (text_starts(line, "- "))
        return read_item(reading, line + 2, *section);
    if (*section == SECTION_CHOICES && is_choice(line))
        return lines_add(&reading->choices, line + 3);
    if (reading->task == TASK_DRAFT && text_starts(line, words->slot) && strchr(line, '|') != NULL)
        return read_slot(reading, line);
    if (labelled(line, words->choices) != NULL)
        *section = SECTION_CHOICES;
    else if (labelled(line, words->taken) != NULL)
        *section = SECTION_TAKEN;
    else if (labelled(line, words->rejected) != NULL)
        *section = SECTION_REJECTED;
    else if ((value = labelled(line, words->question)) != NULL && reading->question == NULL)
        reading->question = value;
    else if ((value = labelled(line, words->correct_answer)) != NULL && reading->correct == NULL)
        reading->correct = value;
    else if ((value = labelled(line, words->count)) != NULL) {
        long wanted = strtol(value, NULL, 10);
        reading->count = wanted < 1 ? 1 : wanted > MAX_COUNT ? MAX_COUNT : (size_t)wanted;
    }
    return true;
}

// "Slot 3 | topic: counting | type: fill_in_blank | answer: ... | ..."
static bool read_slot(struct reading *reading, char *line)
{
    const struct prompt_words *words = prompt_words(reading->language);
    if ((reading->slot_count & (reading->slot_count + 1)) == 0) {
        struct slot *slots = realloc(reading->slots, (2 * reading->slot_count + 1) * sizeof *slots);
        if (slots == NULL)
            return false;
        reading->slots = slots;
    }
    struct slot slot = {.topic = ""};
    slot.number = (unsigned)strtoul(line + strlen(words->slot), NULL, 10);
    for (char *rest = line, *part; (part = strsep(&rest, "|")) != NULL;) {
        text_trim(part);
        const char *value;
        if (*slot.topic == '\0' && (value = labelled(part, words->topic)) != NULL)
            slot.topic = value;
        else if ((value = labelled(part, words->type)) != NULL)
            slot.fill_in = text_starts(value, "fill");
    }
    reading->slots[reading->slot_count++] = slot;
    return true;
}

bool lines_hold(const struct lines *lines, const char *text, enum language language)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < lines->count; i++) {
        const char *line = lines->list[i];
        if (text_starts(line, text) && (line[length] == '\0' || after_colon(line + length) != NULL))
            return true;
        if (normal_same(line, text, language))
            return true;
    }
    return false;
}
