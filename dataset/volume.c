#include "volume.h"

#include "log.h"

#include <sys/vfs.h>

// Numbers from statfs(2) and the kernel's include/uapi/linux/magic.h.
static const struct {
    unsigned long type;
    enum volume_fitness fitness;
    const char *name;
} volumes[] = {
    {0x6969, VOLUME_UNFIT, "NFS"},           {0x517b, VOLUME_UNFIT, "SMB"},
    {0xfe534d42, VOLUME_UNFIT, "SMB"},       {0xff534d42, VOLUME_UNFIT, "CIFS"},
    {0x564c, VOLUME_UNFIT, "NCP"},           {0x5346414f, VOLUME_UNFIT, "AFS"},
    {0x73757245, VOLUME_UNFIT, "Coda"},      {0x01021997, VOLUME_DOUBTFUL, "9P"},
    {0x65735546, VOLUME_DOUBTFUL, "FUSE"},   {0x00c36400, VOLUME_DOUBTFUL, "Ceph"},
    {0x0bd00bd0, VOLUME_DOUBTFUL, "Lustre"}, {0x47504653, VOLUME_DOUBTFUL, "GPFS"},
    {0x19830326, VOLUME_DOUBTFUL, "BeeGFS"}, {0x01161970, VOLUME_DOUBTFUL, "GFS2"},
    {0x7461636f, VOLUME_DOUBTFUL, "OCFS2"},  {0x786f4256, VOLUME_DOUBTFUL, "VirtualBox's"},
};

enum volume_fitness volume_judge(unsigned long type, const char **name)
{
    for (size_t i = 0; i < sizeof volumes / sizeof volumes[0]; i++)
        if (volumes[i].type == (type & 0xffffffff)) {
            *name = volumes[i].name;
            return volumes[i].fitness;
        }
    *name = "local";
    return VOLUME_FINE;
}

bool volume_check(const char *directory, struct error *why)
{
    struct statfs facts;
    if (statfs(directory, &facts) != 0)
        return error_set_errno(why, ERR_DISK, "cannot look at %s", directory);
    const char *name;
    switch (volume_judge((unsigned long)facts.f_type, &name)) {
    case VOLUME_UNFIT:
        return error_set(why, ERR_DISK,
                         "%s is on a network file system (%s), where SQLite cannot keep its "
                         "write-ahead log; give a DIR on a local disk",
                         directory, name);
    case VOLUME_DOUBTFUL:
        log_warn("%s is on a %s file system; if it is shared by several machines, run vqagen on "
                 "one of them only",
                 directory, name);
        break;
    case VOLUME_FINE:
        break;
    }
    return true;
}

// What is kept for root counts as room: too early a refusal would be worse than a late one.
bool volume_check_room(const char *directory, uint64_t bytes, struct error *why)
{
    struct statfs facts;
    if (statfs(directory, &facts) != 0)
        return error_set_errno(why, ERR_DISK, "cannot look at %s", directory);
    uint64_t room = (uint64_t)facts.f_bfree * (uint64_t)facts.f_bsize;
    return facts.f_blocks == 0 || room >= bytes ||
           error_set(why, ERR_DISK,
                     "the disk of %s is full: it has room for %llu kB; make room and run the same "
                     "command again",
                     directory, (unsigned long long)room / 1000);
}
