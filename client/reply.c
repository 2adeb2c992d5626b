#include "reply.h"

#include <stdlib.h>

const struct usage usage_unknown = {-1, -1, -1, -1, -1, -1};

void reply_clear(struct reply *reply)
{
    free(reply->text);
    free(reply->reasoning);
    free(reply->refusal);
    free(reply->model);
    *reply = (struct reply){.usage = usage_unknown};
}

const char *finish_name(enum finish finish)
{
    switch (finish) {
    case FINISH_STOP:
        return "stop";
    case FINISH_LENGTH:
        return "length";
    case FINISH_REFUSED:
        return "refused";
    case FINISH_OVERLOAD:
        return "overload";
    case FINISH_OTHER:
        break;
    }
    return "other";
}
