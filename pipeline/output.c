#include "output.h"

#include "file.h"
#include "text.h"

#include <stdlib.h>
#include <unistd.h>

bool output_open(struct output *output, const char *directory, struct error *why)
{
    *output = (struct output){.dataset = file_join(directory, "dataset.jsonl"),
                              .part = file_join(directory, "dataset.jsonl.part"),
                              .failures = file_join(directory, "failures.jsonl")};
    if (output->dataset == NULL || output->part == NULL || output->failures == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the names of the output");
    output->stream = fopen(output->part, "we");
    if (output->stream == NULL)
        return error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
    // Lines are about 1 KiB: stdio's own 4 KiB would mean a system call for every fourth of them.
    // Without memory for the larger room stdio keeps its own.
    enum { ROOM = 256 << 10 };
    setvbuf(output->stream, NULL, _IOFBF, ROOM);
    return true;
}

static bool write_line(void *context, const char *line, size_t length, struct error *why)
{
    FILE *stream = context;
    if (fwrite(line, 1, length, stream) == length)
        return true;
    return error_set_errno(why, ERR_DISK, "cannot write the dataset");
}

bool output_extend(struct output *output, struct store *store, int64_t from, int64_t to,
                   struct error *why)
{
    if (!store_each_line(store, ITEM_ACCEPTED, from, to, write_line, output->stream, why))
        return false;
    output->covered = from == output->covered ? to : -1;
    return fflush(output->stream) == 0 ||
           error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
}

// Begins the part anew.
static bool rewrite(struct output *output, struct store *store, int64_t places, struct error *why)
{
    if (freopen(output->part, "we", output->stream) == NULL) {
        output->stream = NULL;
        return error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
    }
    output->covered = 0;
    return output_extend(output, store, 0, places, why);
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

bool output_complete(struct output *output, struct store *store, int64_t places, struct error *why)
{
    // The part has grown by batches; when they came in order it lacks what came after the last one.
    bool whole = output->covered >= 0 ? output_extend(output, store, output->covered, places, why)
                                      : rewrite(output, store, places, why);
    if (!whole || !write_failures(output, store, why))
        return false;
    struct file_writer writer = {.stream = output->stream,
                                 .path = text_copy(output->dataset),
                                 .temporary = text_copy(output->part)};
    output->stream = NULL;
    if (writer.path != NULL && writer.temporary != NULL)
        return file_commit(&writer, why);
    file_abandon(&writer);
    return error_set(why, ERR_MEMORY, "no memory for the names of the output");
}

bool output_incomplete(struct output *output, struct store *store, int64_t places,
                       struct error *why)
{
    return rewrite(output, store, places, why) && write_failures(output, store, why);
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
