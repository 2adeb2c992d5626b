#include "request.h"

#include "conditions.h"
#include "json.h"
#include "parameters.h"
#include "reader.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// OpenAI's protocol.
static bool read_openai(struct reader *reader, const cJSON *body);

const struct request_form request_form_openai = {
    .name = "openai", .marker = ";base64,", .read = read_openai};

static bool print_body(struct reader *reader);
static bool read_model(struct reader *reader, const cJSON *body);
static bool read_messages(struct reader *reader, const cJSON *body);
static bool read_message(struct reader *reader, const cJSON *message, int index, bool *user);
static bool read_parts(struct reader *reader, const cJSON *parts, int index, bool user);
static bool read_part(struct reader *reader, const cJSON *part, const char *where, bool user);
static bool read_image(struct reader *reader, const cJSON *image, const char *where);
static bool read_body(struct reader *reader);
static bool read_whole(struct reader *reader, const char *body, size_t length);

bool request_refuse(struct request_fault *fault, int status, const char *code, const char *param,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fault->status = status;
    fault->type = status == 500 ? "server_error" : "invalid_request_error";
    fault->code = code;
    fault->kind = NULL;
    snprintf(fault->param, sizeof fault->param, "%s", param != NULL ? param : "");
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    fault->message[text_cut(fault->message, sizeof fault->message - 4)] = '\0';
    va_end(arguments);
    return false;
}

bool reader_no_memory(struct reader *reader)
{
    return request_refuse(reader->fault, 500, NULL, NULL, "The simulator is out of memory.");
}

bool request_read(const struct request_rules *rules, const char *body, size_t length,
                  struct chat_request *request, struct request_fault *fault)
{
    return request_read_as(&request_form_openai, rules, NULL, body, length, request, fault);
}

bool request_read_as(const struct request_form *form, const struct request_rules *rules,
                     const char *model, const char *body, size_t length,
                     struct chat_request *request, struct request_fault *fault)
{
    struct reader reader = {
        .form = form, .rules = rules, .model = model, .request = request, .fault = fault};
    *request = (struct chat_request){.temperature = -1};
    *fault = (struct request_fault){0};
    buffer_init(&request->prompt, length + 1);
    buffer_init(&reader.beginning, length + 4096);
    bool good = slim_init(&reader.slim, form->marker, body, length) || reader_no_memory(&reader);
    good = good && print_body(&reader) && read_body(&reader);
    if (!good && reader.escaped)
        good = read_whole(&reader, body, length);
    slim_clear(&reader.slim);
    buffer_clear(&reader.beginning);
    return good;
}

// Again, with the base64 left to the JSON library, which resolves escapes. The print of the body
// stays.
static bool read_whole(struct reader *reader, const char *body, size_t length)
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
                                                        : reader_no_memory(reader);
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
static bool print_body(struct reader *reader)
{
    const struct fingerprinter *with = reader->rules->fingerprinter;
    struct slim *slim = &reader->slim;
    size_t text = slim->text.length, size = slim->count * sizeof *reader->prints;
    for (size_t i = 0; i < slim->count; i++)
        if (!fingerprint_make(with, slim->spans[i].text, slim->spans[i].length, &reader->prints[i],
                              NULL))
            return reader_no_memory(reader);
    // The prints stand behind the text for the moment of hashing only.
    slim->text.ceiling += size;
    if (!buffer_append(&slim->text, reader->prints, size) ||
        !fingerprint_make(with, slim->text.data, slim->text.length, &reader->request->print, NULL))
        return reader_no_memory(reader);
    buffer_truncate(&slim->text, text);
    return true;
}

static bool read_body(struct reader *reader)
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
        good = reader_no_memory(reader);
    cJSON_Delete(body);
    return good;
}

static bool read_openai(struct reader *reader, const cJSON *body)
{
    reader->request->caches = true;
    return read_model(reader, body) && read_messages(reader, body) &&
           reader_stops(reader, json_member(body, "stop")) &&
           parameters_read(reader->rules, body, reader->request, reader->fault);
}

static bool read_model(struct reader *reader, const cJSON *body)
{
    const char *model = json_text(body, "model");
    if (model == NULL || *model == '\0')
        return request_refuse(reader->fault, 400, NULL, "model",
                              "you must provide a model parameter");
    return reader_wants(reader, model) ? reader_model(reader, model)
                                       : reader_no_model(reader, model);
}

bool reader_wants(const struct reader *reader, const char *model)
{
    const struct request_rules *rules = reader->rules;
    for (size_t i = 0; i < rules->model_count; i++)
        if (strcmp(model, rules->models[i]) == 0)
            return true;
    return rules->model_count == 0;
}

bool reader_no_model(struct reader *reader, const char *model)
{
    request_refuse(reader->fault, 404, NULL, model, "the model %.100s does not exist", model);
    reader->fault->kind = "model-unknown";
    return false;
}

