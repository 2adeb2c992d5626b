#include "kept_images.h"

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static bool copy_file(const char *from, const char *to, struct error *why)
{
    struct buffer bytes;
    buffer_init(&bytes, (size_t)1 << 31);
    bool good = file_read(from, &bytes, why) && file_keep(to, bytes.data, bytes.length, why);
    buffer_clear(&bytes);
    return good;
}

// Images are named by their content, so the same name is the same image. A link costs no room.
static bool take_image(const char *from, const char *to, struct error *why)
{
    if (link(from, to) == 0 || errno == EEXIST)
        return true;
    return copy_file(from, to, why);
}

bool kept_images_take(const char *from_directory, const char *directory, struct error *why)
{
    char *from = file_join(from_directory, "images"), *to = file_join(directory, "images");
    bool good = (from != NULL && to != NULL) || error_set(why, ERR_MEMORY, "no memory for a name");
    good = good && file_make_directory(to, why);
    DIR *folder = good ? opendir(from) : NULL;
    struct dirent *entry;
    while (good && folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        char *source = file_join(from, entry->d_name), *target = file_join(to, entry->d_name);
        good = source != NULL && target != NULL ? take_image(source, target, why)
                                                : error_set(why, ERR_MEMORY, "no memory");
        free(source);
        free(target);
    }
    if (folder != NULL)
        closedir(folder);
    free(from);
    free(to);
    return good;
}
