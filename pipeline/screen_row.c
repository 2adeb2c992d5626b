#include "screen_row.h"

#include "json.h"

#include <stdlib.h>

enum { ROW_CEILING = 1 << 20 };

bool screen_row_recall(struct store *store, const struct digest *digest,
                       struct picture_figures *figures)
{
    struct stored_figures stored;
    if (!store_find_figures(store, digest, &stored))
        return false;
    *figures = (struct picture_figures){.shorter_px = stored.shorter_px,
                                        .contrast = stored.contrast,
                                        .blur = stored.blur,
                                        .look = likeness_read(stored.look),
                                        .detail = stored.detail};
    return true;
}

bool screen_row_open(struct file_writer *rows, const char *directory, struct error *why)
{
    char *path = file_join(directory, "screening.jsonl");
    if (path == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    bool good = file_writer_open(rows, path, why);
    free(path);
    return good;
}

bool screen_row_write(struct file_writer *rows, const struct screen_image *judged,
                      const struct screen_verdict *verdict, struct error *why)
{
    char hex[DIGEST_HEX + 1];
    struct buffer row;
    buffer_init(&row, ROW_CEILING);
    digest_hex(&judged->digest, hex);
    buffer_append_char(&row, '{');
    json_write_string_field(&row, "image", judged->name);
    json_write_string_field(&row, "image_sha256", hex);
    screening_write(&judged->figures, verdict, &row);
    buffer_append_text(&row, "}\n");
    bool good = buffer_check(&row, "a row of screening.jsonl", why);
    if (good && fwrite(row.data, 1, row.length, rows->stream) != row.length)
        good = error_set_errno(why, ERR_DISK, "cannot write %s", rows->path);
    buffer_clear(&row);
    return good;
}
