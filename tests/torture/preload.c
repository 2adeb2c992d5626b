// Makes the Nth call of a kind fail, in the program that it is preloaded into (LD_PRELOAD).
//
// TORTURE_FAIL=KIND:N or KIND:N-M   which calls fail, counted from 1 (without M after the dash: all
//                                   from the Nth on)
// TORTURE_ERRNO=NUMBER              with which errno; otherwise ENOMEM for memory, ENOSPC for files
//                                   and EAGAIN for threads
// TORTURE_REPORT=FILE               at the end "KIND COUNT FAILED" of each kind is written there
//                                   and before them "place KIND N" for the first call of each
//                                   place: of each stack, as far as DEPTH frames of it
// TORTURE_TRACE=1                   the stack of the first failed call is written to standard error
//
// Kinds: memory (allocations that the program itself asks for), library (those that its libraries
// ask for on its behalf), file (what changes a file: writing, opening for writing, syncing,
// renaming), thread (pthread_create). Not for use together with a sanitizer, which has an allocator
// of its own.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { MEMORY, LIBRARY, FILES, THREAD, KINDS };

static const char *const names[KINDS] = {"memory", "library", "file", "thread"};
static const int usual_errno[KINDS] = {ENOMEM, ENOMEM, ENOSPC, EAGAIN};

enum { DEPTH = 10, MOST_PLACES = 1 << 14 };

// A place that calls: a sum over its stack, and which call it was that first came from there.
struct place {
    atomic_uintptr_t sum; // 0: free
    atomic_long kind, number;
};

static struct {
    atomic_long calls[KINDS], failed[KINDS];
    int kind; // that fails; KINDS: none
    long from, to;
    int number; // errno; 0: the usual one
    bool trace, places, ready;
    struct place place[MOST_PLACES];
    uintptr_t text, text_end; // of the program's own code
} torture = {.kind = KINDS};

// The allocator itself: the names under which glibc keeps it when malloc is replaced.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

// ---- Which call fails ---------------------------------------------------------------------------

static int find_text(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size, (void)unused;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            torture.text = object->dlpi_addr + part->p_vaddr;
            torture.text_end = torture.text + part->p_memsz;
        }
    }
    return 1; // the program is the first object
}

static void read_fail(const char *text)
{
    for (int kind = 0; text != NULL && kind < KINDS; kind++) {
        size_t length = strlen(names[kind]);
        if (strncmp(text, names[kind], length) != 0 || text[length] != ':')
            continue;
        char *end;
        torture.from = torture.to = strtol(text + length + 1, &end, 10);
        if (*end == '-')
            torture.to = end[1] != '\0' ? strtol(end + 1, NULL, 10) : INT32_MAX;
        torture.kind = kind;
    }
}

__attribute__((constructor)) static void begin(void)
{
    dl_iterate_phdr(find_text, NULL);
    torture.trace = getenv("TORTURE_TRACE") != NULL;
    torture.places = getenv("TORTURE_REPORT") != NULL && getenv("TORTURE_FAIL") == NULL;
    if (torture.trace || torture.places) {
        void *stack[4];
        backtrace(stack, 4); // loads what it needs now, not in the middle of an allocation
    }
    if (getenv("TORTURE_ERRNO") != NULL)
        torture.number = atoi(getenv("TORTURE_ERRNO"));
    read_fail(getenv("TORTURE_FAIL"));
    torture.ready = true; // what the loader and this function ask for does not count
}

__attribute__((destructor)) static void end(void)
{
    torture.ready = false;
    const char *path = getenv("TORTURE_REPORT");
    FILE *report = path != NULL ? fopen(path, "we") : NULL;
    if (report == NULL)
        return;
    for (int i = 0; i < MOST_PLACES; i++)
        if (torture.place[i].number != 0)
            fprintf(report, "place %s %ld\n", names[torture.place[i].kind],
                    torture.place[i].number);
    for (int kind = 0; kind < KINDS; kind++)
        fprintf(report, "%s %ld %ld\n", names[kind], torture.calls[kind], torture.failed[kind]);
    fclose(report);
}

// Beyond MOST_PLACES the rest is not told apart.
static void note_place(enum kind kind, long number)
{
    void *stack[DEPTH + 3];
    int count = backtrace(stack, DEPTH + 3);
    uintptr_t sum = (uintptr_t)kind + 1;
    for (int i = 2; i < count; i++)
        sum = sum * 1099511628211u + (uintptr_t)stack[i];
    for (uintptr_t at = sum >> 7, tried = 0; tried < MOST_PLACES; at++, tried++) {
        struct place *place = &torture.place[at % MOST_PLACES];
        uintptr_t held = 0;
        if (atomic_compare_exchange_strong(&place->sum, &held, sum)) {
            place->kind = kind;
            place->number = number;
            return;
        }
        if (held == sum)
            return;
    }
}

// Counts the call; true with errno set when it is to fail.
static bool fails(enum kind kind)
{
    if (!torture.ready)
        return false;
    long number = atomic_fetch_add(&torture.calls[kind], 1) + 1;
    if (torture.places)
        note_place(kind, number);
    if (kind != (enum kind)torture.kind || number < torture.from || number > torture.to)
        return false;
    if (atomic_fetch_add(&torture.failed[kind], 1) == 0 && torture.trace) {
        void *stack[32];
        backtrace_symbols_fd(stack, backtrace(stack, 32), STDERR_FILENO);
    }
    errno = torture.number != 0 ? torture.number : usual_errno[kind];
    return true;
}

