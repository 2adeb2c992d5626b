#include "merge.h"

#include "file.h"
#include "heap.h"
#include "kept_images.h"
#include "lock.h"
#include "memory.h"
#include "merge_screen.h"
#include "output.h"
#include "report.h"
#include "shard.h"
#include "store_row.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// So many items make a transaction: small enough to be held in memory.
enum { ITEMS_A_TRANSACTION = 10000 };

struct part {
    const char *directory;
    struct store *store;
    struct shard shard;
    struct buffer settings; // as text, but for the shard: name, 0, value, 0, ...
    struct store_row row;   // the next one
    size_t heap_place;
};

struct merge {
    struct part *parts;
    size_t count;
    struct heap next; // parts with rows left, by place
    struct store *store;
    struct merge_screen screen;
    struct merge_summary *summary;
    int lock; // on DIR
    // DIR/merge.part, where the whole is made, and moved from when it is complete. So what a merge
    // that was cut short leaves is no run, and the next one begins anew.
    char *staging;
};

static bool open_parts(struct merge *merge, const struct merge_settings *settings,
                       struct error *why);
static bool check_parts(const struct merge *merge, struct error *why);
static bool open_whole(struct merge *merge, const char *directory, struct error *why);
static bool take_items(struct merge *merge, struct error *why);
static bool take_rest(struct merge *merge, const char *directory, struct error *why);
static bool write_files(struct merge *merge, const struct merge_settings *settings,
                        struct error *why);
static bool move_whole(struct merge *merge, const char *directory, struct error *why);
static void close_all(struct merge *merge);
static bool part_before(const void *a, const void *b);
static size_t *part_place(void *part);

bool merge_parts(const struct merge_settings *settings, struct merge_summary *summary,
                 struct error *why)
{
    *summary = (struct merge_summary){0};
    struct merge merge = {.count = settings->part_count,
                          .summary = summary,
                          .lock = -1,
                          .next = {.before = part_before, .place = part_place}};
    merge.parts = calloc(merge.count + 1, sizeof *merge.parts);
    bool good = merge.parts != NULL || error_set(why, ERR_MEMORY, "no memory for the parts");
    good = good && open_parts(&merge, settings, why) && check_parts(&merge, why) &&
           open_whole(&merge, settings->directory, why) && take_items(&merge, why) &&
           take_rest(&merge, settings->directory, why) && write_files(&merge, settings, why) &&
           memory_check(why) && move_whole(&merge, settings->directory, why);
    close_all(&merge);
    return good;
}

static bool part_before(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->row.place < y->row.place;
}

static size_t *part_place(void *part)
{
    return &((struct part *)part)->heap_place;
}

// ---- The parts ----------------------------------------------------------------------------------

static bool holds(const char *directory, const char *name)
{
    char *path = file_join(directory, name);
    bool there = path != NULL && access(path, F_OK) == 0;
    free(path);
    return there;
}

// A run that began takes dataset.jsonl.part up, and gives it away when all of its input is final.
static bool check_finished(const struct part *part, struct error *why)
{
    return (!holds(part->directory, "dataset.jsonl.part") &&
            holds(part->directory, "dataset.jsonl")) ||
           error_set(why, ERR_INPUT,
                     "%s is not finished: run its generate command again until it is",
                     part->directory);
}

static bool take_setting(void *context, const char *name, const char *value, struct error *why)
{
    struct part *part = context;
    if (strcmp(name, "shard") == 0)
        return shard_parse(value, &part->shard) ||
               error_set(why, ERR_INPUT, "%s is damaged: its shard is \"%.40s\"", part->directory,
                         value);
    buffer_append(&part->settings, name, strlen(name) + 1);
    buffer_append(&part->settings, value, strlen(value) + 1);
    return true;
}

