#include "lessons.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The lessons that are no more than yes or no: what the field is once learned, and how it is said.
static const struct {
    const char *word;
    size_t field;
    bool learned;
    const char *sentence;
} switches[] = {
    {"no_temperature", offsetof(struct endpoint_lessons, no_temperature), true,
     "temperature is not taken"},
    {"no_max_tokens", offsetof(struct endpoint_lessons, no_max_tokens), true,
     "no limit of the output is taken"},
    {"no_stream", offsetof(struct endpoint_lessons, stream), false, "streams are not taken"},
    {"stream", offsetof(struct endpoint_lessons, stream), true, "only streams are sent"},
    {"no_stream_usage", offsetof(struct endpoint_lessons, no_stream_usage), true,
     "stream_options is not taken"},
    {"no_thinking", offsetof(struct endpoint_lessons, thinking), false,
     "what --thinking sends is not taken"},
    {"no_prefix", offsetof(struct endpoint_lessons, prefix), false,
     "the beginning of a reply is not taken"},
};
enum { SWITCHES = sizeof switches / sizeof *switches };

static const struct {
    const char *word, *sentence;
} structured_levels[] = {
    [STRUCTURED_NONE] = {"structured=none", "no structured output is taken"},
    [STRUCTURED_OBJECT] = {"structured=object", "of structured output a JSON object is the most"},
    [STRUCTURED_SCHEMA] = {"structured=schema", "JSON schemas are taken"}};
// By max_completion_tokens: the name of the cap on the answer, once the other one was refused.
static const struct {
    const char *word, *sentence;
} cap_names[] = {
    [false] = {"max_tokens", "max_completion_tokens is called max_tokens"},
    [true] = {"max_completion_tokens", "max_tokens is called max_completion_tokens"},
};
static const char cap_word[] = "max_tokens_cap=";

static bool read_switch(const struct endpoint_lessons *lessons, size_t index)
{
    return *(const bool *)((const char *)lessons + switches[index].field);
}

static void add_word(struct buffer *out, size_t begin, const char *word)
{
    if (out->length > begin)
        buffer_append_char(out, ' ');
    buffer_append_text(out, word);
}

void lessons_write(const struct endpoint_lessons *before, const struct endpoint_lessons *now,
                   struct buffer *out)
{
    size_t begin = out->length;
    if (now->structured != before->structured)
        add_word(out, begin, structured_levels[now->structured].word);
    if (now->max_completion_tokens != before->max_completion_tokens)
        add_word(out, begin, cap_names[now->max_completion_tokens].word);
    for (size_t i = 0; i < SWITCHES; i++)
        if (read_switch(now, i) == switches[i].learned &&
            read_switch(before, i) != switches[i].learned)
            add_word(out, begin, switches[i].word);
    if (now->max_tokens_cap != before->max_tokens_cap) {
        add_word(out, begin, cap_word);
        buffer_append_format(out, "%d", now->max_tokens_cap);
    }
}

static bool is_word(const char *word, size_t length, const char *known)
{
    return strlen(known) == length && strncmp(word, known, length) == 0;
}

// The number behind the word of the cap; 0: it is another word.
static int read_cap(const char *word, size_t length)
{
    if (length <= strlen(cap_word) || strncmp(word, cap_word, strlen(cap_word)) != 0)
        return 0;
    long value = strtol(word + strlen(cap_word), NULL, 10);
    return value > 0 && value <= INT_MAX ? (int)value : 0;
}

static void read_word(struct endpoint_lessons *lessons, const char *word, size_t length)
{
    for (size_t i = 0; i < SWITCHES; i++)
        if (is_word(word, length, switches[i].word))
            *(bool *)((char *)lessons + switches[i].field) = switches[i].learned;
    for (int name = 0; name <= 1; name++)
        if (is_word(word, length, cap_names[name].word)) {
            lessons->max_completion_tokens = name;
            lessons->cap_renamed = true;
        }
    for (int i = STRUCTURED_NONE; i < STRUCTURED_SCHEMA; i++)
        if (is_word(word, length, structured_levels[i].word) &&
            lessons->structured > (enum structured_output)i)
            lessons->structured = (enum structured_output)i;
    int cap = read_cap(word, length);
    if (cap > 0)
        lessons->max_tokens_cap = cap;
}

void lessons_read(struct endpoint_lessons *lessons, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        read_word(lessons, words, length);
        words += length + strspn(words + length, " ");
    }
}

static void tell_word(const char *word, size_t length, struct buffer *out)
{
    int cap = read_cap(word, length);
    for (size_t i = 0; i < SWITCHES; i++)
        if (is_word(word, length, switches[i].word))
            buffer_append_text(out, switches[i].sentence);
    for (int name = 0; name <= 1; name++)
        if (is_word(word, length, cap_names[name].word))
            buffer_append_text(out, cap_names[name].sentence);
    for (int i = STRUCTURED_NONE; i <= STRUCTURED_SCHEMA; i++)
        if (is_word(word, length, structured_levels[i].word))
            buffer_append_text(out, structured_levels[i].sentence);
    if (cap > 0)
        buffer_append_format(out, "max_tokens is at most %d", cap);
}

void lessons_tell(const char *words, struct buffer *out)
{
    for (size_t begin = out->length; *words != '\0';) {
        size_t length = strcspn(words, " "), told = out->length;
        if (told > begin)
            buffer_append_text(out, ", ");
        size_t before = out->length;
        tell_word(words, length, out);
        if (out->length == before) // another version's word stands for itself
            buffer_append(out, words, length);
        words += length + strspn(words + length, " ");
    }
}