// ---- Memory -------------------------------------------------------------------------------------

static bool memory_fails(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    return fails(at >= torture.text && at < torture.text_end ? MEMORY : LIBRARY);
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    return memory_fails(CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return memory_fails(CALLER) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return memory_fails(CALLER) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return memory_fails(CALLER) ? NULL : __libc_realloc(old, count * size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memory_fails(CALLER) ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return memory_fails(CALLER) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (memory_fails(CALLER)) // the C library too leaves it in errno as well
        return errno;
    void *got = __libc_memalign(alignment, size);
    if (got == NULL)
        return ENOMEM;
    *memory = got;
    return 0;
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_fails(CALLER) ? NULL : __libc_malloc(size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

char *strndup(const char *text, size_t most)
{
    size_t length = strnlen(text, most);
    char *copy = memory_fails(CALLER) ? NULL : __libc_malloc(length + 1);
    if (copy != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

// ---- Files --------------------------------------------------------------------------------------

// The function that this library stands in front of.
#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

// Standard error tells what went wrong; sockets and pipes between threads are no files.
static bool file_fails(int file)
{
    struct stat facts;
    if (!torture.ready || file == STDERR_FILENO)
        return false;
    if (file != STDOUT_FILENO && (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)))
        return false;
    return fails(FILES);
}

ssize_t write(int file, const void *bytes, size_t length)
{
    return file_fails(file) ? -1 : NEXT(write)(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at)
{
    return file_fails(file) ? -1 : NEXT(pwrite)(file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at)
{
    return file_fails(file) ? -1 : NEXT(pwrite64)(file, bytes, length, at);
}

size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
    return file_fails(fileno(stream)) ? 0 : NEXT(fwrite)(bytes, size, count, stream);
}

int fflush(FILE *stream)
{
    bool writes = stream != NULL && __fpending(stream) > 0;
    return writes && file_fails(fileno(stream)) ? EOF : NEXT(fflush)(stream);
}

int fclose(FILE *stream)
{
    int number = 0;
    // Only a stream that was written to can lose something here.
    bool failed =
        (fcntl(fileno(stream), F_GETFL) & O_ACCMODE) != O_RDONLY && file_fails(fileno(stream));
    if (failed)
        number = errno;
    int result = NEXT(fclose)(stream);
    if (!failed)
        return result;
    errno = number;
    return EOF;
}

int fsync(int file)
{
    return file_fails(file) ? -1 : NEXT(fsync)(file);
}

int fdatasync(int file)
{
    return file_fails(file) ? -1 : NEXT(fdatasync)(file);
}

int ftruncate(int file, off_t length)
{
    return file_fails(file) ? -1 : NEXT(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length)
{
    return file_fails(file) ? -1 : NEXT(ftruncate64)(file, length);
}

int posix_fallocate(int file, off_t at, off_t length)
{
    return file_fails(file) ? errno : NEXT(posix_fallocate)(file, at, length);
}

int posix_fallocate64(int file, off64_t at, off64_t length)
{
    return file_fails(file) ? errno : NEXT(posix_fallocate64)(file, at, length);
}

int rename(const char *from, const char *to)
{
    return fails(FILES) ? -1 : NEXT(rename)(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return fails(FILES) ? -1 : NEXT(renameat)(from_folder, from, to_folder, to);
}

int link(const char *from, const char *to)
{
    return fails(FILES) ? -1 : NEXT(link)(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(FILES) ? -1 : NEXT(mkdir)(path, mode);
}

int mkostemp(char *pattern, int flags)
{
    return fails(FILES) ? -1 : NEXT(mkostemp)(pattern, flags);
}

int mkstemp(char *pattern)
{
    return fails(FILES) ? -1 : NEXT(mkstemp)(pattern);
}

static bool open_fails(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY && fails(FILES);
}

static mode_t open_mode(int flags, va_list arguments)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = open_mode(flags, arguments);                                                 \
        va_end(arguments);                                                                         \
        return open_fails(flags) ? -1 : NEXT(name)(path, flags, mode);                             \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = open_mode(flags, arguments);                                                 \
        va_end(arguments);                                                                         \
        return open_fails(flags) ? -1 : NEXT(name)(folder, path, flags, mode);                     \
    }
OPENAT(openat)
OPENAT(openat64)

#define FOPEN(name)                                                                                \
    FILE *name(const char *path, const char *mode)                                                 \
    {                                                                                              \
        return strpbrk(mode, "wa+") != NULL && fails(FILES) ? NULL : NEXT(name)(path, mode);       \
    }
FOPEN(fopen)
FOPEN(fopen64)

FILE *freopen(const char *path, const char *mode, FILE *stream)
{
    if (strpbrk(mode, "wa+") == NULL || !fails(FILES))
        return NEXT(freopen)(path, mode, stream);
    int number = errno;
    NEXT(fclose)(stream); // as freopen does when it fails
    errno = number;
    return NULL;
}

// ---- Threads ------------------------------------------------------------------------------------

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    // libde265 (1.0.11) waits for ever for a thread that it could not start. imaging/read_heif.c
    // therefore tries first whether one can be started, which counts here.
    Dl_info caller;
    bool hangs = dladdr(CALLER, &caller) != 0 && strstr(caller.dli_fname, "libde265") != NULL;
    if (!hangs && fails(THREAD))
        return errno;
    return NEXT(pthread_create)(thread, attributes, run, argument);
}
