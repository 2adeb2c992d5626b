#include "file.h"

#include "memory.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Reads what fstat promised in one piece, then probes for more with single bytes, so that a file of
// known size is never copied by a growing buffer, and one that grows meanwhile is still read whole.
static bool read_to_end(int file, const char *path, size_t expected, struct buffer *out,
                        struct error *why)
{
    for (;;) {
        char probe;
        char *to = &probe;
        if (expected > out->ceiling - out->length)
            return error_set(why, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, out->ceiling);
        if (expected > 0 && (to = buffer_reserve(out, expected)) == NULL)
            return buffer_check(out, path, why);
        ssize_t got = read(file, to, expected > 0 ? expected : 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(why, ERR_INPUT, "cannot read %s", path);
        if (got == 0)
            return true;
        if (expected > 0) {
            out->length += (size_t)got;
            out->data[out->length] = '\0';
            expected -= (size_t)got;
        } else if (buffer_append_char(out, probe)) {
            expected = out->ceiling - out->length < 65536 ? out->ceiling - out->length : 65536;
        } else {
            return buffer_check(out, path, why);
        }
    }
}

// Negative: ERR_INPUT. Nothing waits here for the other end of a pipe.
static int open_regular(const char *path, size_t *bytes, struct error *why)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        error_set_errno(why, ERR_INPUT, "cannot open %s", path);
        return -1;
    }
    struct stat facts;
    if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(file);
        error_set(why, ERR_INPUT, "%s is not a regular file", path);
        return -1;
    }
    *bytes = facts.st_size > 0 ? (size_t)facts.st_size : 0;
    return file;
}

bool file_read(const char *path, struct buffer *out, struct error *why)
{
    size_t bytes;
    int file = open_regular(path, &bytes, why);
    if (file < 0)
        return false;
    bool good = read_to_end(file, path, bytes, out, why);
    close(file);
    return good;
}

static int64_t as_ns(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t file_changed_ns(const struct stat *facts)
{
    int64_t content = as_ns(facts->st_mtim), inode = as_ns(facts->st_ctim);
    return content > inode ? content : inode;
}

bool file_make_directory(const char *path, struct error *why)
{
    char *copy = text_copy(path);
    if (copy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    bool good = true;
    for (char *slash = copy; good; slash++) {
        if (*slash != '/' && *slash != '\0')
            continue;
        char held = *slash;
        *slash = '\0';
        if (copy[0] != '\0' && mkdir(copy, 0777) != 0 && errno != EEXIST)
            good = error_set_errno(why, ERR_DISK, "cannot make the folder %s", copy);
        *slash = held;
        if (held == '\0')
            break;
    }
    struct stat facts;
    if (good && (stat(path, &facts) != 0 || !S_ISDIR(facts.st_mode)))
        good = error_set(why, ERR_DISK, "%s exists and is not a folder", path);
    free(copy);
    return good;
}

char *file_join(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    bool slash = length > 0 && folder[length - 1] != '/';
    char *path = memory_noted(malloc(length + strlen(name) + 2));
    if (path != NULL)
        sprintf(path, "%s%s%s", folder, slash ? "/" : "", name);
    return path;
}

bool file_writer_open(struct file_writer *writer, const char *path, struct error *why)
{
    *writer = (struct file_writer){.path = text_copy(path)};
    struct stat facts;
    bool in_place = stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
    if (!in_place)
        writer->temporary = malloc(strlen(path) + sizeof ".tmp");
    if (writer->path == NULL || (writer->temporary == NULL && !in_place)) {
        file_abandon(writer);
        return error_set(why, ERR_MEMORY, "no memory to write %s", path);
    }
    if (!in_place)
        sprintf(writer->temporary, "%s.tmp", path);
    writer->stream = fopen(in_place ? path : writer->temporary, "we");
    if (writer->stream != NULL)
        return true;
    error_set_errno(why, ERR_DISK, "cannot write %s", in_place ? path : writer->temporary);
    file_abandon(writer);
    return false;
}

// The rename itself is only durable once the folder is.
static void sync_folder(const char *path)
{
    char *folder = text_copy(path);
    if (folder == NULL)
        return;
    char *slash = strrchr(folder, '/');
    const char *name = ".";
    if (slash != NULL) {
        *slash = '\0';
        name = folder[0] != '\0' ? folder : "/";
    }
    int directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        fsync(directory);
        close(directory);
    }
    free(folder);
}

bool file_commit(struct file_writer *writer, struct error *why)
{
    bool in_place = writer->temporary == NULL;
    const char *written = in_place ? writer->path : writer->temporary;
    bool good = fflush(writer->stream) == 0 && !ferror(writer->stream) &&
                (in_place || fsync(fileno(writer->stream)) == 0);
    if (!good)
        error_set_errno(why, ERR_DISK, "cannot write %s", written);
    if (fclose(writer->stream) != 0 && good)
        good = error_set_errno(why, ERR_DISK, "cannot write %s", written);
    writer->stream = NULL;
    if (good && !in_place && rename(writer->temporary, writer->path) != 0)
        good = error_set_errno(why, ERR_DISK, "cannot rename %s to %s", writer->temporary,
                               writer->path);
    if (good && !in_place)
        sync_folder(writer->path);
    if (!good && !in_place)
        unlink(writer->temporary);
    free(writer->path);
    free(writer->temporary);
    *writer = (struct file_writer){0};
    return good;
}

void file_abandon(struct file_writer *writer)
{
    if (writer->stream != NULL) {
        fclose(writer->stream);
        if (writer->temporary != NULL)
            unlink(writer->temporary);
    }
    free(writer->path);
    free(writer->temporary);
    *writer = (struct file_writer){0};
}

bool file_write(const char *path, const void *bytes, size_t length, struct error *why)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, path, why))
        return false;
    fwrite(bytes, 1, length, writer.stream);
    return file_commit(&writer, why);
}

