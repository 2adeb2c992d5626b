#include "kept_images.h"

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

// Images are named by their content, so the same name is the same image. A link costs no room.
static bool take_image(const char *from, const char *to, struct error *why)
{
    if (link(from, to) == 0 || errno == EEXIST)
        return true;
    return file_copy(from, to, why);
}

static bool take_all(DIR *folder, const char *from, const char *to, struct error *why)
{
    struct dirent *entry;
    bool good = true;
    while (good && (errno = 0, entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        char *source = file_join(from, entry->d_name), *target = file_join(to, entry->d_name);
        good = source != NULL && target != NULL ? take_image(source, target, why)
                                                : error_set(why, ERR_MEMORY, "no memory");
        free(source);
        free(target);
    }
    return good && (errno == 0 || error_set_errno(why, ERR_INPUT, "cannot read %s", from));
}

// A run whose images are all files of its input has kept none.
bool kept_images_take(const char *from_directory, const char *directory, struct error *why)
{
    char *from = file_join(from_directory, "images"), *to = file_join(directory, "images");
    bool good = (from != NULL && to != NULL) || error_set(why, ERR_MEMORY, "no memory for a name");
    DIR *folder = good ? opendir(from) : NULL;
    if (good && folder == NULL && errno != ENOENT)
        good = error_set_errno(why, ERR_INPUT, "cannot read the images of %s", from);
    else if (folder != NULL)
        good = file_make_directory(to, why) && take_all(folder, from, to, why);
    if (folder != NULL)
        closedir(folder);
    free(from);
    free(to);
    return good;
}
