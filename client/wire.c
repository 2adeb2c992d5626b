#include "wire.h"

#include "json.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static char *mend_escapes(const char *body, size_t length);

// Adds the members that are not there yet, in objects that both have too. False: no memory.
static bool add_members(cJSON *to, const cJSON *from)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, from)
    {
        cJSON *own = cJSON_GetObjectItemCaseSensitive(to, member->string);
        bool good = own == NULL
                        ? cJSON_AddItemToObject(to, member->string, cJSON_Duplicate(member, true))
                    : cJSON_IsObject(own) && cJSON_IsObject(member) ? add_members(own, member)
                                                                    : true;
        if (!good)
            return false;
    }
    return true;
}

// What --thinking sends: the members stand in the capability table, or in the user's.
static bool add_thinking(const struct endpoint *endpoint, cJSON **extra, struct error *why)
{
    const char *text = endpoint->thinking;
    cJSON *thinking = json_parse(text, strlen(text), why);
    if (thinking == NULL)
        return false;
    if (*extra == NULL)
        *extra = cJSON_CreateObject();
    bool good = *extra != NULL && add_members(*extra, thinking);
    cJSON_Delete(thinking);
    return good || error_set(why, ERR_MEMORY, "no memory for a request");
}

bool wire_parse_extra(const struct endpoint *endpoint, const struct ask *ask, cJSON **extra,
                      struct error *why)
{
    *extra = NULL;
    const char *text = ask->extra_body;
    bool good = true;
    if (text != NULL && *text != '\0')
        good = provider_check_extra_body(endpoint->provider, text, why) &&
               (*extra = json_parse(text, strlen(text), why)) != NULL;
    if (good && endpoint->lessons.thinking && endpoint->thinking != NULL)
        good = add_thinking(endpoint, extra, why);
    if (!good) {
        cJSON_Delete(*extra);
        *extra = NULL;
    }
    return good;
}

bool wire_replaced(const cJSON *extra, const char *name)
{
    return json_member(extra, name) != NULL;
}

bool wire_write_extra(const cJSON *extra, const char *merged, struct buffer *out)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, extra)
    {
        if (merged != NULL && strcmp(member->string, merged) == 0 && cJSON_IsObject(member))
            continue;
        json_write_name(out, member->string);
        if (!json_write_value(out, member))
            return false;
    }
    return true;
}

bool wire_write_members(const cJSON *object, struct buffer *out)
{
    return wire_write_extra(cJSON_IsObject(object) ? object : NULL, NULL, out);
}

int wire_cap(const struct endpoint_lessons *lessons, int max_tokens)
{
    if (lessons->max_tokens_cap > 0 && max_tokens > lessons->max_tokens_cap)
        return lessons->max_tokens_cap;
    return max_tokens;
}

char *wire_take(struct buffer *text)
{
    char *copy = text->failed ? NULL : text_repair(buffer_text(text), text->length);
    buffer_clear(text);
    return copy;
}

char *wire_copy(const char *text)
{
    return text != NULL ? text_repair(text, strlen(text)) : NULL;
}

long long wire_count(const cJSON *object, const char *name)
{
    long long count = json_integer(object, name, -1);
    return count >= 0 ? count : -1;
}

long long wire_first(long long a, long long b)
{
    return a >= 0 ? a : b;
}

cJSON *wire_parse(const char *body, size_t length, struct error *why)
{
    // DeepSeek sends blank lines while a call waits in its queue; some gateways begin with a BOM.
    while (length > 0 && strchr(" \t\r\n", *body) != NULL && *body != '\0')
        body++, length--;
    if (length >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0)
        body += 3, length -= 3;
    if (length == 0) {
        error_set(why, ERR_REPLY, "the reply is empty");
        return NULL;
    }
    if (length >= 5 && memcmp(body, "data:", 5) == 0) {
        error_set(why, ERR_REPLY, "the reply is an event stream although none was asked for");
        return NULL;
    }
    char *mended = mend_escapes(body, length);
    if (mended == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a reply");
        return NULL;
    }
    struct error cause = {0};
    cJSON *root = json_parse(mended, length, &cause);
    free(mended);
    if (root == NULL)
        error_set(why, ERR_REPLY, "the reply is %s", cause.message);
    return root;
}

// Four hexadecimal digits of a \u escape at `at`; -1: they are not there.
static int escape_value(const char *at, const char *end)
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    int value = 0;
    for (int i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = at[i] != '\0' ? strchr(digits, at[i]) : NULL;
        if (found == NULL)
            return -1;
        value = value << 4 | (int)((found - digits) & 15);
    }
    return value;
}

// A reply cut in the middle of an emoji holds half a surrogate pair, which Python servers write as
// an escape that cJSON refuses, and with it the whole reply. Such halves become U+FFFD; so does an
// escaped NUL, which would end the text early.
static char *mend_escapes(const char *body, size_t length)
{
    char *copy = text_copy_length(body, length);
    const char *end = copy + length;
    for (char *at = copy; copy != NULL && at < end; at++) {
        if (*at != '\\')
            continue;
        int value = escape_value(at, end);
        int next = value >= 0xd800 && value <= 0xdbff ? escape_value(at + 6, end) : -1;
        if (next >= 0xdc00 && next <= 0xdfff)
            at += 11;
        else if ((value >= 0xd800 && value <= 0xdfff) || value == 0)
            memcpy(at + 2, "fffd", 4);
        else
            at++;
    }
    return copy;
}
