#include "call.h"

#include <stdlib.h>

const char *call_step_name(enum call_step step)
{
    switch (step) {
    case STEP_DRAFT:
        return "draft";
    case STEP_ANSWER:
        return "answer";
    case STEP_OPTIONS:
        return "options";
    }
    return "";
}

void call_clear(struct call *call)
{
    free(call->text);
    free(call->reasoning);
    free(call->finish);
    free(call->model);
    free(call->kind);
    free(call->message);
    free(call->endpoint);
    *call = (struct call){0};
}