bool reader_stops(struct reader *reader, const cJSON *stops)
{
    struct chat_request *request = reader->request;
    const cJSON *stop = cJSON_IsArray(stops) ? stops->child : stops;
    for (; stop != NULL && request->stop_count < REQUEST_STOPS;
         stop = cJSON_IsArray(stops) ? stop->next : NULL) {
        if (!cJSON_IsString(stop) || *stop->valuestring == '\0')
            continue;
        char *copy = text_copy(stop->valuestring);
        if (copy == NULL)
            return reader_no_memory(reader);
        request->stops[request->stop_count++] = copy;
    }
    return true;
}

bool reader_model(struct reader *reader, const char *model)
{
    reader->request->model = text_copy(model);
    buffer_append_text(&reader->beginning, model);
    return reader->request->model != NULL || reader_no_memory(reader);
}

static bool read_messages(struct reader *reader, const cJSON *body)
{
    const cJSON *messages = json_member(body, "messages"), *message;
    int index = 0;
    bool user = false;
    if (!cJSON_IsArray(messages) || messages->child == NULL)
        return request_refuse(reader->fault, 400, NULL, "messages",
                              "'messages' must be an array with at least one message.");
    cJSON_ArrayForEach(message, messages)
    {
        if (!read_message(reader, message, index++, &user))
            return false;
    }
    if (!user)
        return request_refuse(reader->fault, 400, NULL, "messages",
                              "'messages' must contain a message with the role 'user'.");
    return true;
}

void reader_text(struct reader *reader, const char *text, bool user)
{
    struct chat_request *request = reader->request;
    reader->tokens += text_tokens(text);
    request->characters += (long long)strlen(text);
    buffer_append_text(&reader->beginning, text);
    if (!user)
        return;
    if (request->prompt.length > 0)
        buffer_append_char(&request->prompt, '\n');
    buffer_append_text(&request->prompt, text);
}

// DeepSeek's prefix completion: the last message is the beginning of the answer.
static bool read_prefix(struct reader *reader, const cJSON *message, const char *role)
{
    const char *content = json_text(message, "content");
    struct chat_request *request = reader->request;
    request->ends_with_assistant = message->next == NULL && strcmp(role, "assistant") == 0;
    if (!request->ends_with_assistant || !cJSON_IsTrue(json_member(message, "prefix")))
        return true;
    request->ends_with_assistant = false;
    request->start = text_copy(content != NULL ? content : "");
    return request->start != NULL || reader_no_memory(reader);
}

static bool read_message(struct reader *reader, const cJSON *message, int index, bool *user)
{
    static const char *const roles[] = {"system", "developer", "user", "assistant", "tool"};
    char where[40];
    snprintf(where, sizeof where, "messages[%d]", index);
    const char *role = json_text(message, "role");
    bool known = false;
    for (size_t i = 0; i < sizeof roles / sizeof *roles && role != NULL; i++)
        known = known || strcmp(role, roles[i]) == 0;
    if (!known)
        return request_refuse(reader->fault, 400, NULL, where,
                              "Invalid value: '%.40s'. Supported roles are: 'system', "
                              "'developer', 'user', 'assistant', and 'tool'.",
                              role != NULL ? role : "null");
    bool is_user = strcmp(role, "user") == 0;
    *user = *user || is_user;
    if (is_user)
        buffer_empty(&reader->request->prompt);
    buffer_append_format(&reader->beginning, "\n%s\n", role);
    if (!read_prefix(reader, message, role))
        return false;
    const cJSON *content = json_member(message, "content");
    if (cJSON_IsArray(content) && content->child != NULL)
        return read_parts(reader, content, index, is_user);
    if (cJSON_IsString(content)) {
        reader_text(reader, content->valuestring, is_user);
        return true;
    }
    if (cJSON_IsNull(content) && strcmp(role, "assistant") == 0)
        return true;
    return request_refuse(reader->fault, 400, NULL, where,
                          "Invalid type for 'messages[%d].content': expected a string or an array "
                          "of content parts.",
                          index);
}

static bool read_parts(struct reader *reader, const cJSON *parts, int index, bool user)
{
    const cJSON *part;
    int number = 0;
    cJSON_ArrayForEach(part, parts)
    {
        char where[70];
        snprintf(where, sizeof where, "messages[%d].content[%d]", index, number++);
        if (!read_part(reader, part, where, user))
            return false;
    }
    return true;
}

static bool read_part(struct reader *reader, const cJSON *part, const char *where, bool user)
{
    const char *type = json_text(part, "type");
    if (type != NULL && strcmp(type, "text") == 0) {
        const char *text = json_text(part, "text");
        if (text == NULL)
            return request_refuse(reader->fault, 400, NULL, where,
                                  "Missing required parameter: '%s.text'.", where);
        reader_text(reader, text, user);
        return true;
    }
    if (type == NULL || strcmp(type, "image_url") != 0)
        return request_refuse(reader->fault, 400, NULL, where,
                              "Invalid value: '%.40s'. Supported values are: 'text' and "
                              "'image_url'.",
                              type != NULL ? type : "null");
    if (!user)
        return request_refuse(reader->fault, 400, NULL, where,
                              "Image URLs are only allowed for messages with role 'user'.");
    return read_image(reader, json_member(part, "image_url"), where);
}

