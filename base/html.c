#include "html.h"

#include <string.h>
#include <utf8proc.h>

// XML 1.0, section 2.2: no control characters but tab and line breaks, no U+FFFE and U+FFFF.
static bool is_allowed(utf8proc_int32_t character)
{
    if (character < 0x20)
        return character == '\t' || character == '\n' || character == '\r';
    return character != 0x7f && character != 0xfffe && character != 0xffff;
}

static const char *escape(utf8proc_int32_t character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_write_text(struct buffer *out, const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)(text != NULL ? text : "");
    while (*at != '\0') {
        utf8proc_int32_t character;
        utf8proc_ssize_t used = utf8proc_iterate(at, -1, &character);
        if (used <= 0 || !is_allowed(character))
            buffer_append_text(out, "\xef\xbf\xbd");
        else if (escape(character) != NULL)
            buffer_append_text(out, escape(character));
        else
            buffer_append(out, at, (size_t)used);
        at += used > 0 ? used : 1;
    }
}
