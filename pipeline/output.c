#include "output.h"

#include "file.h"

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
    return output->stream != NULL ||
           error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
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

bool output_complete(struct output *output, struct store *store, int64_t places, struct error *why)
{
    struct file_writer writer;
    if (!write_failures(output, store, why) || !file_writer_open(&writer, output->dataset, why))
        return false;
    if (!store_each_line(store, ITEM_ACCEPTED, 0, places, write_line, writer.stream, why)) {
        file_abandon(&writer);
        return false;
    }
    if (!file_commit(&writer, why))
        return false;
    unlink(output->part);
    return true;
}

bool output_incomplete(struct output *output, struct store *store, int64_t places,
                       struct error *why)
{
    if (freopen(output->part, "we", output->stream) == NULL) {
        output->stream = NULL;
        return error_set_errno(why, ERR_DISK, "cannot write %s", output->part);
    }
    return output_extend(output, store, 0, places, why) && write_failures(output, store, why);
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