// The text behind the data URL's head; NULL and a fault for any other URL.
static const char *data_of(struct reader *reader, const char *url, const char *where)
{
    static const char jpeg[] = "data:image/jpeg;base64,";
    if (text_starts(url, jpeg))
        return url + sizeof jpeg - 1;
    if (text_starts(url, "http://") || text_starts(url, "https://"))
        request_refuse(reader->fault, 400, "invalid_image_url", where,
                       "Failed to download image: this endpoint fetches nothing; send a base64 "
                       "data URL.");
    else if (text_starts(url, "data:image/"))
        request_refuse(reader->fault, 400, "invalid_image_format", where,
                       "You uploaded an unsupported image: \"%.40s\". This endpoint takes "
                       "image/jpeg, as data:image/jpeg;base64,...",
                       url);
    else
        request_refuse(reader->fault, 400, "invalid_image_url", where,
                       "Invalid data URL: \"%.30s\" does not begin with "
                       "data:image/jpeg;base64,",
                       url);
    return NULL;
}

static bool read_detail(struct reader *reader, const cJSON *image, const char *where, bool *low)
{
    const cJSON *detail = json_member(image, "detail");
    const char *text = cJSON_IsString(detail) ? detail->valuestring : NULL;
    *low = text != NULL && strcmp(text, "low") == 0;
    if (detail == NULL || *low ||
        (text != NULL && (strcmp(text, "high") == 0 || strcmp(text, "auto") == 0)))
        return true;
    return request_refuse(reader->fault, 400, NULL, where,
                          "Invalid image detail. Expected one of 'low', 'high' or 'auto'.");
}

static bool read_image(struct reader *reader, const cJSON *image, const char *where)
{
    struct chat_request *request = reader->request;
    const char *url = json_text(image, "url"), *data;
    bool low;
    if (url == NULL)
        return request_refuse(reader->fault, 400, NULL, where,
                              "Invalid type for '%s.image_url': expected an object with a 'url'.",
                              where);
    if (!read_detail(reader, image, where, &low) || (data = data_of(reader, url, where)) == NULL)
        return false;
    if (!reader_image(reader, data, low))
        return false;
    if (request->picture.message[0] != '\0')
        return request_refuse(reader->fault, 400, request->picture.code, where, "%s",
                              request->picture.message);
    return true;
}

bool reader_image(struct reader *reader, const char *data, bool low)
{
    struct chat_request *request = reader->request;
    size_t length;
    const char *base64 = slim_base64(&reader->slim, data, &length);
    struct fingerprint print;
    bool cut = base64 != data;
    if (cut)
        print = reader->prints[strtoul(data + 1, NULL, 10)];
    else if (!fingerprint_make(reader->rules->fingerprinter, base64, length, &print, NULL))
        return reader_no_memory(reader);
    if (!pictures_get(reader->rules->pictures, &print, base64, length, &request->picture, NULL))
        return reader_no_memory(reader);
    if (request->picture.message[0] != '\0') {
        reader->escaped = cut && memchr(base64, '\\', length) != NULL;
        return true;
    }
    request->image = true;
    request->images++;
    if (length > request->image_bytes)
        request->image_bytes = length;
    unsigned side = request->picture.width > request->picture.height ? request->picture.width
                                                                     : request->picture.height;
    if (side > request->image_side)
        request->image_side = side;
    request->image_tokens += image_tokens(request->picture.width, request->picture.height, low);
    char name[33];
    fingerprint_text(&print, name);
    buffer_append_format(&reader->beginning, "\n%s\n", name);
    request->prefix_tokens = reader->tokens + request->image_tokens;
    return fingerprint_make(reader->rules->fingerprinter, buffer_text(&reader->beginning),
                            reader->beginning.length, &request->prefix, NULL) ||
           reader_no_memory(reader);
}

long long text_tokens(const char *text)
{
    long long bytes = 0, characters = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        // From U+2E80 on a character has three bytes that begin with 0xe2 0xba or more.
        bool wide = *at >= 0xe3 || (*at == 0xe2 && at[1] >= 0xba);
        characters += wide;
        bytes += !wide;
        size_t length = !wide ? 1 : *at >= 0xf0 ? 4 : 3;
        while (length-- > 0 && *at != '\0')
            at++;
    }
    return characters + (bytes + 3) / 4;
}

long long image_tokens(unsigned width, unsigned height, bool low_detail)
{
    if (low_detail)
        return 85;
    double w = width, h = height, longer = w > h ? w : h;
    if (longer > 2048) {
        w = w * 2048 / longer;
        h = h * 2048 / longer;
    }
    double shorter = w < h ? w : h;
    if (shorter > 768) {
        w = w * 768 / shorter;
        h = h * 768 / shorter;
    }
    long long across = (long long)((w + 511.999) / 512), down = (long long)((h + 511.999) / 512);
    return 85 + 170 * across * down;
}