// Opens a file of a name of its own beside path. Negative: ERR_DISK, ERR_MEMORY. *temporary is the
// caller's to free.
static int open_beside(const char *path, char **temporary, struct error *why)
{
    *temporary = malloc(strlen(path) + sizeof ".XXXXXX");
    if (*temporary == NULL) {
        error_set(why, ERR_MEMORY, "no memory to write %s", path);
        return -1;
    }
    sprintf(*temporary, "%s.XXXXXX", path);
    int file = mkostemp(*temporary, O_CLOEXEC);
    if (file < 0)
        error_set_errno(why, ERR_DISK, "cannot write %s", path);
    return file;
}

// Ends what open_beside began: the file takes its place, or is removed when it is not good.
static bool close_beside(int file, char *temporary, const char *path, bool good, struct error *why)
{
    if (file < 0) {
        free(temporary);
        return false;
    }
    bool closed = close(file) == 0;
    if (good && (!closed || chmod(temporary, 0644) != 0 || rename(temporary, path) != 0))
        good = error_set_errno(why, ERR_DISK, "cannot write %s", path);
    if (!good)
        unlink(temporary);
    free(temporary);
    return good;
}

static bool write_whole(int file, const char *bytes, size_t length, const char *path,
                        struct error *why)
{
    for (ssize_t put; length > 0; bytes += put, length -= (size_t)put)
        if ((put = write(file, bytes, length)) < 0) {
            if (errno != EINTR)
                return error_set_errno(why, ERR_DISK, "cannot write %s", path);
            put = 0;
        }
    return true;
}

bool file_keep(const char *path, const void *bytes, size_t length, struct error *why)
{
    if (access(path, F_OK) == 0)
        return true;
    char *temporary;
    int file = open_beside(path, &temporary, why);
    bool good = file >= 0 && write_whole(file, bytes, length, path, why);
    return close_beside(file, temporary, path, good, why);
}

static bool copy_pieces(int source, const char *from, int target, const char *to, struct error *why)
{
    enum { PIECE_BYTES = 1 << 20 };
    char *piece = malloc(PIECE_BYTES);
    bool good = piece != NULL || error_set(why, ERR_MEMORY, "no memory to copy %s", from);
    ssize_t got = good ? 1 : 0;
    while (good && got != 0) {
        got = read(source, piece, PIECE_BYTES);
        if (got > 0)
            good = write_whole(target, piece, (size_t)got, to, why);
        else if (got < 0 && errno != EINTR)
            good = error_set_errno(why, ERR_INPUT, "cannot read %s", from);
    }
    free(piece);
    return good;
}

bool file_copy(const char *from, const char *to, struct error *why)
{
    size_t bytes;
    int source = open_regular(from, &bytes, why);
    if (source < 0)
        return false;
    char *temporary;
    int target = open_beside(to, &temporary, why);
    bool good = target >= 0 && copy_pieces(source, from, target, to, why);
    close(source);
    return close_beside(target, temporary, to, good, why);
}
