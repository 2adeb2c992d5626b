#include "body_reader.h"

#include "text.h"
#include "token_count.h"

#include <stdlib.h>
#include <string.h>

bool body_wants(const struct body_reader *reader, const char *model)
{
    const struct request_rules *rules = reader->rules;
    for (size_t i = 0; i < rules->model_count; i++)
        if (strcmp(model, rules->models[i]) == 0)
            return true;
    return rules->model_count == 0;
}

bool body_no_model(struct body_reader *reader, const char *model)
{
    request_refuse(reader->fault, 404, NULL, model, "the model %.100s does not exist", model);
    reader->fault->kind = "model-unknown";
    return false;
}

bool body_stops(struct body_reader *reader, const cJSON *stops)
{
    struct chat_request *request = reader->request;
    const cJSON *stop = cJSON_IsArray(stops) ? stops->child : stops;
    for (; stop != NULL && request->stop_count < REQUEST_STOPS;
         stop = cJSON_IsArray(stops) ? stop->next : NULL) {
        if (!cJSON_IsString(stop) || *stop->valuestring == '\0')
            continue;
        char *copy = text_copy(stop->valuestring);
        if (copy == NULL)
            return body_no_memory(reader);
        request->stops[request->stop_count++] = copy;
    }
    return true;
}

bool body_model(struct body_reader *reader, const char *model)
{
    reader->request->model = text_copy(model);
    buffer_append_text(&reader->beginning, model);
    return reader->request->model != NULL || body_no_memory(reader);
}

void body_text(struct body_reader *reader, const char *text, bool user)
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

bool body_image(struct body_reader *reader, const char *data, bool low)
{
    struct chat_request *request = reader->request;
    size_t length;
    const char *base64 = slim_base64(&reader->slim, data, &length);
    struct fingerprint print;
    bool cut = base64 != data;
    if (cut)
        print = reader->prints[strtoul(data + 1, NULL, 10)];
    else if (!fingerprint_make(reader->rules->fingerprinter, base64, length, &print, NULL))
        return body_no_memory(reader);
    if (!pictures_get(reader->rules->pictures, &print, base64, length, &request->picture, NULL))
        return body_no_memory(reader);
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
           body_no_memory(reader);
}

bool body_no_memory(struct body_reader *reader)
{
    return request_refuse(reader->fault, 500, NULL, NULL, "The simulator is out of memory.");
}
