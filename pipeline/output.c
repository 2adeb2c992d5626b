#include "output.h"

#include "file.h"
#include "text.h"

#include <stdlib.h>
#include <unistd.h>

static bool begin_part(struct output *output, struct error *why)
{
    output->covered = 0;
    output->stream = output->stream != NULL ? freopen(output->part, "we", output->stream)
                                            : fopen(output->part, "we");
    if (output->stream == NULL)
        return error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
    // Lines are about 1 KiB: stdio's own 4 KiB would mean a system call for every fourth of them.
    // Without memory for the larger room stdio keeps its own.
    enum { ROOM = 256 << 10 };
    setvbuf(output->stream, NULL, _IOFBF, ROOM);
    return true;
}

static bool still_stand(const struct output *output, const struct store *store)
{
    return output->stand && !store_items_changed(store);
}

bool output_open(struct output *output, const char *directory, struct store *store,
                 struct error *why)
{
    *output = (struct output){.dataset = file_join(directory, "dataset.jsonl"),
                              .part = file_join(directory, "dataset.jsonl.part"),
                              .failures = file_join(directory, "failures.jsonl")};
    if (output->dataset == NULL || output->part == NULL || output->failures == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the names of the output");
    output->stand =
        store_output_stands(store, output->dataset) && store_output_stands(store, output->failures);
    return still_stand(output, store) || begin_part(output, why);
}

static bool write_line(void *context, const char *line, size_t length, struct error *why)
{
    FILE *stream = context;
    if (fwrite(line, 1, length, stream) == length)
        return true;
    return error_set_errno(why, ERR_DISK, "cannot write the dataset");
}

bool output_extend(struct output *output, struct store *store, int64_t to, struct error *why)
{
    if (still_stand(output, store))
        return true;
    if (output->stream == NULL && !begin_part(output, why))
        return false;
    if (!store_each_line(store, ITEM_ACCEPTED, output->covered, to, write_line, output->stream,
                         why))
        return false;
    output->covered = to;
    return fflush(output->stream) == 0 ||
           error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
}

static bool write_failures(struct output *output, struct store *store, struct error *why)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, output->failures, why))
        return false;
    if (store_each_failure(store, write_line, writer.stream, why))
        return file_commit(&writer, why);
    file_abandon(&writer);
    return false;
}

// The part becomes dataset.jsonl.
static bool commit_part(struct output *output, struct error *why)
{
    struct file_writer writer = {.stream = output->stream,
                                 .path = text_copy(output->dataset),
                                 .temporary = text_copy(output->part)};
    output->stream = NULL;
    if (writer.path != NULL && writer.temporary != NULL)
        return file_commit(&writer, why);
    file_abandon(&writer);
    return error_set(why, ERR_MEMORY, "no memory for the names of the output");
}

bool output_complete(struct output *output, struct store *store, int64_t places, struct error *why)
{
    if (still_stand(output, store)) {
        unlink(output->part); // of a run that ended, or was killed, before it changed anything
        return true;
    }
    return output_extend(output, store, places, why) && write_failures(output, store, why) &&
           commit_part(output, why) && store_note_output(store, output->dataset, why) &&
           store_note_output(store, output->failures, why);
}

bool output_incomplete(struct output *output, struct store *store, int64_t places,
                       struct error *why)
{
    if (still_stand(output, store))
        return true;
    return begin_part(output, why) && output_extend(output, store, places, why) &&
           write_failures(output, store, why);
}

void output_close(struct output *output)
{
    if (output->stream != NULL)
        fclose(output->stream);
    free(output->dataset);
    free(output->part);
    free(output->failures);
    *output = (struct output){0};
}
