// What is looked up in the values that parse_json.c read.
#include "parse_json.h"

#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTED = 6 };

bool found_key_is(const char *key, const char *const *names)
{
    char plain[64];
    size_t length = 0;
    for (; key != NULL && *key != '\0' && length + 1 < sizeof plain; key++)
        if (strchr(" _-*", *key) == NULL)
            plain[length++] = (char)tolower((unsigned char)*key);
    plain[length] = '\0';
    for (; *names != NULL; names++)
        if (strcmp(plain, *names) == 0)
            return true;
    return false;
}

// In the values that lie exactly `depth` levels below.
static const cJSON *member_at_depth(const cJSON *value, const char *const *names, unsigned depth)
{
    const cJSON *child;
    if (depth > 0) {
        cJSON_ArrayForEach(child, value)
        {
            const cJSON *member =
                child->child != NULL ? member_at_depth(child, names, depth - 1) : NULL;
            if (member != NULL)
                return member;
        }
        return NULL;
    }
    for (; cJSON_IsObject(value) && *names != NULL; names++) {
        const char *const one[] = {*names, NULL};
        cJSON_ArrayForEach(child, value)
        {
            if (found_key_is(child->string, one))
                return child;
        }
    }
    return NULL;
}

const cJSON *found_member(const cJSON *value, const char *const *names)
{
    const cJSON *member = NULL;
    for (unsigned depth = 0; member == NULL && depth < MAX_NESTED; depth++)
        member = member_at_depth(value, names, depth);
    return member;
}

static char *number_text(double number)
{
    char text[40];
    if (fabs(number) < 1e15 && number == (double)(long long)number)
        snprintf(text, sizeof text, "%.0f", number);
    else
        snprintf(text, sizeof text, "%.12g", number);
    return text_copy(text);
}

static char *array_text(const cJSON *array)
{
    struct buffer out;
    buffer_init(&out, SIZE_MAX / 4);
    const cJSON *child;
    cJSON_ArrayForEach(child, array)
    {
        char *text = child->child == NULL || cJSON_IsObject(child) ? found_text(child) : NULL;
        if (text != NULL)
            buffer_append_format(&out, "%s%s", out.length > 0 ? ", " : "", text);
        free(text);
    }
    if (out.length == 0) {
        buffer_clear(&out);
        return NULL;
    }
    return buffer_take(&out);
}

char *found_text(const cJSON *value)
{
    static const char *const names[] = {"text",   "value",      "content", "answer",
                                        "option", "answertext", "name",    "文本",
                                        "内容",   "答案",       "选项",    NULL};
    if (cJSON_IsString(value))
        return text_is_blank(value->valuestring) ? NULL : text_copy(value->valuestring);
    if (cJSON_IsNumber(value))
        return number_text(value->valuedouble);
    if (cJSON_IsBool(value))
        return text_copy(cJSON_IsTrue(value) ? "yes" : "no");
    if (cJSON_IsArray(value))
        return array_text(value);
    if (!cJSON_IsObject(value))
        return NULL;
    const cJSON *member = member_at_depth(value, names, 0);
    if (member == NULL && value->child != NULL && value->child->next == NULL)
        member = value->child; // {"B": "red"}
    return member != NULL && (member->child == NULL || cJSON_IsArray(member)) ? found_text(member)
                                                                              : NULL;
}
