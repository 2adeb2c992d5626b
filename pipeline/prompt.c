#include "prompt.h"

#include "json.h"
#include "prompt_words.h"
#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *prompt_system(enum language language, const char *own)
{
    return own != NULL ? own : prompt_sentences[language].system;
}

// Foreign text on one line, so that it cannot forge a label; in a slot's line without its bars.
static void write_value(struct buffer *out, const char *text, bool in_slot)
{
    size_t begin = out->length;
    if (text == NULL || !buffer_append_text(out, text))
        return;
    text_one_line(out->data + begin);
    for (char *at = out->data + begin; in_slot && *at != '\0'; at++)
        if (*at == '|')
            *at = '/';
    out->length = begin + strlen(out->data + begin);
}

static void write_line(struct buffer *out, enum language language, const char *label,
                       const char *value)
{
    buffer_append_format(out, "%s%s", label, prompt_words(language)->separator);
    write_value(out, value, false);
    buffer_append_char(out, '\n');
}

static void write_taken(struct buffer *out, enum language language, const char *hint,
                        const char *const *taken, size_t count)
{
    if (count == 0)
        return;
    write_line(out, language, prompt_words(language)->taken, hint);
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, "- ");
        write_value(out, taken[i], false);
        buffer_append_char(out, '\n');
    }
    buffer_append_char(out, '\n');
}

// slot: the number of the slot that was refused; 0: there are none.
static void write_rejections(struct buffer *out, enum language language,
                             const struct prompt_rejection *list, size_t count, unsigned slot)
{
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, "- ");
        if (list[i].text != NULL) {
            write_value(out, list[i].text, false);
            buffer_append_text(out, prompt_words(language)->separator);
        }
        write_value(out, list[i].reason, false);
        if (slot > 0)
            buffer_append_format(out, " (%s %u)", prompt_sentences[language].slot_note, slot);
        buffer_append_char(out, '\n');
    }
}

static void write_rejected(struct buffer *out, enum language language, const char *hint,
                           const struct prompt_rejection *list, size_t count)
{
    if (count == 0)
        return;
    write_line(out, language, prompt_words(language)->rejected, hint);
    write_rejections(out, language, list, count, 0);
    buffer_append_char(out, '\n');
}

static void write_part(struct buffer *out, enum language language, const char *text)
{
    if (text_is_blank(text))
        return;
    buffer_append_text(out, prompt_sentences[language].stop);
    write_value(out, text, true);
}

static void write_slot(struct buffer *out, enum language language, const struct prompt_slot *slot)
{
    const struct prompt_words *w = prompt_words(language);
    const struct topic *topic = slot->topic;
    buffer_append_format(out, "%s %u | %s%s", w->slot, slot->number, w->topic, w->separator);
    write_value(out, topic->name, true);
    buffer_append_format(out, " | %s%s%s | %s%s", w->type, w->separator,
                         slot->type == QUESTION_FILL_IN_BLANK ? "fill_in_blank" : "multiple_choice",
                         w->answer_kind, w->separator);
    write_value(out, topic->answer_type[language], true);
    buffer_append_text(out, " | ");
    write_value(out, topic->intent[language], true);
    write_part(out, language, topic->constraints[language]);
    if (!text_is_blank(topic->example[language])) {
        buffer_append_format(out, "%s%s%s", prompt_sentences[language].stop,
                             prompt_sentences[language].example, w->separator);
        write_value(out, topic->example[language], true);
    }
    buffer_append_char(out, '\n');
}

static bool is_slot_topic(const struct prompt_draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->slot_count; i++)
        if (strcmp(draft->slots[i].topic->name, name) == 0)
            return true;
    return false;
}

// The topics that stand in a slot are explained there; of the others each is a line.
static void write_other_topics(struct buffer *out, enum language language,
                               const struct prompt_draft *draft)
{
    size_t written = 0;
    for (size_t i = 0; draft->topics != NULL && i < draft->topics->count; i++) {
        const struct topic *topic = &draft->topics->list[i];
        if (is_slot_topic(draft, topic->name))
            continue;
        if (written++ == 0)
            buffer_append_format(out, "%s\n", prompt_sentences[language].other_topics);
        buffer_append_text(out, "- ");
        write_value(out, topic->name, true);
        buffer_append_text(out, prompt_words(language)->separator);
        write_value(out, topic->intent[language], true);
        buffer_append_text(out, " (");
        write_value(out, topic->answer_type[language], true);
        buffer_append_text(out, ")\n");
    }
    if (written > 0)
        buffer_append_char(out, '\n');
}

// A placeholder's name without its brackets, as "[OBJECT_A]", "{object_a}" and "OBJECT_A" share it.
static void bare_name(const char *name, size_t length, const char **begin, size_t *bare)
{
    while (length > 0 && strchr("[{<", *name) != NULL)
        name++, length--;
    while (length > 0 && strchr("]}>", name[length - 1]) != NULL)
        length--;
    *begin = name;
    *bare = length;
}