static bool open_part(struct part *part, struct error *why)
{
    enum { MAX_SETTINGS = 64 << 20 };
    buffer_init(&part->settings, MAX_SETTINGS);
    if (!holds(part->directory, "run.db")) // the store would make one
        return error_set_errno(why, ERR_INPUT, "%s holds no run (run.db)", part->directory);
    if ((part->store = store_open(part->directory, why)) == NULL || !check_finished(part, why) ||
        !store_each_setting(part->store, take_setting, part, why))
        return false;
    return buffer_check(&part->settings, "the settings", why);
}

// The second opening would find the store in use, and blame another run.
static bool check_new(const struct merge *merge, size_t count, const char *directory,
                      struct error *why)
{
    struct stat own, other;
    for (size_t i = 0; i < count && stat(directory, &own) == 0; i++)
        if (stat(merge->parts[i].directory, &other) == 0 && own.st_dev == other.st_dev &&
            own.st_ino == other.st_ino)
            return error_set(why, ERR_INPUT, "%s is given twice", directory);
    return true;
}

static bool open_parts(struct merge *merge, const struct merge_settings *settings,
                       struct error *why)
{
    for (size_t i = 0; i < merge->count; i++) {
        merge->parts[i].directory = settings->parts[i];
        if (!check_new(merge, i, settings->parts[i], why))
            return false;
        if (!open_part(&merge->parts[i], why))
            return false;
    }
    return true;
}

static bool refuse_single(const struct part *a, const struct part *b, const char *setting,
                          struct error *why)
{
    return error_set(why, ERR_INPUT,
                     "%s and %s were made with different settings: only one of them has %s; a "
                     "dataset is made with one",
                     a->directory, b->directory, setting);
}

// Names the first setting in which two parts differ. Both lists are in the order of their names.
static bool refuse_different(const struct part *a, const struct part *b, struct error *why)
{
    const char *x = a->settings.data, *y = b->settings.data;
    const char *x_end = x + a->settings.length, *y_end = y + b->settings.length;
    while (x < x_end && y < y_end) {
        const char *x_value = x + strlen(x) + 1, *y_value = y + strlen(y) + 1;
        if (strcmp(x, y) != 0)
            return refuse_single(a, b, strcmp(x, y) < 0 ? x : y, why);
        if (strcmp(x_value, y_value) != 0)
            return error_set(why, ERR_INPUT,
                             "%s and %s were made with different settings: %s was \"%.60s\" and "
                             "\"%.60s\"; a dataset is made with one",
                             a->directory, b->directory, x, x_value, y_value);
        x = x_value + strlen(x_value) + 1;
        y = y_value + strlen(y_value) + 1;
    }
    return refuse_single(a, b, x < x_end ? x : y, why);
}

static bool check_pair(const struct part *first, const struct part *part, struct error *why)
{
    if (part->shard.count != first->shard.count)
        return error_set(why, ERR_INPUT, "%s is part %u of %u, but %s is part %u of %u",
                         first->directory, first->shard.index, first->shard.count, part->directory,
                         part->shard.index, part->shard.count);
    if (part->settings.length != first->settings.length ||
        memcmp(part->settings.data, first->settings.data, part->settings.length) != 0)
        return refuse_different(first, part, why);
    return true;
}

static bool refuse_missing(const struct merge *merge, struct error *why)
{
    struct buffer missing;
    buffer_init(&missing, 200);
    unsigned count = merge->parts[0].shard.count, absent = 0;
    for (unsigned index = 1; index <= count; index++) {
        bool found = false;
        for (size_t i = 0; i < merge->count; i++)
            found = found || merge->parts[i].shard.index == index;
        if (found)
            continue;
        if (absent++ < 10)
            buffer_append_format(&missing, "%s%u", absent > 1 ? ", " : "", index);
    }
    error_set(why, ERR_INPUT, "%u of the %u parts %s missing: %s%s", absent, count,
              absent == 1 ? "is" : "are", buffer_text(&missing), absent > 10 ? ", ..." : "");
    buffer_clear(&missing);
    return false;
}

