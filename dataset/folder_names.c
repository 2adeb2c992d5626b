#include "folder_names.h"

#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool hold_name(struct folder_names *names, size_t most, const struct dirent *entry);
static int compare_names(const void *a, const void *b);

bool folder_names_read(struct folder_names *names, int folder, size_t most, struct error *why)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = again >= 0 ? fdopendir(again) : NULL;
    if (directory == NULL) {
        error_set_errno(why, ERR_INPUT, "cannot read the folder");
        if (again >= 0)
            close(again);
        return false;
    }
    names->next = names->count = 0;
    names->more = false;
    bool good = true;
    struct dirent *entry;
    while (errno = 0, good && (entry = readdir(directory)) != NULL)
        if (!hold_name(names, most, entry))
            good = error_set(why, ERR_MEMORY, "no memory for the names of a folder");
    if (good && errno != 0)
        good = error_set_errno(why, ERR_INPUT, "cannot read all of the folder");
    closedir(directory);
    if (names->count == 0)
        return good;
    qsort(names->list, names->count, sizeof *names->list, compare_names);
    free(names->last);
    names->last = text_copy(names->list[names->count - 1] + 1);
    if (names->last == NULL)
        good = error_set(why, ERR_MEMORY, "no memory for the names of a folder");
    return good;
}

void folder_names_clear(struct folder_names *names)
{
    for (size_t i = names->next; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    free(names->last);
    *names = (struct folder_names){0};
}

static int compare_names(const void *a, const void *b)
{
    const char *const *name_a = a, *const *name_b = b;
    return strcmp(*name_a + 1, *name_b + 1);
}

// names[0..count) is a heap with the greatest name on top; a new top sinks to its place.
static void sink_name(char **names, size_t count)
{
    for (size_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && strcmp(names[child] + 1, names[child + 1] + 1) < 0)
            child++;
        if (strcmp(names[at] + 1, names[child] + 1) >= 0)
            return;
        char *held = names[at];
        names[at] = names[child];
        names[child] = held;
    }
}

static void rise_name(char **names, size_t at)
{
    while (at > 0 && strcmp(names[(at - 1) / 2] + 1, names[at] + 1) < 0) {
        char *held = names[at];
        names[at] = names[(at - 1) / 2];
        names[(at - 1) / 2] = held;
        at = (at - 1) / 2;
    }
}

static bool hold_name(struct folder_names *names, size_t most, const struct dirent *entry)
{
    const char *name = entry->d_name;
    if (name[0] == '.' || (names->last != NULL && strcmp(name, names->last) <= 0))
        return true;
    bool full = names->count == most;
    if (full)
        names->more = true;
    if (full && strcmp(name, names->list[0] + 1) >= 0)
        return true;
    // Doubled at each power of two, up to `most`.
    if (!full && (names->count & (names->count - 1)) == 0) {
        size_t room = names->count > 0 ? 2 * names->count : 1;
        char **list = realloc(names->list, room * sizeof *list);
        if (list == NULL)
            return false;
        names->list = list;
    }
    size_t length = strlen(name);
    char *held = malloc(length + 2);
    if (held == NULL)
        return false;
    held[0] = (char)entry->d_type;
    memcpy(held + 1, name, length + 1);
    if (full) {
        free(names->list[0]);
        names->list[0] = held;
        sink_name(names->list, names->count);
    } else {
        names->list[names->count] = held;
        rise_name(names->list, names->count++);
    }
    return true;
}