static bool same_placeholder(const char *a, size_t a_length, const char *b)
{
    const char *bare_a, *bare_b;
    size_t length_a, length_b;
    bare_name(a, a_length, &bare_a, &length_a);
    bare_name(b, strlen(b), &bare_b, &length_b);
    return length_a == length_b && length_a > 0 && strncasecmp(bare_a, bare_b, length_a) == 0;
}

static void write_json_value(struct buffer *out, const cJSON *value)
{
    if (cJSON_IsString(value))
        write_value(out, value->valuestring, false);
    else
        json_write_value(out, value);
}

// The length of a placeholder at `at` ("[OBJECT_A]"), or 0.
static size_t placeholder_at(const char *at)
{
    const char *brackets = strchr("[{<", *at);
    if (*at == '\0' || brackets == NULL)
        return 0;
    char close = "]}>"[brackets - "[{<"];
    size_t length = 1;
    while (length < 60 && (isalnum((unsigned char)at[length]) || strchr("_- ", at[length])) &&
           at[length] != '\0')
        length++;
    return length > 1 && at[length] == close ? length + 1 : 0;
}

static const cJSON *find_value(const cJSON *values, const char *name, size_t length)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, values)
    {
        if (same_placeholder(name, length, value->string) && !cJSON_IsNull(value))
            return value;
    }
    return NULL;
}

static void write_filled_claim(struct buffer *out, const char *claim, const cJSON *values)
{
    struct buffer filled;
    buffer_init(&filled, out->ceiling);
    for (const char *at = claim; *at != '\0';) {
        size_t length = placeholder_at(at);
        const cJSON *value = length > 0 ? find_value(values, at, length) : NULL;
        if (value != NULL)
            write_json_value(&filled, value);
        else
            buffer_append(&filled, at, length > 0 ? length : 1);
        at += length > 0 ? length : 1;
    }
    write_value(out, buffer_text(&filled), false);
    out->failed |= filled.failed;
    buffer_clear(&filled);
}

static void write_claim(struct buffer *out, enum language language,
                        const struct prompt_draft *draft)
{
    const struct prompt_words *w = prompt_words(language);
    const char *known = draft->prefilled;
    cJSON *values = known != NULL ? json_parse(known, strlen(known), NULL) : NULL;
    if (draft->claim != NULL) {
        buffer_append_format(out, "%s%s", w->claim, w->separator);
        write_filled_claim(out, draft->claim, cJSON_IsObject(values) ? values : NULL);
        buffer_append_char(out, '\n');
    }
    if (cJSON_IsObject(values) && values->child != NULL) {
        buffer_append_format(out, "%s%s", w->known, w->separator);
        for (const cJSON *value = values->child; value != NULL; value = value->next) {
            write_value(out, value->string, false);
            buffer_append_text(out, " = ");
            write_json_value(out, value);
            buffer_append_text(out, value->next != NULL ? "; " : "\n");
        }
    }
    if (draft->answer != NULL)
        write_line(out, language, w->correct_answer, draft->answer);
    if (draft->claim != NULL)
        buffer_append_format(out, "%s\n", prompt_sentences[language].claim_hint);
    if (draft->answer != NULL)
        buffer_append_format(out, "%s\n", prompt_sentences[language].answer_hint);
    if (draft->claim != NULL || draft->answer != NULL || cJSON_IsObject(values))
        buffer_append_char(out, '\n');
    cJSON_Delete(values);
}

static void write_reply_form(struct buffer *out, enum language language, const char *form)
{
    buffer_append_format(
        out, "\n%s\n%s\n",
        language == LANGUAGE_ZH
            ? "只回复一个这种形式的 JSON 对象，把 <> 及其中的内容换成你的内容，键名不变："
            : "Reply with one JSON object of this form and nothing else, with "
              "your own text in place of each <...>:",
        form);
}

static void write_draft_form(struct buffer *out, enum language language,
                             const struct prompt_draft *draft)
{
    struct buffer form;
    buffer_init(&form, out->ceiling);
    buffer_append_text(&form, "{\"questions\":[");
    for (size_t i = 0; i < draft->slot_count; i++) {
        buffer_append_format(&form, "%s{\"slot\":%u,\"topic\":", i > 0 ? "," : "",
                             draft->slots[i].number);
        json_write_string(&form, draft->slots[i].topic->name);
        buffer_append_text(&form, language == LANGUAGE_ZH
                                      ? ",\"question\":\"<问题>\",\"declined\":false}"
                                      : ",\"question\":\"<question>\",\"declined\":false}");
    }
    buffer_append_text(&form, "]}");
    write_reply_form(out, language, buffer_text(&form));
    out->failed |= form.failed;
    buffer_clear(&form);
}

