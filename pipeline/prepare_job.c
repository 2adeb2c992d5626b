#include "prepare_job.h"

#include "base64.h"
#include "file.h"
#include "json.h"
#include "memory.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// A picture file larger than this is a mistake, not a picture.
enum { MAX_FILE = 1 << 30 };

static void prepare(struct prepare_job *job, const struct buffer *bytes);
static bool write_jpeg(struct prepare_job *job, const struct buffer *jpeg);

static bool refuse_memory(struct prepare_job *job, uint64_t needed,
                          const struct allowance *allowance)
{
    enum { MIB = 1 << 20 };
    return error_set(
        &job->why, ERR_TOO_LARGE,
        "it needs about %llu MiB of memory at once, and its share of --image-memory is "
        "%llu MiB: raise that",
        (unsigned long long)(needed / MIB + 1),
        (unsigned long long)(allowance_total(allowance) / MIB));
}

// What reading the image's bytes takes, as far as it can be told before.
static uint64_t input_size(const struct question *question)
{
    if (question->origin == IMAGE_BASE64)
        return strlen(question->image) / 4 * 3 + 3;
    struct stat facts;
    return stat(question->image, &facts) == 0 && facts.st_size > 0 ? (uint64_t)facts.st_size : 0;
}

static bool get_bytes(struct prepare_job *job, struct buffer *bytes)
{
    const struct question *question = &job->question;
    bool good = question->origin == IMAGE_BASE64
                    ? base64_decode(question->image, strlen(question->image), bytes, &job->why)
                    : file_read(question->image, bytes, &job->why);
    job->bytes_in = bytes->length;
    return good;
}

void prepare_job_run(struct work *work)
{
    struct prepare_job *job = (struct prepare_job *)work;
    struct question *question = &job->question;
    job->status = PREPARE_FAILED;
    if (question->fault != NULL) {
        error_set(&job->why, ERR_RECORD, "%s", question->fault);
        return;
    }
    if (question->origin == IMAGE_URL || question->origin == IMAGE_NONE) {
        job->status = PREPARE_SKIPPED;
        error_set(&job->why, ERR_RECORD,
                  question->origin == IMAGE_NONE
                      ? "the record has no image"
                      : "the image is given by URL: only files and base64 are prepared");
        return;
    }
    uint64_t size = input_size(question);
    if (!allowance_take(job->file_memory, size)) {
        refuse_memory(job, size, job->file_memory);
        return;
    }
    struct buffer bytes;
    // A file that grows while it is read is not read further than was allowed.
    buffer_init(&bytes, size < MAX_FILE ? (size_t)size : MAX_FILE);
    if (get_bytes(job, &bytes))
        prepare(job, &bytes);
    buffer_clear(&bytes);
    allowance_return(job->file_memory, size);
    if (!memory_settle(true, &job->why))
        job->status = PREPARE_FAILED;
}

static void prepare(struct prepare_job *job, const struct buffer *bytes)
{
    uint64_t needed = image_memory(bytes->data, bytes->length, job->limits);
    if (!allowance_take(job->picture_memory, needed)) {
        job->image.format = sniff_format(bytes->data, bytes->length);
        refuse_memory(job, needed, job->picture_memory);
        return;
    }
    bool good = image_prepare(bytes->data, bytes->length, job->limits, &job->image, &job->why);
    if (good)
        job->status = job->image.passed ? PREPARE_PASSED : PREPARE_ENCODED;
    else
        job->image.format = sniff_format(bytes->data, bytes->length);
    if (good && !job->screens)
        prepare_job_keep(&job->work);
    else if (good && screen_needs_digest(&job->image.figures))
        job->source = digest_of(bytes->data, bytes->length);
    allowance_return(job->picture_memory, needed);
}

void prepare_job_keep(struct work *work)
{
    struct prepare_job *job = (struct prepare_job *)work;
    if (!write_jpeg(job, &job->image.jpeg))
        job->status = PREPARE_FAILED;
    else if (job->image.damage.kind != ERR_NONE)
        job->why = job->image.damage;
    if (job->status != PREPARE_FAILED)
        job->bytes_out = job->image.jpeg.length;
    prepared_image_clear(&job->image);
}

