#include "walk.h"

#include "buffer.h"
#include "digest.h"
#include "file.h"
#include "folder_names.h"
#include "seen.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SNIFFED_BYTES = 512 };

// Which folder it is, whatever its path.
struct identity {
    dev_t device;
    ino_t inode;
};

struct level {
    int folder;
    size_t path_length; // of walk->path up to this folder
    struct folder_names names;
    struct identity identity;
};

struct walk {
    char *root;
    char *left_out; // NULL: no folder is
    bool met_left_out;
    struct source_settings settings;
    size_t names_held;  // of a folder at a time
    struct buffer path; // below root, with '/'
    struct level levels[WALK_MAX_DEPTH];
    size_t depth;
    struct seen links;    // folders that were entered by a link, as "device:inode"
    struct seen repaired; // ids that are not the name's own bytes, so that two may be the same
    uint64_t skipped;
};

enum visit { VISIT_NOTHING, VISIT_QUESTION, VISIT_FAILED };

static bool enter_folder(struct walk *walk, int folder, struct error *why);
static enum visit visit_entry(struct walk *walk, struct question *out, struct error *why);
static enum visit visit_file(struct walk *walk, struct question *out, struct error *why);
static enum visit visit_folder(struct walk *walk, bool by_link, struct question *out,
                               struct error *why);
static void leave_folder(struct walk *walk);

struct walk *walk_open(const char *root, const struct source_settings *settings, size_t names_held,
                       struct error *why)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL || (walk->root = text_copy(root)) == NULL) {
        error_set(why, ERR_MEMORY, "no memory to read the folder %s", root);
        free(walk);
        return NULL;
    }
    walk->settings = *settings;
    if (settings->left_out != NULL && (walk->left_out = text_copy(settings->left_out)) == NULL) {
        error_set(why, ERR_MEMORY, "no memory to read the folder %s", root);
        walk_close(walk);
        return NULL;
    }
    walk->names_held = names_held;
    buffer_init(&walk->path, 1 << 20);
    int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        error_set_errno(why, ERR_INPUT, "cannot open the folder %s", root);
    else if (enter_folder(walk, folder, why))
        return walk;
    walk_close(walk);
    return NULL;
}

void walk_close(struct walk *walk)
{
    if (walk == NULL)
        return;
    while (walk->depth > 0)
        leave_folder(walk);
    buffer_clear(&walk->path);
    seen_clear(&walk->repaired);
    seen_clear(&walk->links);
    free(walk->left_out);
    free(walk->root);
    free(walk);
}

uint64_t walk_skipped(const struct walk *walk)
{
    return walk->skipped;
}

bool walk_met_left_out(const struct walk *walk)
{
    return walk->met_left_out;
}

// Goes on one level down. The folder belongs to the level then, or is closed.
static bool enter_folder(struct walk *walk, int folder, struct error *why)
{
    struct stat facts;
    if (fstat(folder, &facts) != 0) {
        error_set_errno(why, ERR_INPUT, "cannot look at the folder %s", buffer_text(&walk->path));
        close(folder);
        return false;
    }
    walk->levels[walk->depth++] = (struct level){.folder = folder,
                                                 .path_length = walk->path.length,
                                                 .names = {.more = true},
                                                 .identity = {facts.st_dev, facts.st_ino}};
    return true;
}

static void leave_folder(struct walk *walk)
{
    struct level *level = &walk->levels[--walk->depth];
    folder_names_clear(&level->names);
    close(level->folder);
}

// The fault of a folder that cannot be read to its end belongs to the folder, not to the run.
static enum visit make_fault(struct walk *walk, struct question *out, const struct error *fault,
                             struct error *why);

int walk_next(struct walk *walk, struct question *out, struct error *why)
{
    *out = (struct question){0};
    while (walk->depth > 0) {
        struct level *level = &walk->levels[walk->depth - 1];
        buffer_truncate(&walk->path, level->path_length);
        enum visit visit = VISIT_NOTHING;
        struct folder_names *names = &level->names;
        if (names->next < names->count) {
            visit = visit_entry(walk, out, why);
        } else if (!names->more) {
            leave_folder(walk);
        } else {
            struct error fault = {0};
            if (!folder_names_read(names, level->folder, walk->names_held, &fault)) {
                names->more = false;
                visit = make_fault(walk, out, &fault, why);
            }
        }
        if (visit == VISIT_QUESTION)
            return 1;
        if (visit == VISIT_FAILED) {
            question_clear(out);
            return -1;
        }
    }
    return 0;
}