void prompt_write_draft(struct buffer *out, enum language language,
                        const struct prompt_draft *draft)
{
    const struct prompt_sentences *s = &prompt_sentences[language];
    size_t rejections = 0;
    buffer_append_format(out, "%s\n", prompt_words(language)->task_draft);
    for (size_t i = 0; i < draft->slot_count; i++) {
        write_slot(out, language, &draft->slots[i]);
        rejections += draft->slots[i].rejection_count;
    }
    buffer_append_char(out, '\n');
    write_claim(out, language, draft);
    write_taken(out, language, s->draft_taken_hint, draft->taken, draft->taken_count);
    if (rejections > 0) {
        write_line(out, language, prompt_words(language)->rejected, s->draft_rejected_hint);
        for (size_t i = 0; i < draft->slot_count; i++)
            write_rejections(out, language, draft->slots[i].rejections,
                             draft->slots[i].rejection_count, draft->slots[i].number);
        buffer_append_char(out, '\n');
    }
    write_other_topics(out, language, draft);
    buffer_append_text(out, s->draft_rules);
    buffer_append_text(out, s->draft_rules_end);
    write_draft_form(out, language, draft);
}

void prompt_write_answer(struct buffer *out, enum language language,
                         const struct prompt_answer *answer)
{
    const struct prompt_words *w = prompt_words(language);
    const struct prompt_sentences *s = &prompt_sentences[language];
    buffer_append_format(out, "%s\n", w->task_answer);
    write_line(out, language, w->question, answer->question);
    if (answer->topic != NULL) {
        write_line(out, language, w->topic, answer->topic->name);
        write_line(out, language, w->answer_kind, answer->topic->answer_type[language]);
    }
    if (answer->choice_count > 0)
        write_line(out, language, w->choices, s->choices_hint);
    for (size_t i = 0; i < answer->choice_count; i++) {
        buffer_append_format(out, "%c. ", (char)('A' + i % 26));
        write_value(out, answer->choices[i], false);
        buffer_append_char(out, '\n');
    }
    buffer_append_char(out, '\n');
    write_rejected(out, language, s->answer_rejected_hint, answer->rejections,
                   answer->rejection_count);
    buffer_append_text(out, s->answer_rules);
    write_reply_form(out, language,
                     language == LANGUAGE_ZH ? "{\"answer\":\"<答案>\",\"explanation\":\"<解释>\"}"
                                             : "{\"answer\":\"<short answer>\",\"explanation\":"
                                               "\"<where it can be seen>\"}");
}

void prompt_write_options(struct buffer *out, enum language language,
                          const struct prompt_options *options)
{
    const struct prompt_words *w = prompt_words(language);
    const struct prompt_sentences *s = &prompt_sentences[language];
    buffer_append_format(out, "%s\n", w->task_options);
    write_line(out, language, w->question, options->question);
    write_line(out, language, w->correct_answer, options->answer);
    buffer_append_format(out, "%s%s%zu\n\n", w->count, w->separator, options->count);
    write_taken(out, language, s->options_taken_hint, options->taken, options->taken_count);
    write_rejected(out, language, s->options_rejected_hint, options->rejections,
                   options->rejection_count);
    buffer_append_text(out, s->options_rules);
    struct buffer form;
    buffer_init(&form, 4096);
    buffer_append_text(&form, "{\"options\":[");
    for (size_t i = 0; i < options->count && i < 25; i++)
        buffer_append_format(
            &form, language == LANGUAGE_ZH ? "%s\"<错误选项 %zu>\"" : "%s\"<wrong option %zu>\"",
            i > 0 ? "," : "", i + 1);
    buffer_append_text(&form, "]}");
    write_reply_form(out, language, buffer_text(&form));
    out->failed |= form.failed;
    buffer_clear(&form);
}

const char prompt_schema_draft[] =
    "{\"type\":\"object\",\"properties\":{\"questions\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"object\",\"properties\":{\"slot\":{\"type\":\"integer\"},\"topic\":{\"type\":\"string\"},"
    "\"question\":{\"type\":\"string\"},\"declined\":{\"type\":\"boolean\"}},\"required\":[\"slot\""
    ",\"topic\",\"question\",\"declined\"],\"additionalProperties\":false}}},\"required\":"
    "[\"questions\"],\"additionalProperties\":false}";

const char prompt_schema_answer[] =
    "{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\"},\"explanation\":"
    "{\"type\":\"string\"}},\"required\":[\"answer\",\"explanation\"],\"additionalProperties\":"
    "false}";

const char prompt_schema_options[] =
    "{\"type\":\"object\",\"properties\":{\"options\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"string\"}}},\"required\":[\"options\"],\"additionalProperties\":false}";