bool prepare_job_is_prepared(const struct prepare_job *job)
{
    return job->status == PREPARE_ENCODED || job->status == PREPARE_PASSED;
}

bool prepare_job_take_verdict(struct prepare_job *job, const struct screen_verdict *verdict,
                              bool skip, struct error *why)
{
    job->judged = true;
    job->verdict = *verdict;
    job->nearest = text_copy(verdict->nearest);
    if (verdict->nearest != NULL && job->nearest == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a name");
    job->verdict.nearest = job->nearest;
    if (!skip)
        return true;
    job->status = PREPARE_SKIPPED;
    error_set(&job->why, ERR_IMAGE, "%s", verdict->reason);
    prepared_image_clear(&job->image);
    return true;
}

static bool write_jpeg(struct prepare_job *job, const struct buffer *jpeg)
{
    char hex[DIGEST_HEX + 1], name[DIGEST_HEX + sizeof ".jpg"];
    job->digest = digest_of(jpeg->data, jpeg->length);
    digest_hex(&job->digest, hex);
    snprintf(name, sizeof name, "%s.jpg", hex);
    char *path = file_join(job->folder, name);
    bool good = path != NULL ? file_keep(path, jpeg->data, jpeg->length, &job->why)
                             : error_set(&job->why, ERR_MEMORY, "no memory for a path");
    free(path);
    return good;
}

void prepare_job_free(struct prepare_job *job)
{
    if (job == NULL)
        return;
    question_clear(&job->question);
    prepared_image_clear(&job->image);
    free(job->nearest);
    free(job);
}

static void write_result(const struct prepare_job *job, struct buffer *out)
{
    char name[sizeof "images/.jpg" + DIGEST_HEX], hex[DIGEST_HEX + 1];
    digest_hex(&job->digest, hex);
    snprintf(name, sizeof name, "images/%s.jpg", hex);
    json_write_string_field(out, "file", name);
    json_write_integer_field(out, "out_width", job->image.width);
    json_write_integer_field(out, "out_height", job->image.height);
    json_write_integer_field(out, "quality", job->image.quality);
    json_write_integer_field(out, "bytes", (long long)job->bytes_out);
    json_write_integer_field(out, "base64_bytes", (long long)base64_length(job->bytes_out));
    json_write_string_field(out, "sha256", hex);
    json_write_name(out, "tokens");
    buffer_append_char(out, '{');
    for (size_t i = 0; token_rule_at(i) != NULL; i++)
        json_write_integer_field(out, token_rule_at(i)->name,
                                 token_rule_at(i)->count(job->image.width, job->image.height));
    buffer_append_char(out, '}');
}

// A name that is not UTF-8 is no text of JSON: it is shown repaired, and its bytes are given beside
// it.
static void write_path(const struct question *question, struct buffer *out)
{
    json_write_string_field(out, "path", question->name != NULL ? question->name : question->id);
    if (question->origin != IMAGE_FILE || question->image == NULL ||
        text_valid_utf8(question->image, strlen(question->image)))
        return;
    json_write_name(out, "path_base64");
    buffer_append_char(out, '"');
    base64_encode(question->image, strlen(question->image), out);
    buffer_append_char(out, '"');
}

void prepare_job_write(const struct prepare_job *job, struct buffer *out)
{
    static const char *const statuses[] = {"encoded", "passed", "skipped", "failed"};
    const struct question *question = &job->question;
    buffer_append_char(out, '{');
    write_path(question, out);
    json_write_string_field(out, "status", statuses[job->status]);
    json_write_string_field(out, "reason", job->why.kind != ERR_NONE ? job->why.message : NULL);
    json_write_string_field(
        out, "format", job->image.format != PICTURE_UNKNOWN ? sniff_name(job->image.format) : NULL);
    if (job->image.source_width > 0) {
        json_write_integer_field(out, "width", job->image.source_width);
        json_write_integer_field(out, "height", job->image.source_height);
        json_write_integer_field(out, "orientation", job->image.orientation);
    }
    if (prepare_job_is_prepared(job))
        write_result(job, out);
    if (job->judged) {
        json_write_name(out, "screen");
        buffer_append_char(out, '{');
        screening_write(&job->image.figures, &job->verdict, out);
        buffer_append_char(out, '}');
    }
    buffer_append_text(out, "}\n");
}
