#include "shard.h"

#include "digest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool shard_is_part(const struct shard *shard)
{
    return shard->count > 1;
}

bool shard_holds(const struct shard *shard, const struct question *question)
{
    if (!shard_is_part(shard))
        return true;
    const char *name = question->origin == IMAGE_FILE   ? question->name
                       : question->origin == IMAGE_NONE ? question->id
                                                        : question->image;
    struct digest digest = digest_of(name, strlen(name));
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | digest.bytes[i];
    return value % shard->count == shard->index - 1;
}

bool shard_parse(const char *text, struct shard *shard)
{
    int end = 0;
    // sscanf would take signs and blanks.
    if (strspn(text, "0123456789/") != strlen(text) || !isdigit((unsigned char)text[0]) ||
        strlen(text) > 15 || sscanf(text, "%u/%u%n", &shard->index, &shard->count, &end) != 2 ||
        text[end] != '\0')
        return false;
    return shard->index >= 1 && shard->index <= shard->count;
}
