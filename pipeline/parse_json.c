#include "parse_json.h"

#include "text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { MAX_DEPTH = 40, MAX_NESTED = 6, MAX_WORD = 400, MAX_AHEAD = 512 };

struct reader {
    const char *at, *end;
    unsigned depth;
    bool cut; // the text ended inside a value
};

static cJSON *read_value(struct reader *reader);
static void unwrap_strings(cJSON *value, unsigned depth);

// Every '{' and '[' begins an attempt: cJSON's strict reading first, the lenient one next. What
// attempts cost in bytes is summed and bounded, so that "{{{{..." does not take quadratic time.
void found_init(struct found_list *found, const char *text)
{
    *found = (struct found_list){0};
    size_t length = strlen(text), spent = 0, allowed = 4 * length + 65536;
    const char *end = text + length;
    for (const char *at = text; at < end && spent < allowed && found->count < 64;) {
        at += strcspn(at, "{[");
        if (at >= end)
            break;
        const char *stop = at;
        cJSON *value = cJSON_ParseWithLengthOpts(at, (size_t)(end - at), &stop, false);
        struct reader reader = {.at = stop, .end = end};
        spent += stop > at ? (size_t)(stop - at) : 1;
        if (value == NULL) {
            reader.at = at;
            value = read_value(&reader);
            spent += (size_t)(reader.at - at);
        }
        found->opened |= reader.cut || value != NULL;
        if (value != NULL) {
            unwrap_strings(value, 0);
            found->list[found->count++] = (struct found_json){value, !reader.cut};
            at = reader.at;
        } else {
            at++;
        }
    }
}

void found_clear(struct found_list *found)
{
    for (size_t i = 0; i < found->count; i++)
        cJSON_Delete(found->list[i].value);
    *found = (struct found_list){0};
}

bool found_next(const struct found_list *found, bool whole_only, size_t *turn, size_t *place)
{
    while (*turn < (whole_only ? 1 : 2) * found->count) {
        bool cut = *turn >= found->count;
        *place = found->count - 1 - *turn % found->count;
        ++*turn;
        if (found->list[*place].complete != cut)
            return true;
    }
    return false;
}

// Some models put JSON text into a string of the outer object.
static void unwrap_strings(cJSON *value, unsigned depth)
{
    for (cJSON *child = value->child, *next; child != NULL && depth < MAX_NESTED; child = next) {
        next = child->next;
        unwrap_strings(child, depth + 1);
        if (!cJSON_IsString(child) || strchr("{[", child->valuestring[0]) == NULL)
            continue;
        cJSON *inner = json_parse(child->valuestring, strlen(child->valuestring), NULL);
        char *name = inner != NULL && child->string != NULL ? text_copy(child->string) : NULL;
        if (inner == NULL || (child->string != NULL && name == NULL)) {
            cJSON_Delete(inner);
            continue;
        }
        inner->string = name;
        cJSON_ReplaceItemViaPointer(value, child, inner);
    }
}

static bool at_text(const struct reader *reader, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, text, length) == 0;
}

static bool take(struct reader *reader, const char *text)
{
    if (!at_text(reader, text))
        return false;
    reader->at += strlen(text);
    return true;
}

static void skip_until(struct reader *reader, const char *text)
{
    size_t length = strlen(text);
    const char *stop = memmem(reader->at, (size_t)(reader->end - reader->at), text, length);
    reader->at = stop != NULL ? stop + length : reader->end;
}

// Blanks (the wide ones too) and comments.
static void skip_blanks(struct reader *reader)
{
    for (;;) {
        if (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL)
            reader->at++;
        else if (take(reader, "//") || take(reader, "#"))
            skip_until(reader, "\n");
        else if (take(reader, "/*"))
            skip_until(reader, "*/");
        else if (!take(reader, "\xe3\x80\x80") && !take(reader, "\xc2\xa0"))
            return;
    }
}

static bool take_comma(struct reader *reader)
{
    return take(reader, ",") || take(reader, "，") || take(reader, ";");
}

static bool take_colon(struct reader *reader)
{
    return take(reader, ":") || take(reader, "：") || take(reader, "=>") || take(reader, "=");
}

// Quotes that open a string, with those that can close it.
static const struct quote {
    const char *open;
    const char *close[3];
} quotes[] = {{"\"", {"\"", NULL}},       {"'", {"'", NULL}},         {"“", {"”", "“", "\""}},
              {"”", {"”", "“", "\""}},    {"‘", {"’", "‘", "'"}},     {"’", {"’", "‘", "'"}},
              {"「", {"」", NULL, NULL}}, {"＂", {"＂", "\"", NULL}}, {"`", {"`", NULL}}};

