#include "text.h"

#include "memory.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

char *text_copy(const char *text)
{
    return text != NULL ? memory_noted(strdup(text)) : NULL;
}

char *text_copy_length(const char *text, size_t length)
{
    char *copy = memory_noted(malloc(length + 1));
    if (copy != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

// Blanks of Unicode's categories Zs, Zl and Zp, and control characters.
static bool is_blank(utf8proc_int32_t c)
{
    if (c < 0x80)
        return c <= ' ' || c == 0x7f;
    if (c > 0x3000) // the last of these categories
        return c == 0xfeff;
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC;
}

// The character at text and its length in bytes; a foreign byte counts as one character.
static utf8proc_int32_t character_at(const char *text, size_t *bytes)
{
    utf8proc_int32_t c;
    if ((unsigned char)*text < 0x80) {
        *bytes = 1;
        return *text;
    }
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
    *bytes = used > 0 ? (size_t)used : 1;
    return used > 0 ? c : 0xfffd;
}

char *text_trim(char *text)
{
    const char *begin = text;
    size_t bytes;
    while (*begin != '\0' && is_blank(character_at(begin, &bytes)))
        begin += bytes;
    const char *end = begin;
    for (const char *at = begin; *at != '\0'; at += bytes)
        if (!is_blank(character_at(at, &bytes)))
            end = at + bytes;
    size_t length = (size_t)(end - begin);
    if (begin != text)
        memmove(text, begin, length);
    text[length] = '\0';
    return text;
}

bool text_is_blank(const char *text)
{
    size_t bytes;
    for (; text != NULL && *text != '\0'; text += bytes)
        if (!is_blank(character_at(text, &bytes)))
            return false;
    return true;
}

char *text_one_line(char *text)
{
    char *to = text;
    bool pending = false;
    size_t bytes;
    for (const char *at = text; *at != '\0'; at += bytes) {
        if (is_blank(character_at(at, &bytes))) {
            pending = to != text;
            continue;
        }
        if (pending)
            *to++ = ' ';
        pending = false;
        for (size_t i = 0; i < bytes; i++)
            *to++ = at[i];
    }
    *to = '\0';
    return text;
}

bool text_valid_utf8(const char *text, size_t length)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text, *end = at + length;
    while (at < end) {
        utf8proc_int32_t c;
        if (*at < 0x80) {
            at++;
            continue;
        }
        utf8proc_ssize_t used = utf8proc_iterate(at, end - at, &c);
        if (used <= 0)
            return false;
        at += used;
    }
    return true;
}

// The bytes of the character at `at`; 0: it is foreign or NUL.
static size_t sound_at(const utf8proc_uint8_t *at, const utf8proc_uint8_t *end)
{
    if (*at < 0x80)
        return *at != 0;
    utf8proc_int32_t c;
    utf8proc_ssize_t used = utf8proc_iterate(at, end - at, &c);
    return used > 0 ? (size_t)used : 0;
}

char *text_repair(const char *bytes, size_t length)
{
    struct buffer out;
    buffer_init(&out, SIZE_MAX / 4);
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes, *end = at + length;
    while (at < end) {
        const utf8proc_uint8_t *begin = at;
        for (size_t used; at < end && (used = sound_at(at, end)) > 0;)
            at += used;
        buffer_append(&out, begin, (size_t)(at - begin));
        if (at < end) {
            buffer_append_text(&out, "\xef\xbf\xbd");
            at++;
        }
    }
    return buffer_take(&out);
}

// The fold of a character that folds by itself whatever stands beside it, or -1. These are ASCII
// and what Chinese text is mostly made of: Han characters, full-width forms of ASCII, and its
// marks. None of them composes with another of them.
static utf8proc_int32_t fold_alone(utf8proc_int32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xff01 - '!';
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    bool han = c >= 0x4e00 && c <= 0x9fff;
    bool quote = c == 0x2018 || c == 0x2019 || c == 0x201c || c == 0x201d;
    bool mark = c == 0x3001 || c == 0x3002 || (c >= 0x300a && c <= 0x300f);
    return han || quote || mark ? c : -1;
}

// The fold of a text of such characters alone, as text_fold says; NULL: there are others in it.
static char *fold_simple(const char *text)
{
    size_t length = strlen(text), bytes;
    char *folded = malloc(length + 1), *to = folded;
    bool pending = false;
    for (const char *at = text; folded != NULL && *at != '\0'; at += bytes) {
        utf8proc_int32_t c = fold_alone(character_at(at, &bytes));
        if (c < 0) {
            free(folded);
            return NULL;
        }
        if (c <= ' ' || c == 0x7f) {
            pending = to != folded;
            continue;
        }
        if (pending)
            *to++ = ' ';
        pending = false;
        if (c < 0x80)
            *to++ = (char)c;
        else
            to = mempcpy(to, at, bytes);
    }
    if (folded != NULL)
        *to = '\0';
    return folded;
}

static char *fold_any(const char *text);

char *text_fold(const char *text)
{
    char *folded = fold_simple(text);
    return folded != NULL ? folded : fold_any(text);
}

static char *fold_any(const char *text)
{
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_NULLTERM;
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded, options);
    if (length < 0 && length != UTF8PROC_ERROR_NOMEM) {
        free(folded);
        char *repaired = text_repair(text, strlen(text));
        if (repaired == NULL)
            return NULL;
        length = utf8proc_map((const utf8proc_uint8_t *)repaired, 0, &folded, options);
        free(repaired);
    }
    // Repaired text fails for want of memory only.
    return length >= 0 ? text_one_line((char *)folded) : memory_noted(NULL);
}

bool text_same_folded(const char *a, const char *b)
{
    if (text_equal(a, b))
        return true;
    char *folded_a = text_fold(a), *folded_b = text_fold(b);
    bool same = folded_a != NULL && folded_b != NULL && strcmp(folded_a, folded_b) == 0;
    free(folded_a);
    free(folded_b);
    return same;
}

size_t text_cut(const char *text, size_t max_bytes)
{
    size_t length = strlen(text);
    if (length <= max_bytes)
        return length;
    while (max_bytes > 0 && ((unsigned char)text[max_bytes] & 0xc0) == 0x80)
        max_bytes--;
    return max_bytes;
}

size_t text_characters(const char *text)
{
    size_t count = 0, bytes;
    for (; *text != '\0'; text += bytes, count++)
        character_at(text, &bytes);
    return count;
}

long long text_token_estimate(const char *text)
{
    size_t characters = text_characters(text), bytes = strlen(text);
    size_t wide = (bytes - characters) / 2;
    return (long long)(wide + (characters - wide + 3) / 4);
}

bool text_is_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (text_equal(text, *words))
            return true;
    return false;
}

bool text_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

bool text_to_integer(const char *text, long long *value)
{
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0 && text[0] != ' ';
}

bool text_to_real(const char *text, double *value)
{
    // vqagen never calls setlocale for numbers, so strtod reads a decimal point.
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && isfinite(*value) && text[0] != ' ';
}
