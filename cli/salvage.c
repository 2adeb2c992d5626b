// vqagen salvage: what is whole of a damaged run.
#include "command.h"
#include "file.h"
#include "kept_images.h"
#include "log.h"
#include "store_salvage.h"

#include <stdlib.h>
#include <unistd.h>

static struct store *open_new(const char *directory, struct error *why);
static void tell(const struct salvaged *salvaged, const char *from, const char *directory);

bool salvage_run(struct settings *settings, char *const *environment, int *exit_code,
                 struct error *why)
{
    (void)environment;
    (void)exit_code;
    const char *directory = settings_text(settings, OPTION_OUTPUT), *from = settings->operand;
    if (from == NULL)
        return error_set(why, ERR_USAGE,
                         "which run is damaged? Give its DIR: vqagen salvage out -o saved");
    if (directory == NULL)
        return error_set(why, ERR_USAGE,
                         "where shall what is whole go? Give -o NEW, as in vqagen salvage %s -o "
                         "saved",
                         from);
    struct store *store = open_new(directory, why);
    struct salvaged salvaged;
    bool good = store != NULL && store_salvage(from, store, &salvaged, why) &&
                kept_images_take(from, directory, why);
    store_close(store);
    if (good)
        tell(&salvaged, from, directory);
    return good;
}

static struct store *open_new(const char *directory, struct error *why)
{
    char *path = file_join(directory, "run.db");
    bool there = path != NULL && access(path, F_OK) == 0;
    if (path == NULL)
        error_set(why, ERR_MEMORY, "no memory for a name");
    else if (there)
        error_set(why, ERR_INPUT,
                  "%s holds a run already (run.db); give another -o NEW for what is saved",
                  directory);
    struct store *store = path != NULL && !there ? store_open(directory, why) : NULL;
    free(path);
    return store;
}

static void tell(const struct salvaged *salvaged, const char *from, const char *directory)
{
    log_note("%s now holds %lld items of %s, %lld of them final, and %lld replies.", directory,
             salvaged->items, from, salvaged->finished, salvaged->replies);
    if (salvaged->unreadable == 0)
        log_note("No damage was met.");
    else
        log_note("%lld look-ups met damage. What they would have found is asked for again, and "
                 "only that.",
                 salvaged->unreadable);
    if (!salvaged->settings)
        log_note("The settings were lost: give those that %s was made with, or its replies are not "
                 "those to the calls that are made.",
                 from);
    log_note("To go on: the same generate command with -o %s.", directory);
}