static bool check_parts(const struct merge *merge, struct error *why)
{
    const struct part *first = &merge->parts[0];
    for (size_t i = 0; i < merge->count; i++) {
        const struct part *part = &merge->parts[i];
        if (!shard_is_part(&part->shard))
            return error_set(why, ERR_INPUT,
                             "%s holds a whole dataset, not a part made with --shard I/N",
                             part->directory);
        if (!check_pair(first, part, why))
            return false;
        for (size_t j = 0; j < i; j++)
            if (merge->parts[j].shard.index == part->shard.index)
                return error_set(why, ERR_INPUT, "%s and %s are both part %u of %u",
                                 merge->parts[j].directory, part->directory, part->shard.index,
                                 part->shard.count);
    }
    return merge->count == first->shard.count || refuse_missing(merge, why);
}

// ---- The whole ----------------------------------------------------------------------------------

static bool copy_settings(struct merge *merge, struct error *why)
{
    enum { MAX_ROWS = 256 };
    const struct buffer *text = &merge->parts[0].settings;
    struct store_setting rows[MAX_ROWS];
    size_t count = 0;
    for (const char *at = text->data; at < text->data + text->length && count < MAX_ROWS;) {
        const char *value = at + strlen(at) + 1;
        rows[count++] = (struct store_setting){at, value};
        at = value + strlen(value) + 1;
    }
    return store_check_settings(merge->store, rows, count, why);
}

