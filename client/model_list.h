// The models that an endpoint says it has: GET /models, in the shapes of OpenAI and Anthropic
// ({"data":[{"id":...}]}), Gemini ({"models":[{"name":"models/..."}]}) and Ollama.
#ifndef VQAGEN_MODEL_LIST_H
#define VQAGEN_MODEL_LIST_H

#include "client.h"
#include "endpoint.h"

struct model_list {
    char **names; // owned
    size_t count;
    int status; // HTTP status of the answer; 0: none came
};

// Asks the endpoint, with its key. A list that cannot be had is empty; status says why. False:
// ERR_MEMORY.
bool model_list_fetch(struct model_list *list, const struct endpoint *endpoint,
                      const struct client_settings *settings, struct error *why);

// Reads a body. One of another shape gives an empty list. False: ERR_MEMORY.
bool model_list_read(struct model_list *list, const char *body, size_t length, struct error *why);

void model_list_clear(struct model_list *list);

// The address of the list, from the address of the chat call; a new string, NULL without memory.
char *model_list_url(const struct endpoint *endpoint);

bool model_list_holds(const struct model_list *list, const char *name);

// The names most like `name`, nearest first, at most `room` of them; those that have nothing in
// common with it are left out. Returns how many; the texts stay the list's.
size_t model_list_nearest(const struct model_list *list, const char *name, const char **nearest,
                          size_t room);

#endif
