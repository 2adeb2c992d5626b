#include "slim.h"

#include "text.h"

#include <string.h>

static const char marker[] = ";base64,";
enum { MARKER = sizeof marker - 1, SHORT_SPAN = 256 };

static bool cut_spans(struct slim *slim, const char *body, size_t length);

bool slim_init(struct slim *slim, const char *body, size_t length)
{
    slim->count = 0;
    buffer_init(&slim->text, length + SLIM_SPANS * 8);
    if (cut_spans(slim, body, length))
        return !slim->text.failed;
    // A body that forges our "@N" is taken as it is: there '@' is just no base64.
    buffer_clear(&slim->text);
    return slim_init_whole(slim, body, length);
}

bool slim_init_whole(struct slim *slim, const char *body, size_t length)
{
    slim->count = 0;
    buffer_init(&slim->text, length + SLIM_SPANS * 8);
    return buffer_append(&slim->text, body, length) || length == 0;
}

void slim_clear(struct slim *slim)
{
    buffer_clear(&slim->text);
}

// What runs to the next quote is cut, escapes and all: whoever reads the span finds those, and
// falls back to slim_init_whole. Looking for them here would cost each call a pass over megabytes.
static bool cut_spans(struct slim *slim, const char *body, size_t length)
{
    const char *at = body, *end = body + length;
    while (at < end && slim->count < SLIM_SPANS) {
        const char *found = memmem(at, (size_t)(end - at), marker, MARKER);
        if (found == NULL)
            break;
        const char *begin = found + MARKER;
        if (begin < end && *begin == '@')
            return false;
        const char *quote = memchr(begin, '"', (size_t)(end - begin));
        size_t span = quote != NULL ? (size_t)(quote - begin) : 0;
        buffer_append(&slim->text, at, (size_t)(begin - at));
        at = begin;
        if (span < SHORT_SPAN || begin[span - 1] == '\\')
            continue;
        buffer_append_format(&slim->text, "@%zu", slim->count);
        slim->spans[slim->count].text = begin;
        slim->spans[slim->count++].length = span;
        at = quote;
    }
    if (memmem(at, (size_t)(end - at), ";base64,@", MARKER + 1) != NULL)
        return false;
    buffer_append(&slim->text, at, (size_t)(end - at));
    return true;
}

const char *slim_base64(const struct slim *slim, const char *text, size_t *length)
{
    long long index;
    if (text[0] == '@' && text_to_integer(text + 1, &index) && index >= 0 &&
        (size_t)index < slim->count) {
        *length = slim->spans[index].length;
        return slim->spans[index].text;
    }
    *length = strlen(text);
    return text;
}