static const struct quote *quote_at(const struct reader *reader)
{
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (at_text(reader, quotes[i].open))
            return &quotes[i];
    return NULL;
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

// The bytes of a bare key with its colon behind it, or 0.
static size_t bare_key(const struct reader *reader)
{
    struct reader ahead = *reader;
    while (ahead.at < ahead.end && ahead.at - reader->at < 64 && is_word_byte(*ahead.at) &&
           !at_text(&ahead, "：") && !at_text(&ahead, "，"))
        ahead.at++;
    size_t length = (size_t)(ahead.at - reader->at);
    while (ahead.at < ahead.end && *ahead.at == ' ')
        ahead.at++;
    return length > 0 && take_colon(&ahead) ? length : 0;
}

static bool is_literal(const struct reader *reader)
{
    static const char *const words[] = {"true", "false", "null", "True", "False", "None"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (at_text(reader, words[i]) && !is_word_byte(reader->at[length]))
            return true;
    }
    return false;
}

enum place { IN_KEY, IN_OBJECT, IN_ARRAY };

// Whether what follows a comma can be the next member.
static bool begins_member(struct reader *reader, enum place place)
{
    skip_blanks(reader);
    if (reader->at == reader->end || quote_at(reader) != NULL || at_text(reader, "}") ||
        at_text(reader, "]"))
        return true;
    if (place == IN_OBJECT)
        return bare_key(reader) > 0;
    return strchr("{[-0123456789", *reader->at) != NULL || is_literal(reader);
}

// A quote inside a string that was not escaped is told from the closing one by what follows it.
static bool closes_string(const struct reader *reader, size_t quote, enum place place)
{
    struct reader ahead = *reader;
    const char *behind = ahead.at += quote;
    if (ahead.end - ahead.at > MAX_AHEAD)
        ahead.end = ahead.at + MAX_AHEAD; // for hostile text; nobody writes such gaps
    skip_blanks(&ahead);
    if (ahead.at == ahead.end)
        return true;
    if (place == IN_KEY)
        return take_colon(&ahead);
    if (take_comma(&ahead))
        return begins_member(&ahead, place);
    if (quote_at(&ahead) != NULL)
        return memchr(behind, '\n', (size_t)(ahead.at - behind)) != NULL;
    if (!take(&ahead, "}") && !take(&ahead, "]"))
        return false;
    skip_blanks(&ahead);
    return reader->depth <= 1 || ahead.at == ahead.end || strchr(",}]", *ahead.at) != NULL ||
           quote_at(&ahead) != NULL || at_text(&ahead, "```") || at_text(&ahead, "，");
}

static int hex4(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)at[i]))
            return -1;
        char digit[2] = {at[i], '\0'};
        value = value * 16 + (int)strtol(digit, NULL, 16);
    }
    return value;
}

