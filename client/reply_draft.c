#include "reply_draft.h"

#include "wire.h"

#include <stdlib.h>
#include <string.h>

void reply_draft_init(struct reply_draft *draft, size_t max_bytes)
{
    *draft = (struct reply_draft){.finish = FINISH_OTHER, .usage = usage_unknown};
    buffer_init(&draft->text, max_bytes);
    buffer_init(&draft->reasoning, max_bytes);
    buffer_init(&draft->refusal, max_bytes);
}

void reply_draft_clear(struct reply_draft *draft)
{
    buffer_clear(&draft->text);
    buffer_clear(&draft->reasoning);
    buffer_clear(&draft->refusal);
    cJSON_Delete(draft->counted);
    free(draft->model);
    cJSON_free(draft->error);
    draft->counted = NULL;
    draft->model = draft->error = NULL;
}

void reply_draft_add(struct buffer *to, const char *piece)
{
    if (piece != NULL && *piece != '\0')
        buffer_append_text(to, piece);
}

void reply_draft_name_model(struct reply_draft *draft, const char *model)
{
    if (draft->model == NULL && model != NULL && *model != '\0')
        draft->model = wire_copy(model);
}

const cJSON *reply_draft_count(struct reply_draft *draft, const cJSON *usage)
{
    if (!cJSON_IsObject(usage))
        return NULL;
    if (draft->counted == NULL)
        draft->counted = cJSON_CreateObject();
    const cJSON *member;
    cJSON_ArrayForEach(member, usage)
    {
        if (cJSON_IsNull(member))
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(draft->counted, member->string);
        cJSON_AddItemToObject(draft->counted, member->string, cJSON_Duplicate(member, true));
    }
    return draft->counted;
}

void reply_draft_fail(struct reply_draft *draft, const cJSON *error)
{
    if (draft->error == NULL)
        draft->error = cJSON_PrintUnformatted(error);
}

// NULL stays NULL for what nothing was said of.
static char *take_or_none(struct buffer *text)
{
    return text->length > 0 ? wire_take(text) : NULL;
}

bool reply_draft_take(struct reply_draft *draft, struct reply *reply, struct error *why)
{
    struct buffer *const parts[] = {&draft->text, &draft->reasoning, &draft->refusal};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!buffer_check(parts[i], "a reply", why))
            return false;
    bool reasoned = draft->reasoning.length > 0, refused = draft->refusal.length > 0;
    *reply = (struct reply){.text = wire_take(&draft->text),
                            .reasoning = take_or_none(&draft->reasoning),
                            .refusal = take_or_none(&draft->refusal),
                            .model = draft->model,
                            .finish = refused ? FINISH_REFUSED : draft->finish,
                            .usage = draft->usage};
    draft->model = NULL;
    if (reply->text != NULL && (reply->reasoning != NULL) == reasoned &&
        (reply->refusal != NULL) == refused)
        return true;
    reply_clear(reply);
    return error_set(why, ERR_MEMORY, "no memory for a reply");
}
