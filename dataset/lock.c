#include "lock.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refuse_lock(int lock, const char *directory, struct error *why);

int lock_take(const char *directory, struct error *why)
{
    char *path = file_join(directory, "run.lock");
    if (path == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a path");
        return -1;
    }
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (lock < 0)
        error_set_errno(why, ERR_DISK, "cannot write %s; give another -o DIR", path);
    free(path);
    if (lock < 0)
        return -1;
    int failed;
    do {
        failed = flock(lock, LOCK_EX | LOCK_NB);
    } while (failed != 0 && errno == EINTR);
    if (failed != 0) {
        refuse_lock(lock, directory, why);
        close(lock);
        return -1;
    }
    // The process id is for people; a disk too full to take it is noticed elsewhere.
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)length, 0) != length)
        errno = 0;
    return lock;
}

static bool refuse_lock(int lock, const char *directory, struct error *why)
{
    if (errno != EWOULDBLOCK)
        return error_set_errno(why, ERR_DISK, "%s cannot be locked; put DIR on a local disk",
                               directory);
    char text[32] = "";
    ssize_t length = pread(lock, text, sizeof text - 1, 0);
    long process = length > 0 ? strtol(text, NULL, 10) : 0;
    if (process > 0)
        return error_set(why, ERR_USAGE,
                         "%s is in use by another run, process %ld: wait for it, stop it, or give "
                         "another -o DIR",
                         directory, process);
    return error_set(why, ERR_USAGE,
                     "%s is in use by another run: wait for it, stop it, or give another -o DIR",
                     directory);
}

bool lock_check(int lock, const char *directory, struct error *why)
{
    char *path = file_join(directory, "run.lock");
    if (path == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    struct stat held, found;
    bool same = fstat(lock, &held) == 0 && stat(path, &found) == 0 && held.st_dev == found.st_dev &&
                held.st_ino == found.st_ino;
    free(path);
    return same ||
           error_set(why, ERR_DISK,
                     "%s was removed, moved or replaced while the run was going on; stopped, since "
                     "nothing more could be kept there",
                     directory);
}

void lock_release(int lock)
{
    if (lock < 0)
        return;
    if (ftruncate(lock, 0) != 0) // an id left behind misleads nobody: the lock itself is gone
        errno = 0;
    close(lock);
}

// The kernel's list is asked: taking the lock, however shortly, could refuse a run that begins at
// that moment. The list names devices in a way that stat does not always share, so the inode and
// the process must do.
static bool is_listed(long process, ino_t inode)
{
    char line[200];
    bool found = false;
    FILE *locks = fopen("/proc/locks", "re");
    while (locks != NULL && !found && fgets(line, sizeof line, locks) != NULL) {
        long holder;
        unsigned long long node;
        found = sscanf(line, "%*s FLOCK %*s %*s %ld %*[^:]:%*[^:]:%llu", &holder, &node) == 2 &&
                holder == process && node == (unsigned long long)inode;
    }
    if (locks != NULL)
        fclose(locks);
    return found;
}

long lock_holder(const char *directory)
{
    char *path = file_join(directory, "run.lock");
    int lock = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
    free(path);
    if (lock < 0)
        return 0;
    char text[32] = "";
    struct stat facts;
    bool known = pread(lock, text, sizeof text - 1, 0) > 0 && fstat(lock, &facts) == 0;
    close(lock);
    long process = known ? strtol(text, NULL, 10) : 0;
    return process > 0 && is_listed(process, facts.st_ino) ? process : 0;
}
