// The options of a record, in the shapes in which data sets give them: an array of texts, an array
// of "A. text", an object of letter and text, or one text with '|', line breaks or ';' between.
#include "record.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 26, FEWEST = 2 };

struct choices {
    char *texts[MOST]; // by letter; NULL: not given; owned
    size_t end;        // behind the last one given
};

static bool read_choices(const cJSON *value, struct choices *choices, struct error *why);
static bool check_choices(struct choices *choices, struct error *why);
static void cut_letters(struct choices *choices);
static bool keep_choices(struct choices *choices, struct question *out, struct error *why);
static bool resolve_answer(const struct choices *choices, struct question *out, struct error *why);

bool record_read_options(const cJSON *record, struct question *out, struct error *why)
{
    struct choices choices = {0};
    bool good = read_choices(json_member(record, "options"), &choices, why);
    if (good && choices.end > 0) {
        cut_letters(&choices);
        good = check_choices(&choices, why) && resolve_answer(&choices, out, why) &&
               keep_choices(&choices, out, why);
    }
    for (size_t i = 0; i < MOST; i++)
        free(choices.texts[i]);
    return good;
}

static bool put_choice(struct choices *choices, size_t index, const cJSON *value, struct error *why)
{
    if (index >= MOST)
        return error_set(why, ERR_RECORD, "more than %d options", MOST);
    if (choices->texts[index] != NULL)
        return error_set(why, ERR_RECORD, "option %c is given twice", (char)('A' + index));
    if (!record_text(value, "an option", &choices->texts[index], why))
        return false;
    if (choices->texts[index] != NULL && index >= choices->end)
        choices->end = index + 1;
    return true;
}

// "A", "b" or "3": an option's place. False for anything else.
static bool letter_index(const char *key, size_t *index)
{
    long long number;
    if (key[0] != '\0' && key[1] == '\0' &&
        ((key[0] >= 'A' && key[0] <= 'Z') || (key[0] >= 'a' && key[0] <= 'z'))) {
        *index = (size_t)((key[0] | 0x20) - 'a');
        return true;
    }
    if (!text_to_integer(key, &number) || number < 1 || number > MOST)
        return false;
    *index = (size_t)number - 1;
    return true;
}

static bool read_object(const cJSON *object, struct choices *choices, struct error *why)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, object)
    {
        size_t index;
        if (!letter_index(value->string, &index))
            return error_set(why, ERR_RECORD, "options: \"%.40s\" is no letter from A to Z",
                             value->string);
        if (!put_choice(choices, index, value, why))
            return false;
    }
    return true;
}

static bool read_array(const cJSON *array, struct choices *choices, struct error *why)
{
    const cJSON *value;
    size_t index = 0;
    cJSON_ArrayForEach(value, array) if (!put_choice(choices, index++, value, why)) return false;
    return true;
}

static bool read_separated(const char *text, struct choices *choices, struct error *why)
{
    const char *separator = strchr(text, '|') != NULL    ? "|"
                            : strchr(text, '\n') != NULL ? "\n"
                                                         : ";";
    size_t index = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, separator);
        char *part = text_copy_length(at, length);
        cJSON value = {.type = cJSON_String, .valuestring = part};
        bool good = part != NULL ? put_choice(choices, index++, &value, why)
                                 : error_set(why, ERR_MEMORY, "no memory for an option");
        free(part);
        if (!good)
            return false;
        at += length;
        if (*at == '\0')
            return true;
    }
}

static bool read_choices(const cJSON *value, struct choices *choices, struct error *why)
{
    if (value == NULL || cJSON_IsNull(value))
        return true;
    if (cJSON_IsArray(value))
        return read_array(value, choices, why);
    if (cJSON_IsObject(value))
        return read_object(value, choices, why);
    if (!cJSON_IsString(value))
        return error_set(why, ERR_RECORD, "options are neither an array nor an object");
    const char *text = value->valuestring;
    if (text_is_blank(text))
        return true;
    // A CSV cell may hold the JSON text of either.
    text += strspn(text, " \t\r\n");
    if (*text != '[' && *text != '{')
        return read_separated(text, choices, why);
    struct error fault = {0};
    cJSON *parsed = json_parse(text, strlen(text), &fault);
    if (parsed == NULL)
        return error_set(why, ERR_RECORD, "options: %.400s", fault.message);
    bool good = cJSON_IsArray(parsed) ? read_array(parsed, choices, why)
                                      : read_object(parsed, choices, why);
    cJSON_Delete(parsed);
    return good;
}

