#include "memory.h"

#include <cjson/cJSON.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define RAN_OUT                                                                                    \
    "memory ran out; what was finished is kept, and the same command goes on from there once "     \
    "there is more"

static _Thread_local bool short_of_memory;

void *memory_noted(void *got)
{
    if (got == NULL)
        short_of_memory = true;
    return got;
}

bool memory_check(struct error *why)
{
    return !short_of_memory || error_set(why, ERR_MEMORY, "%s", RAN_OUT);
}

bool memory_settle(bool good, struct error *why)
{
    if (short_of_memory && why != NULL && why->kind != ERR_MEMORY)
        error_clear(why);
    return memory_check(why) && good;
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

// std::set_new_handler, under the name that it has in libstdc++.
extern void (*set_new_handler(void (*handler)(void)))(void) __asm__("_ZSt15set_new_handlerPFvvE");

static void end_without_memory(void)
{
    static const char said[] = "vqagen: " RAN_OUT "\n";
    ssize_t written = write(STDERR_FILENO, said, sizeof said - 1);
    (void)written; // there is nobody else to tell
    _exit(error_exit_code(ERR_MEMORY));
}

void memory_watch_new(void)
{
    set_new_handler(end_without_memory);
}

void memory_keep_pages(void)
{
    // The largest piece that glibc lets lie within a thread's arena, and the free memory that it
    // leaves at an arena's end: more than all pieces of a picture together.
    mallopt(M_MMAP_THRESHOLD, 16 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

void memory_use_large_pages(void *memory, size_t bytes)
{
    const uintptr_t page = 2 << 20;
    uintptr_t from = ((uintptr_t)memory + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)memory + bytes) / page * page;
    if (to > from)
        madvise((char *)memory + (from - (uintptr_t)memory), to - from, MADV_HUGEPAGE);
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
