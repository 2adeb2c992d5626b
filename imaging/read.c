#include "read.h"

bool read_take_damaged(const struct read_wish *wish, struct error *why)
{
    if (wish->damage == NULL || why == NULL || why->kind != ERR_IMAGE)
        return false;
    *wish->damage = *why;
    error_clear(why);
    return true;
}
