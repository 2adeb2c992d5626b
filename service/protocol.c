#include "protocol.h"

#include "text.h"

#include <string.h>

static void write_openai_error(const struct protocol_error *error, struct buffer *out);

const struct protocol protocol_openai = {
    .name = "openai",
    .key_header = "Authorization",
    .key_scheme = "Bearer ",
    .form = &request_form_openai,
    .write = completion_write,
    .write_error = write_openai_error,
};

static void write_openai_error(const struct protocol_error *error, struct buffer *out)
{
    completion_write_error(error->message, error->type, error->param, error->code, out);
}

// ".../models/NAME:generateContent" or ":streamGenerateContent", where NAME has no slash.
static const char *gemini_model(const char *path, size_t *length, bool *stream)
{
    static const char call[] = ":generateContent", streaming[] = ":streamGenerateContent";
    *stream = text_ends(path, streaming);
    if (!*stream && !text_ends(path, call))
        return NULL;
    const char *end = path + strlen(path) - (*stream ? sizeof streaming - 1 : sizeof call - 1);
    const char *at = end;
    while (at > path && at[-1] != '/')
        at--;
    static const char folder[] = "/models/";
    size_t before = (size_t)(at - path), wanted = sizeof folder - 1;
    if (before < wanted || strncmp(at - wanted, folder, wanted) != 0)
        return NULL;
    *length = (size_t)(end - at);
    return at;
}

const struct protocol *protocol_find(const char *path, char **model, bool *stream)
{
    *model = NULL;
    *stream = false;
    if (text_ends(path, "/chat/completions"))
        return &protocol_openai;
    if (text_ends(path, "/v1/messages"))
        return &protocol_anthropic;
    size_t length;
    const char *name = gemini_model(path, &length, stream);
    if (name == NULL)
        return NULL;
    *model = text_copy_length(name, length);
    return &protocol_gemini;
}
