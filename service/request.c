#include "request.h"

#include "body_reader.h"
#include "conditions.h"
#include "json.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static bool print_body(struct body_reader *reader);
static bool read_body(struct body_reader *reader);
static bool read_whole(struct body_reader *reader, const char *body, size_t length);

bool request_read(const struct request_form *form, const struct request_rules *rules,
                  const char *model, const char *body, size_t length, struct chat_request *request,
                  struct request_fault *fault)
{
    struct body_reader reader = {
        .form = form, .rules = rules, .model = model, .request = request, .fault = fault};
    *request = (struct chat_request){.temperature = -1};
    *fault = (struct request_fault){0};
    buffer_init(&request->prompt, length + 1);
    buffer_init(&reader.beginning, length + 4096);
    bool good = slim_init(&reader.slim, form->marker, body, length) || body_no_memory(&reader);
    good = good && print_body(&reader) && read_body(&reader);
    if (!good && reader.escaped)
        good = read_whole(&reader, body, length);
    slim_clear(&reader.slim);
    buffer_clear(&reader.beginning);
    return good;
}

// Again, with the base64 left to the JSON library, which resolves escapes. The print of the body
// stays.
static bool read_whole(struct body_reader *reader, const char *body, size_t length)
{
    struct chat_request *request = reader->request;
    struct fingerprint print = request->print;
    slim_clear(&reader->slim);
    buffer_empty(&reader->beginning);
    request_clear(request);
    *request = (struct chat_request){.temperature = -1, .print = print};
    buffer_init(&request->prompt, length + 1);
    *reader->fault = (struct request_fault){0};
    reader->tokens = 0;
    return slim_init_whole(&reader->slim, body, length) ? read_body(reader)
                                                        : body_no_memory(reader);
}

void request_clear(struct chat_request *request)
{
    free(request->model);
    free(request->start);
    for (size_t i = 0; i < request->stop_count; i++)
        free(request->stops[i]);
    buffer_clear(&request->prompt);
    *request = (struct chat_request){0};
}

// The print of the slim text with the prints of what was cut out of it.
static bool print_body(struct body_reader *reader)
{
    const struct fingerprinter *with = reader->rules->fingerprinter;
    struct slim *slim = &reader->slim;
    size_t text = slim->text.length, size = slim->count * sizeof *reader->prints;
    for (size_t i = 0; i < slim->count; i++)
        if (!fingerprint_make(with, slim->spans[i].text, slim->spans[i].length, &reader->prints[i],
                              NULL))
            return body_no_memory(reader);
    // The prints stand behind the text for the moment of hashing only.
    slim->text.ceiling += size;
    if (!buffer_append(&slim->text, reader->prints, size) ||
        !fingerprint_make(with, slim->text.data, slim->text.length, &reader->request->print, NULL))
        return body_no_memory(reader);
    buffer_truncate(&slim->text, text);
    return true;
}

static bool read_body(struct body_reader *reader)
{
    const struct buffer *text = &reader->slim.text;
    struct error why = {0};
    if (!text_valid_utf8(buffer_text(text), text->length))
        return request_refuse(reader->fault, 400, NULL, NULL, "The body is not valid UTF-8.");
    cJSON *body = json_parse(buffer_text(text), text->length, &why);
    if (body == NULL)
        return request_refuse(reader->fault, 400, NULL, NULL,
                              "We could not parse the JSON body of your request: %.200s",
                              why.message);
    bool good = cJSON_IsObject(body) ||
                request_refuse(reader->fault, 400, NULL, NULL, "The body must be a JSON object.");
    buffer_append_text(&reader->beginning, reader->form->name);
    good = good && reader->form->read(reader, body);
    reader->request->text_tokens = reader->tokens;
    if (good && reader->rules->refused_count > 0)
        reader->request->refused = conditions_named(
            reader->rules->refused, reader->rules->refused_count, reader->form, body);
    if (good && (reader->beginning.failed || reader->request->prompt.failed))
        good = body_no_memory(reader);
    cJSON_Delete(body);
    return good;
}