static void append_character(struct buffer *out, int c)
{
    utf8proc_uint8_t bytes[4];
    if (c <= 0 || (c >= 0xd800 && c <= 0xdfff))
        c = 0xfffd;
    buffer_append(out, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

// at: behind the backslash. Unknown escapes stay as they stand.
static void read_escape(struct reader *reader, struct buffer *out)
{
    static const char from[] = "nrtbf\"'\\/`\n", to[] = "\n\r\t\b\f\"'\\/`\n";
    char c = *reader->at;
    int value;
    if (c == 'u' && reader->end - reader->at > 4 && (value = hex4(reader->at + 1)) >= 0) {
        reader->at += 5;
        if (value >= 0xd800 && value < 0xdc00 && reader->end - reader->at > 5 &&
            reader->at[0] == '\\' && reader->at[1] == 'u') {
            int low = hex4(reader->at + 2);
            if (low >= 0xdc00 && low < 0xe000) {
                value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
                reader->at += 6;
            }
        }
        append_character(out, value);
        return;
    }
    const char *known = c != '\0' ? strchr(from, c) : NULL;
    if (known == NULL) {
        buffer_append_char(out, '\\');
        return;
    }
    buffer_append_char(out, to[known - from]);
    reader->at++;
}

// A quoted string at the reader; NULL: there is none, or the text ends inside it.
static char *read_string(struct reader *reader, enum place place)
{
    const struct quote *quote = quote_at(reader);
    if (quote == NULL)
        return NULL;
    struct buffer out;
    buffer_init(&out, SIZE_MAX / 4);
    reader->at += strlen(quote->open);
    while (reader->at < reader->end) {
        for (size_t i = 0; i < 3 && quote->close[i] != NULL; i++) {
            size_t length = strlen(quote->close[i]);
            if (at_text(reader, quote->close[i]) && closes_string(reader, length, place)) {
                reader->at += length;
                return buffer_take(&out);
            }
        }
        char c = *reader->at++;
        if (c == '\\' && reader->at < reader->end)
            read_escape(reader, &out);
        else
            buffer_append_char(&out, c);
    }
    reader->cut = true;
    buffer_clear(&out);
    return NULL;
}

// A number, a word of JSON, JavaScript or Python, or a bare text up to the end of the member.
static cJSON *read_word(struct reader *reader)
{
    const char *begin = reader->at;
    while (reader->at < reader->end && strchr(",}]\n", *reader->at) == NULL &&
           reader->at - begin < MAX_WORD)
        reader->at++;
    if (reader->at == reader->end) {
        reader->cut = true;
        return NULL;
    }
    char *word = text_copy_length(begin, (size_t)(reader->at - begin));
    if (word == NULL)
        return NULL;
    text_trim(word);
    cJSON *value = NULL;
    double number;
    if (*word == '\0' || strpbrk(word, "{[\"") != NULL || reader->at - begin >= MAX_WORD)
        value = NULL;
    else if (text_to_real(word, &number))
        value = cJSON_CreateNumber(number);
    else if (strcasecmp(word, "true") == 0 || strcasecmp(word, "false") == 0)
        value = cJSON_CreateBool(tolower((unsigned char)*word) == 't');
    else if (strcmp(word, "null") == 0 || strcmp(word, "None") == 0 ||
             strcmp(word, "undefined") == 0 || strcasecmp(word, "nan") == 0)
        value = cJSON_CreateNull();
    else
        value = cJSON_CreateString(word);
    free(word);
    return value;
}

static char *read_key(struct reader *reader)
{
    if (quote_at(reader) != NULL)
        return read_string(reader, IN_KEY);
    size_t length = bare_key(reader);
    char *key = length > 0 ? text_copy_length(reader->at, length) : NULL;
    reader->at += key != NULL ? length : 0;
    return key;
}

// One member; false: none can be read (reader->cut tells the end of the text from nonsense).
static bool read_member(struct reader *reader, cJSON *object)
{
    char *key = read_key(reader);
    if (key == NULL)
        return false;
    skip_blanks(reader);
    cJSON *value = NULL;
    if (take_colon(reader)) {
        skip_blanks(reader);
        char *text = read_string(reader, IN_OBJECT);
        if (text != NULL)
            value = cJSON_CreateString(text);
        else if (!reader->cut)
            value = read_value(reader);
        free(text);
    } else if (reader->at == reader->end) {
        reader->cut = true;
    }
    bool added = value != NULL && cJSON_AddItemToObject(object, key, value);
    if (value != NULL && !added)
        cJSON_Delete(value);
    free(key);
    return added;
}

static bool read_element(struct reader *reader, cJSON *array)
{
    char *text = read_string(reader, IN_ARRAY);
    cJSON *value = NULL;
    if (text != NULL)
        value = cJSON_CreateString(text);
    else if (!reader->cut)
        value = read_value(reader);
    free(text);
    if (value == NULL)
        return false;
    cJSON_AddItemToArray(array, value);
    return true;
}

// The inside of an object or array up to its bracket. A foreign closing bracket closes it too, and
// is left to the outer value. False: nonsense.
static bool read_inside(struct reader *reader, cJSON *value, bool object)
{
    for (;;) {
        skip_blanks(reader);
        if (take(reader, object ? "}" : "]"))
            return true;
        if (reader->depth > 1 && at_text(reader, object ? "]" : "}"))
            return true;
        if (reader->at == reader->end) {
            reader->cut = true;
            return true;
        }
        if (value->child != NULL && !take_comma(reader) && quote_at(reader) == NULL &&
            !at_text(reader, "{"))
            return false;
        skip_blanks(reader);
        if (at_text(reader, object ? "}" : "]"))
            continue;
        if (!(object ? read_member(reader, value) : read_element(reader, value)))
            return reader->cut;
        if (reader->cut)
            return true;
    }
}

// Objects, arrays and words; strings are read where their surroundings are known.
static cJSON *read_value(struct reader *reader)
{
    skip_blanks(reader);
    bool object = at_text(reader, "{");
    if (!object && !at_text(reader, "["))
        return read_word(reader);
    if (reader->depth >= MAX_DEPTH)
        return NULL;
    reader->at++;
    reader->depth++;
    cJSON *value = object ? cJSON_CreateObject() : cJSON_CreateArray();
    bool read = value != NULL && read_inside(reader, value, object);
    reader->depth--;
    if (!read || (reader->cut && value->child == NULL)) {
        cJSON_Delete(value);
        return NULL;
    }
    return value;
}
