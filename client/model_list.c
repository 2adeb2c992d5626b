#include "model_list.h"

#include "connection.h"
#include "json.h"
#include "nearest.h"
#include "provider.h"
#include "text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_LIST_BYTES = 4 << 20, MAX_NAMES = 20000 };

static bool add_name(struct model_list *list, const char *name, struct error *why);

bool model_list_read(struct model_list *list, const char *body, size_t length, struct error *why)
{
    cJSON *root = json_parse(body, length, NULL);
    const cJSON *array = json_member(root, "data"), *entry;
    if (!cJSON_IsArray(array))
        array = json_member(root, "models");
    if (!cJSON_IsArray(array))
        array = cJSON_IsArray(root) ? root : NULL;
    bool good = true;
    if (array != NULL)
        cJSON_ArrayForEach(entry, array)
        {
            const char *name = json_text(entry, "id");
            if (name == NULL)
                name = json_text(entry, "name");
            if (name != NULL && good && list->count < MAX_NAMES)
                good = add_name(list, name, why);
        }
    cJSON_Delete(root);
    return good;
}

static bool add_name(struct model_list *list, const char *name, struct error *why)
{
    char **more = realloc(list->names, (list->count + 1) * sizeof *more);
    if (more != NULL)
        list->names = more;
    char *copy = more != NULL ? text_copy(text_starts(name, "models/") ? name + 7 : name) : NULL;
    if (copy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a list of models");
    list->names[list->count++] = copy;
    return true;
}

void model_list_clear(struct model_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (struct model_list){0};
}

// Whatever follows the base in the three protocols' chat paths begins with one of these.
char *model_list_url(const struct endpoint *endpoint)
{
    static const char *const marks[] = {"/chat/completions", "/messages", "/models/",
                                        "/tunedModels/"};
    size_t length = strcspn(endpoint->url, "?#");
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *at = strstr(endpoint->url, marks[i]);
        if (at != NULL && (size_t)(at - endpoint->url) < length)
            length = (size_t)(at - endpoint->url);
    }
    struct buffer url;
    buffer_init(&url, 1 << 16);
    buffer_append(&url, endpoint->url, length);
    buffer_append_text(&url, "/models");
    return buffer_take(&url);
}

static size_t on_write(char *bytes, size_t size, size_t count, void *context)
{
    return buffer_append(context, bytes, size * count) ? size * count : 0;
}

static struct curl_slist *headers_of(const struct endpoint *endpoint)
{
    struct curl_slist *headers = NULL;
    struct buffer line;
    buffer_init(&line, 1 << 16);
    if (endpoint->key != NULL) {
        const char *format = endpoint->provider->auth_header, *place = strstr(format, "%s");
        buffer_append(&line, format, place != NULL ? (size_t)(place - format) : strlen(format));
        buffer_append_text(&line, endpoint->key);
        headers = curl_slist_append(headers, buffer_text(&line));
    }
    for (size_t i = 0; endpoint->provider->headers != NULL && endpoint->provider->headers[i]; i++)
        headers = curl_slist_append(headers, endpoint->provider->headers[i]);
    if (line.data != NULL)
        explicit_bzero(line.data, line.length);
    buffer_clear(&line);
    return headers;
}

bool model_list_fetch(struct model_list *list, const struct endpoint *endpoint,
                      const struct client_settings *settings, struct error *why)
{
    *list = (struct model_list){0};
    CURL *easy = curl_easy_init();
    char *url = model_list_url(endpoint);
    struct curl_slist *headers = headers_of(endpoint);
    struct buffer body;
    buffer_init(&body, MAX_LIST_BYTES);
    bool good = (easy != NULL && url != NULL) ||
                error_set(why, ERR_MEMORY, "no memory for a list of models");
    if (good) {
        connection_set(easy, url, settings);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
        CURLcode code = curl_easy_perform(easy);
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        list->status = (int)status;
        if (code == CURLE_OK && status == 200)
            good = model_list_read(list, buffer_text(&body), body.length, why);
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    buffer_clear(&body);
    free(url);
    if (!good)
        model_list_clear(list);
    return good;
}

bool model_list_holds(const struct model_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->names[i], name) == 0)
            return true;
    return false;
}

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : name;
}

// "gpt-4o-mini" is meant by "openai/gpt-4o-mini" on OpenRouter, and "qwen2.5-vl" by a longer name
// that begins so: what stands before the last slash, and behind a common beginning, weighs little.
static unsigned distance_of(const char *wanted, const char *known)
{
    const char *a = last_part(wanted), *b = last_part(known);
    unsigned distance = 4 * nearest_distance(a, b);
    size_t length = strlen(a);
    if (length >= 4 && strncasecmp(a, b, length) == 0)
        distance = 2 + (unsigned)(strlen(b) - length);
    return distance + (strcmp(wanted, known) != 0);
}

size_t model_list_nearest(const struct model_list *list, const char *name, const char **nearest,
                          size_t room)
{
    unsigned distances[16];
    size_t count = 0;
    unsigned allowed = 2 * (unsigned)strlen(last_part(name)) + 2;
    if (room > sizeof distances / sizeof *distances)
        room = sizeof distances / sizeof *distances;
    for (size_t i = 0; i < list->count; i++) {
        unsigned distance = distance_of(name, list->names[i]);
        if (distance > allowed || (count == room && distance >= distances[count - 1]))
            continue;
        size_t at = count < room ? count++ : count - 1;
        for (; at > 0 && distances[at - 1] > distance; at--) {
            distances[at] = distances[at - 1];
            nearest[at] = nearest[at - 1];
        }
        distances[at] = distance;
        nearest[at] = list->names[i];
    }
    return count;
}