// The text behind "A." in front of an option or an answer, with "A)", "(A)", "A:", "A、" and
// full-width marks; *index: the letter. NULL: no letter and mark in front.
static const char *behind_letter(const char *text, size_t *index)
{
    static const char *const marks[] = {".", ")", ":", "、", "．", "）", "："};
    bool bracket = text[0] == '(' || text_starts(text, "（");
    if (bracket)
        text += text[0] == '(' ? 1 : strlen("（");
    const char letter[2] = {text[0], '\0'};
    if (!letter_index(letter, index) || (letter[0] >= '0' && letter[0] <= '9'))
        return NULL;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (text_starts(text + 1, marks[i]))
            return text + 1 + strlen(marks[i]);
    return NULL;
}

// Letters are cut when each option has its own in front, so that "A. Lincoln" alone stays whole.
static void cut_letters(struct choices *choices)
{
    for (size_t i = 0; i < choices->end; i++) {
        size_t index;
        const char *behind =
            choices->texts[i] != NULL ? behind_letter(choices->texts[i], &index) : NULL;
        if (choices->texts[i] != NULL && (behind == NULL || index != i || text_is_blank(behind)))
            return;
    }
    for (size_t i = 0; i < choices->end; i++) {
        size_t index;
        char *text = choices->texts[i];
        if (text != NULL) {
            const char *behind = behind_letter(text, &index);
            memmove(text, behind, strlen(behind) + 1);
            text_trim(text);
        }
    }
}

static bool check_choices(struct choices *choices, struct error *why)
{
    size_t count = 0;
    for (size_t i = 0; i < choices->end; i++) {
        if (choices->texts[i] == NULL)
            return error_set(why, ERR_RECORD, "option %c is blank, but a later one is not",
                             (char)('A' + i));
        count++;
        for (size_t j = 0; j < i; j++)
            if (text_same_folded(choices->texts[i], choices->texts[j]))
                return error_set(why, ERR_RECORD, "options %c and %c are the same: \"%.80s\"",
                                 (char)('A' + j), (char)('A' + i), choices->texts[i]);
    }
    if (count < FEWEST)
        return error_set(why, ERR_RECORD, "options hold one text only; give two to %d", MOST);
    return true;
}

// The option that has this text, or -1.
static int find_text(const struct choices *choices, const char *text)
{
    for (size_t i = 0; i < choices->end; i++)
        if (text_same_folded(choices->texts[i], text))
            return (int)i;
    return -1;
}

// The option that an answer names by its letter: "B", "(b)", "B.", or "B. text" with that option's
// text. -1: none.
static int find_letter(const struct choices *choices, const char *answer)
{
    size_t index;
    const char *behind = "";
    bool bare = letter_index(answer, &index) && (answer[0] < '0' || answer[0] > '9');
    if (!bare)
        behind = behind_letter(answer, &index);
    if (behind == NULL || index >= choices->end)
        return -1;
    if (!text_is_blank(behind) && !text_same_folded(behind, choices->texts[index]))
        return -1;
    return (int)index;
}

static bool resolve_answer(const struct choices *choices, struct question *out, struct error *why)
{
    if (out->answer == NULL)
        return true;
    int by_text = find_text(choices, out->answer), by_letter = find_letter(choices, out->answer);
    if (by_text < 0 && by_letter < 0)
        return error_set(why, ERR_RECORD, "the answer \"%.200s\" is none of the %zu options",
                         out->answer, choices->end);
    if (by_text >= 0 && by_letter >= 0 && by_text != by_letter)
        return error_set(why, ERR_RECORD,
                         "the answer \"%.40s\" is the letter of one option and the text of "
                         "another; write it as \"%c. %.40s\" or \"%c. %.40s\"",
                         out->answer, (char)('A' + by_letter), choices->texts[by_letter],
                         (char)('A' + by_text), choices->texts[by_text]);
    char *text = text_copy(choices->texts[by_text >= 0 ? by_text : by_letter]);
    if (text == NULL)
        return error_set(why, ERR_MEMORY, "no memory for an answer");
    free(out->answer);
    out->answer = text;
    return true;
}

static bool keep_choices(struct choices *choices, struct question *out, struct error *why)
{
    out->options = calloc(choices->end, sizeof *out->options);
    if (out->options == NULL)
        return error_set(why, ERR_MEMORY, "no memory for options");
    out->option_count = choices->end;
    for (size_t i = 0; i < choices->end; i++) {
        out->options[i] = choices->texts[i];
        choices->texts[i] = NULL;
    }
    return true;
}
