#include "prefix.h"

#include "text.h"

#include <stdint.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

// Behind blanks and the opening of a fenced block: "```json\n".
static const char *skip_fence(const char *text)
{
    text += strspn(text, blanks);
    if (!text_starts(text, "```"))
        return text;
    text += 3;
    while (*text != '\0' && strchr("\n{[", *text) == NULL)
        text++;
    return text + strspn(text, blanks);
}

// Whether the text begins with the same object: all of the prefix's opening brace and first name,
// whatever blanks stand between.
static bool begins_anew(const char *prefix, const char *text)
{
    prefix = skip_fence(prefix);
    text = skip_fence(text);
    const char *end = strchr(prefix, ':');
    if (*prefix != '{' || end == NULL)
        return false;
    while (prefix < end) {
        if (strchr(blanks, *prefix) != NULL)
            prefix++;
        else if (*text != '\0' && strchr(blanks, *text) != NULL)
            text++;
        else if (*prefix++ != *text++)
            return false;
    }
    return true;
}

char *prefix_restore(const char *prefix, const char *text)
{
    if (text_is_blank(text) || begins_anew(prefix, text))
        return text_copy(text);
    struct buffer whole;
    buffer_init(&whole, SIZE_MAX / 4);
    buffer_append_text(&whole, prefix);
    buffer_append_text(&whole, text);
    return buffer_take(&whole);
}