static bool set_names(struct walk *walk, struct question *out, struct error *why);

static enum visit make_fault(struct walk *walk, struct question *out, const struct error *fault,
                             struct error *why)
{
    if (fault->kind == ERR_MEMORY) {
        error_set(why, fault->kind, "%s/%s: %s", walk->root, buffer_text(&walk->path),
                  fault->message);
        return VISIT_FAILED;
    }
    if (!set_names(walk, out, why))
        return VISIT_FAILED;
    struct error named = *fault;
    error_note(&named, "%s", out->name);
    out->fault = text_copy(named.message);
    if (out->fault != NULL)
        return VISIT_QUESTION;
    error_set(why, ERR_MEMORY, "no memory for a message");
    return VISIT_FAILED;
}

// The fault that errno names. Too few file descriptors are no fault of the file.
static enum visit make_errno_fault(struct walk *walk, struct question *out, const char *what,
                                   struct error *why)
{
    if (errno == ENOENT) // removed since the folder was read
        return VISIT_NOTHING;
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
        error_set_errno(why, ERR_INPUT, "%s %s/%s", what, walk->root, buffer_text(&walk->path));
        error_note(why, "raise `ulimit -n` or lower --concurrency");
        return VISIT_FAILED;
    }
    struct error fault = {0};
    error_set_errno(&fault, ERR_INPUT, "%s", what);
    return make_fault(walk, out, &fault, why);
}

// The suffixes of the formats that are read. SVG, PDF and raw ones are not among them: such files
// lie beside images on purpose.
static bool is_named_like_image(const char *name)
{
    static const char *const suffixes[] = {"jpg", "jpeg", "jpe",  "png",  "webp", "gif",
                                           "bmp", "pnm",  "pbm",  "pgm",  "ppm",  "tga",
                                           "psd", "tif",  "tiff", "heic", "heif", "avif"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (strcasecmp(dot + 1, suffixes[i]) == 0)
            return true;
    return false;
}

static enum visit visit_entry(struct walk *walk, struct question *out, struct error *why)
{
    struct level *level = &walk->levels[walk->depth - 1];
    char *name = level->names.list[level->names.next++];
    unsigned char type = (unsigned char)name[0];
    if (walk->path.length > 0)
        buffer_append_char(&walk->path, '/');
    buffer_append_text(&walk->path, name + 1);
    free(name);
    if (!buffer_check(&walk->path, "a path", why))
        return VISIT_FAILED;
    bool by_link = type == DT_LNK;
    if (type == DT_LNK || type == DT_UNKNOWN) {
        const char *base = strrchr(buffer_text(&walk->path), '/');
        base = base != NULL ? base + 1 : buffer_text(&walk->path);
        struct stat facts;
        if (type == DT_UNKNOWN && fstatat(level->folder, base, &facts, AT_SYMLINK_NOFOLLOW) == 0)
            by_link = S_ISLNK(facts.st_mode);
        if (fstatat(level->folder, base, &facts, 0) != 0) {
            bool to_nothing = by_link && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR);
            if (to_nothing && !is_named_like_image(base))
                return VISIT_NOTHING;
            struct error fault = {0};
            if (to_nothing) { // to a disk that is not mounted, perhaps
                error_set(&fault, ERR_INPUT, "a link that leads nowhere");
                return make_fault(walk, out, &fault, why);
            }
            return make_errno_fault(walk, out, "cannot look at it", why);
        }
        type = S_ISDIR(facts.st_mode) ? DT_DIR : S_ISREG(facts.st_mode) ? DT_REG : DT_FIFO;
    }
    if (type == DT_DIR)
        return visit_folder(walk, by_link, out, why);
    if (type == DT_REG)
        return visit_file(walk, out, why);
    return VISIT_NOTHING; // a pipe, a socket or a device
}

static const char *entry_name(const struct walk *walk)
{
    const struct level *level = &walk->levels[walk->depth - 1];
    const char *name = buffer_text(&walk->path) + level->path_length;
    return *name == '/' ? name + 1 : name;
}

static int open_entry(const struct walk *walk, int flags)
{
    return openat(walk->levels[walk->depth - 1].folder, entry_name(walk), flags | O_CLOEXEC);
}

// Reads a regular file's beginning. -1: errno says why; -2: it is no regular file after all.
static ssize_t sniff_file(const struct walk *walk, char *bytes)
{
    int file = open_entry(walk, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return -1;
    struct stat facts;
    ssize_t length = -2;
    if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode))
        do {
            length = read(file, bytes, SNIFFED_BYTES);
        } while (length < 0 && errno == EINTR);
    int failure = errno;
    close(file);
    errno = failure;
    return length;
}

