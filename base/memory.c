#include "memory.h"

#include <cjson/cJSON.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static _Thread_local bool short_of_memory;

void *memory_noted(void *got)
{
    if (got == NULL)
        short_of_memory = true;
    return got;
}

bool memory_check(struct error *why)
{
    return !short_of_memory ||
           error_set(why, ERR_MEMORY,
                     "memory ran out; what was finished is kept, and the same command goes on from "
                     "there once there is more");
}

static void *allocate(size_t size)
{
    return memory_noted(malloc(size));
}

void memory_watch_json(void)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = free};
    cJSON_InitHooks(&hooks);
}

void memory_keep_pages(void)
{
    // The most that glibc lets lie within a thread's arena, and twice that of free memory at its
    // end.
    enum { PIECE = 32 << 20 };
    mallopt(M_MMAP_THRESHOLD, PIECE);
    mallopt(M_TRIM_THRESHOLD, 2 * PIECE);
}

long memory_peak_kib(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    long peak = used.ru_maxrss;
    FILE *status = fopen("/proc/self/status", "re");
    char line[200];
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %ld", &peak) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return peak;
}