static const char *find_setting(const struct part *part, const char *name)
{
    const char *at = part->settings.data, *end = at + part->settings.length;
    while (at < end) {
        const char *value = at + strlen(at) + 1;
        if (strcmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

// Removes what an earlier merge has left. That there is nothing is usual.
static bool empty_staging(const char *staging, struct error *why)
{
    DIR *folder = opendir(staging);
    if (folder == NULL)
        return errno == ENOENT || error_set_errno(why, ERR_DISK, "cannot read %s", staging);
    bool good = true;
    const struct dirent *entry;
    while (good && (entry = readdir(folder)) != NULL)
        if (entry->d_type != DT_DIR && unlinkat(dirfd(folder), entry->d_name, 0) != 0)
            good = error_set_errno(why, ERR_DISK, "cannot remove %s/%s", staging, entry->d_name);
    closedir(folder);
    return good;
}

static bool open_whole(struct merge *merge, const char *directory, struct error *why)
{
    if (holds(directory, "run.db"))
        return error_set(why, ERR_INPUT,
                         "%s holds a run already (run.db); give another -o DIR for the whole",
                         directory);
    merge->staging = file_join(directory, "merge.part");
    if (merge->staging == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a name");
    const char *screened = find_setting(&merge->parts[0], "screen");
    for (size_t i = 0; screened == NULL && i < merge->count; i++)
        merge->summary->screening_left |= holds(merge->parts[i].directory, "screening.jsonl");
    return file_make_directory(directory, why) && (merge->lock = lock_take(directory, why)) >= 0 &&
           empty_staging(merge->staging, why) &&
           (merge->store = store_open(merge->staging, why)) != NULL && copy_settings(merge, why) &&
           (screened == NULL || merge_screen_open(&merge->screen, screened, merge->staging, why));
}

// Puts the part among those with rows left, if it has one.
static bool advance_part(struct merge *merge, struct part *part, struct error *why)
{
    int got = store_next_row(part->store, &part->row, why);
    if (got == 1 && part->row.state == ITEM_OPEN)
        return error_set(why, ERR_INPUT, "%s is not finished: item %s is open", part->directory,
                         part->row.id);
    if (got == 1 && !heap_put(&merge->next, part))
        return error_set(why, ERR_MEMORY, "no memory for the parts");
    return got >= 0;
}

static bool take_item(struct merge *merge, struct part *part, struct error *why)
{
    struct store_row *row = &part->row;
    // Places are counted over the whole input, in each part alike.
    if (row->place != merge->summary->items)
        return error_set(why, ERR_INPUT,
                         "the parts were made from different inputs: item %lld is %s; run "
                         "generate for each of them again with the input as it is now",
                         merge->summary->items + 1,
                         row->place < merge->summary->items ? "in two of them" : "in none of them");
    if (!merge_screen_item(&merge->screen, (size_t)(part - merge->parts), part->store, row, why))
        return false;
    long long *counts[] = {[ITEM_OPEN] = &merge->summary->open,
                           [ITEM_ACCEPTED] = &merge->summary->accepted,
                           [ITEM_REJECTED] = &merge->summary->rejected,
                           [ITEM_UNKNOWN] = &merge->summary->unknown};
    ++*counts[row->state];
    merge->summary->items++;
    return store_take_row(merge->store, row, part->store, why) && advance_part(merge, part, why);
}

static bool take_items(struct merge *merge, struct error *why)
{
    for (size_t i = 0; i < merge->count; i++)
        if (!advance_part(merge, &merge->parts[i], why))
            return false;
    bool good = store_begin(merge->store, why);
    struct part *part;
    while (good && (part = heap_take(&merge->next)) != NULL) {
        good = take_item(merge, part, why);
        if (good && merge->summary->items % ITEMS_A_TRANSACTION == 0)
            good = store_commit(merge->store, why) && store_begin(merge->store, why);
    }
    return good && store_commit(merge->store, why);
}

// ---- What else a DIR holds ----------------------------------------------------------------------

static bool take_rest(struct merge *merge, const char *directory, struct error *why)
{
    bool good = store_begin(merge->store, why);
    for (size_t i = 0; good && i < merge->count; i++) {
        struct part *part = &merge->parts[i];
        struct store_totals totals;
        good = store_totals(part->store, &totals, why) &&
               store_add_totals(merge->store, &totals, why) &&
               store_take_files(merge->store, part->store, why) &&
               store_take_sums(merge->store, part->store, why) &&
               kept_images_take(part->directory, directory, why);
    }
    return good && store_commit(merge->store, why);
}

static bool write_files(struct merge *merge, const struct merge_settings *settings,
                        struct error *why)
{
    struct output output;
    const struct merge_summary *summary = merge->summary;
    bool good = output_open(&output, merge->staging, merge->store, why);
    if (good && summary->open > 0)
        good = output_incomplete(&output, merge->store, summary->items, why);
    else if (good)
        good = output_complete(&output, merge->store, summary->items, why);
    output_close(&output);
    return good && merge_screen_commit(&merge->screen, why) &&
           report_write_merge(merge->store, settings, merge->staging, merge->summary, why);
}

static bool move_file(int from, int to, const char *name, const char *directory, struct error *why)
{
    return renameat(from, name, to, name) == 0 ||
           error_set_errno(why, ERR_DISK, "cannot move %s/merge.part/%s into %s", directory, name,
                           directory);
}

// The store last: with it, DIR holds a run.
static bool move_whole(struct merge *merge, const char *directory, struct error *why)
{
    static const char database[] = "run.db", lock[] = "run.lock";
    store_close(merge->store);
    merge->store = NULL;
    int to = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = to >= 0 ? opendir(merge->staging) : NULL;
    bool good = folder != NULL || error_set_errno(why, ERR_DISK, "cannot read %s", directory);
    const struct dirent *entry;
    while (good && (entry = readdir(folder)) != NULL)
        if (entry->d_type != DT_DIR && strcmp(entry->d_name, database) != 0 &&
            strcmp(entry->d_name, lock) != 0)
            good = move_file(dirfd(folder), to, entry->d_name, directory, why);
    good = good && move_file(dirfd(folder), to, database, directory, why);
    if (good)
        unlinkat(dirfd(folder), lock, 0);
    if (folder != NULL)
        closedir(folder);
    if (to >= 0)
        close(to);
    if (good)
        rmdir(merge->staging);
    return good;
}

static void close_all(struct merge *merge)
{
    for (size_t i = 0; merge->parts != NULL && i < merge->count; i++) {
        store_close(merge->parts[i].store);
        buffer_clear(&merge->parts[i].settings);
    }
    store_close(merge->store);
    merge_screen_close(&merge->screen);
    lock_release(merge->lock);
    free(merge->staging);
    heap_free(&merge->next);
    free(merge->parts);
}
