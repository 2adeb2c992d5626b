#include "lessons.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The lessons that are no more than yes or no: what the field is once learned.
static const struct {
    const char *word;
    size_t field;
    bool learned;
} switches[] = {
    {"no_temperature", offsetof(struct endpoint_lessons, no_temperature), true},
    {"max_completion_tokens", offsetof(struct endpoint_lessons, max_completion_tokens), true},
    {"no_max_tokens", offsetof(struct endpoint_lessons, no_max_tokens), true},
    {"no_stream", offsetof(struct endpoint_lessons, stream), false},
    {"no_stream_usage", offsetof(struct endpoint_lessons, no_stream_usage), true},
    {"no_thinking", offsetof(struct endpoint_lessons, thinking), false},
    {"no_prefix", offsetof(struct endpoint_lessons, prefix), false},
};
enum { SWITCHES = sizeof switches / sizeof *switches };

static const char *const structured_words[] = {[STRUCTURED_NONE] = "structured=none",
                                               [STRUCTURED_OBJECT] = "structured=object",
                                               [STRUCTURED_SCHEMA] = "structured=schema"};

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
        add_word(out, begin, structured_words[now->structured]);
    for (size_t i = 0; i < SWITCHES; i++)
        if (read_switch(now, i) != read_switch(before, i))
            add_word(out, begin, switches[i].word);
    if (now->max_tokens_cap != before->max_tokens_cap) {
        add_word(out, begin, "max_tokens_cap=");
        buffer_append_format(out, "%d", now->max_tokens_cap);
    }
}

static void read_word(struct endpoint_lessons *lessons, const char *word, size_t length)
{
    static const char cap[] = "max_tokens_cap=";
    for (size_t i = 0; i < SWITCHES; i++)
        if (strlen(switches[i].word) == length && strncmp(switches[i].word, word, length) == 0)
            *(bool *)((char *)lessons + switches[i].field) = switches[i].learned;
    for (int i = STRUCTURED_NONE; i < STRUCTURED_SCHEMA; i++)
        if (strlen(structured_words[i]) == length &&
            strncmp(structured_words[i], word, length) == 0 &&
            lessons->structured > (enum structured_output)i)
            lessons->structured = (enum structured_output)i;
    if (length > strlen(cap) && strncmp(word, cap, strlen(cap)) == 0) {
        long value = strtol(word + strlen(cap), NULL, 10);
        if (value > 0 && value <= INT_MAX)
            lessons->max_tokens_cap = (int)value;
    }
}

void lessons_read(struct endpoint_lessons *lessons, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        read_word(lessons, words, length);
        words += length + strspn(words + length, " ");
    }
}
