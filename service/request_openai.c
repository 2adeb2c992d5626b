// Requests to OpenAI's chat completions, see request.h.
#include "body_reader.h"
#include "json.h"
#include "parameters.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static bool read_openai(struct body_reader *reader, const cJSON *body);

const struct request_form request_form_openai = {
    .name = "openai", .marker = ";base64,", .read = read_openai};

static bool read_model(struct body_reader *reader, const cJSON *body);
static bool read_messages(struct body_reader *reader, const cJSON *body);
static bool read_message(struct body_reader *reader, const cJSON *message, int index, bool *user);
static bool read_parts(struct body_reader *reader, const cJSON *parts, int index, bool user);
static bool read_part(struct body_reader *reader, const cJSON *part, const char *where, bool user);
static bool read_image(struct body_reader *reader, const cJSON *image, const char *where);

static bool read_openai(struct body_reader *reader, const cJSON *body)
{
    reader->request->caches = true;
    return read_model(reader, body) && read_messages(reader, body) &&
           body_stops(reader, json_member(body, "stop")) &&
           parameters_read(reader->rules, body, reader->request, reader->fault);
}

static bool read_model(struct body_reader *reader, const cJSON *body)
{
    const char *model = json_text(body, "model");
    if (model == NULL || *model == '\0')
        return request_refuse(reader->fault, 400, NULL, "model",
                              "you must provide a model parameter");
    return body_wants(reader, model) ? body_model(reader, model) : body_no_model(reader, model);
}

static bool read_messages(struct body_reader *reader, const cJSON *body)
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

// DeepSeek's prefix completion: the last message is the beginning of the answer.
static bool read_prefix(struct body_reader *reader, const cJSON *message, const char *role)
{
    const char *content = json_text(message, "content");
    struct chat_request *request = reader->request;
    request->ends_with_assistant = message->next == NULL && strcmp(role, "assistant") == 0;
    if (!request->ends_with_assistant || !cJSON_IsTrue(json_member(message, "prefix")))
        return true;
    request->ends_with_assistant = false;
    request->start = text_copy(content != NULL ? content : "");
    return request->start != NULL || body_no_memory(reader);
}

static bool read_message(struct body_reader *reader, const cJSON *message, int index, bool *user)
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
        body_text(reader, content->valuestring, is_user);
        return true;
    }
    if (cJSON_IsNull(content) && strcmp(role, "assistant") == 0)
        return true;
    return request_refuse(reader->fault, 400, NULL, where,
                          "Invalid type for 'messages[%d].content': expected a string or an array "
                          "of content parts.",
                          index);
}

static bool read_parts(struct body_reader *reader, const cJSON *parts, int index, bool user)
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

static bool read_part(struct body_reader *reader, const cJSON *part, const char *where, bool user)
{
    const char *type = json_text(part, "type");
    if (type != NULL && strcmp(type, "text") == 0) {
        const char *text = json_text(part, "text");
        if (text == NULL)
            return request_refuse(reader->fault, 400, NULL, where,
                                  "Missing required parameter: '%s.text'.", where);
        body_text(reader, text, user);
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
static const char *data_of(struct body_reader *reader, const char *url, const char *where)
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

static bool read_detail(struct body_reader *reader, const cJSON *image, const char *where,
                        bool *low)
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

static bool read_image(struct body_reader *reader, const cJSON *image, const char *where)
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
    if (!body_image(reader, data, low))
        return false;
    if (request->picture.message[0] != '\0')
        return request_refuse(reader->fault, 400, request->picture.code, where, "%s",
                              request->picture.message);
    return true;
}