static enum visit visit_file(struct walk *walk, struct question *out, struct error *why)
{
    char bytes[SNIFFED_BYTES];
    ssize_t length = sniff_file(walk, bytes);
    if (length == -1)
        return make_errno_fault(walk, out, "cannot read it", why);
    if (length == -2)
        return VISIT_NOTHING;
    bool image = length > 0 && walk->settings.is_image(bytes, (size_t)length);
    if (!image && !is_named_like_image(entry_name(walk))) {
        walk->skipped++;
        return VISIT_NOTHING;
    }
    out->origin = IMAGE_FILE;
    out->image_only = true;
    out->image = file_join(walk->root, buffer_text(&walk->path));
    if (out->image == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a path");
        return VISIT_FAILED;
    }
    return set_names(walk, out, why) ? VISIT_QUESTION : VISIT_FAILED;
}

// The id and the name: the path below the root. Two names that are not UTF-8 can look the same once
// repaired; the later one gets its place among the repaired ones behind it.
static bool set_names(struct walk *walk, struct question *out, struct error *why)
{
    const char *path = walk->path.length > 0 ? walk->path.data : ".";
    out->id = text_repair(path, strlen(path));
    out->name = out->id != NULL ? text_copy(out->id) : NULL;
    if (out->name == NULL)
        return error_set(why, ERR_MEMORY, "no memory for an id");
    if (strstr(out->id, "\xef\xbf\xbd") == NULL)
        return true;
    bool is_new;
    if (!seen_add(&walk->repaired, seen_hash(out->id), &is_new, why))
        return false;
    if (is_new)
        return true;
    struct buffer id;
    buffer_init(&id, SIZE_MAX / 4);
    struct digest digest = digest_of(path, strlen(path));
    char hex[DIGEST_HEX + 1];
    digest_hex(&digest, hex);
    buffer_append_format(&id, "%s@%.8s", out->id, hex);
    free(out->id);
    out->id = buffer_take(&id);
    return out->id != NULL || error_set(why, ERR_MEMORY, "no memory for an id");
}

static bool same_folder(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode;
}

// Whether a link leads to a folder that is not being walked and that no link led to before.
static bool link_is_new(struct walk *walk, const struct identity *identity, bool *is_new,
                        struct error *why)
{
    *is_new = false;
    for (size_t i = 0; i < walk->depth; i++)
        if (same_folder(&walk->levels[i].identity, identity))
            return true;
    char text[64];
    snprintf(text, sizeof text, "%llx:%llx", (unsigned long long)identity->device,
             (unsigned long long)identity->inode);
    return seen_add(&walk->links, seen_hash(text), is_new, why);
}

// Looked up each time, since a run makes its DIR after it has opened its input.
static bool is_left_out(struct walk *walk, const struct identity *identity)
{
    struct stat facts;
    if (walk->left_out == NULL || stat(walk->left_out, &facts) != 0)
        return false;
    struct identity left_out = {facts.st_dev, facts.st_ino};
    bool same = same_folder(&left_out, identity);
    walk->met_left_out |= same;
    return same;
}

static enum visit visit_folder(struct walk *walk, bool by_link, struct question *out,
                               struct error *why)
{
    if (walk->depth == WALK_MAX_DEPTH) {
        struct error fault = {0};
        error_set(&fault, ERR_INPUT, "not entered: folders are nested more than %d deep",
                  WALK_MAX_DEPTH);
        return make_fault(walk, out, &fault, why);
    }
    int folder = open_entry(walk, O_RDONLY | O_DIRECTORY);
    if (folder < 0)
        return make_errno_fault(walk, out, "cannot open the folder", why);
    struct stat facts;
    if (fstat(folder, &facts) != 0) {
        enum visit visit = make_errno_fault(walk, out, "cannot look at the folder", why);
        close(folder);
        return visit;
    }
    struct identity identity = {facts.st_dev, facts.st_ino};
    if (is_left_out(walk, &identity)) {
        close(folder);
        return VISIT_NOTHING;
    }
    bool is_new = true, good = !by_link || link_is_new(walk, &identity, &is_new, why);
    if (!good || !is_new) {
        close(folder);
        return good ? VISIT_NOTHING : VISIT_FAILED;
    }
    return enter_folder(walk, folder, why) ? VISIT_NOTHING : VISIT_FAILED;
}
