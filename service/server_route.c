#include "server_call.h"

#include "text.h"

#include <string.h>

static bool is_served(const char *only, const char *path);
static enum route find_list(struct call *call);

enum route call_route(struct call *call, const char *method)
{
    const char *path = call->path;
    const struct protocol *protocol = protocol_find(path, &call->model, &call->asked.stream);
    call->asked.protocol = protocol != NULL ? protocol : &protocol_openai;
    call->asked.path = path;
    call->asked.model = call->model;
    call->asked.beta = strstr(path, "/beta/") != NULL;
    enum route route = strcmp(path, "/stats") == 0                       ? ROUTE_STATS
                       : strcmp(path, "/health") == 0                    ? ROUTE_HEALTH
                       : !is_served(chat_path(call->server->chat), path) ? ROUTE_NONE
                       : protocol != NULL                                ? ROUTE_CHAT
                                                                         : find_list(call);
    const char *wanted = route == ROUTE_CHAT ? "POST" : "GET";
    return route == ROUTE_NONE || strcmp(method, wanted) == 0 ? route : ROUTE_WRONG_METHOD;
}

// Whether the path lies where the server was told to serve: it is that path, or a call right below.
static bool is_served(const char *only, const char *path)
{
    if (only == NULL || strcmp(path, only) == 0)
        return true;
    size_t length = strlen(only);
    while (length > 0 && only[length - 1] == '/')
        length--;
    const char *rest = path + length;
    return strncmp(path, only, length) == 0 &&
           (strcmp(rest, "/chat/completions") == 0 || strcmp(rest, "/messages") == 0 ||
            strcmp(rest, "/models") == 0 || text_starts(rest, "/models/"));
}

// Lists of models have no protocol in their path: it is told by the key's header.
static const struct protocol *list_protocol(const struct call *call)
{
    bool openai = strstr(call->path, "/openai/") != NULL;
    if (!openai && (strstr(call->path, "/v1beta/") != NULL || call_header(call, "x-goog-api-key")))
        return &protocol_gemini;
    return call_header(call, "anthropic-version") != NULL ? &protocol_anthropic : &protocol_openai;
}

static enum route find_list(struct call *call)
{
    const char *name = strstr(call->path, "/models/");
    if (name == NULL && !text_ends(call->path, "/models"))
        return ROUTE_NONE;
    call->asked.protocol = list_protocol(call);
    if (name != NULL)
        call->asked.model = name + strlen("/models/");
    return ROUTE_MODELS;
}

const char *call_header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}
