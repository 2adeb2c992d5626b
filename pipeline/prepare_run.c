#include "prepare_run.h"

#include "clock.h"
#include "file.h"
#include "image.h"
#include "json.h"
#include "log.h"
#include "memory.h"
#include "prepare_job.h"
#include "source.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    AHEAD = 16,           // images a worker, that may be finished before an earlier one is
    TERMINAL_MS = 100,    // between two lines of progress
    PLAIN_MS = 10000,     // where lines stay
    FILE_SHARE = 4,       // the part of the memory that is for files as read
    ROW_CEILING = 1 << 20 // of a row, which holds a path and a message
};

struct preparation {
    const struct prepare_settings *settings;
    struct prepare_summary *summary;
    struct source *source;
    struct workers *workers;
    struct allowance *file_memory, *picture_memory;
    char *folder; // OUT/images
    struct file_writer rows;
    // The images that were given to workers and have no row yet, in the order of the input.
    struct prepare_job **window;
    unsigned room, first, count;
    unsigned judged;             // of them, in that order
    struct screening *screening; // NULL: none
    struct image_limits limits;
    bool ended; // the input has
    sem_t finished;
    int64_t begun_ms, shown_ms;
};

static bool begin(struct preparation *preparation, struct error *why);
static bool work(struct preparation *preparation, struct error *why);
static void finish(struct preparation *preparation);
static void measure(struct preparation *preparation);

bool prepare_run_all(const struct prepare_settings *settings, struct prepare_summary *summary,
                     struct error *why)
{
    *summary = (struct prepare_summary){0};
    struct preparation preparation = {.settings = settings, .summary = summary};
    preparation.begun_ms = clock_now_ms();
    sem_init(&preparation.finished, 0, 0);
    bool good = begin(&preparation, why) && work(&preparation, why);
    log_progress("");
    if (preparation.rows.stream != NULL) {
        if (good)
            good = file_commit(&preparation.rows, why);
        else
            file_abandon(&preparation.rows);
    }
    if (good && *settings->stop != 0 && !preparation.ended)
        good = error_set(why, ERR_INTERRUPTED,
                         "interrupted after %llu images; %s/images.jsonl has their rows",
                         summary->images, settings->directory);
    finish(&preparation);
    measure(&preparation);
    return good;
}

static bool is_image(const void *bytes, size_t length)
{
    return sniff_readable(sniff_format(bytes, length));
}

static void wake(void *context)
{
    sem_post(context);
}

static bool begin(struct preparation *preparation, struct error *why)
{
    const struct prepare_settings *settings = preparation->settings;
    preparation->folder = file_join(settings->directory, "images");
    if (preparation->folder == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    // What an earlier run has made is not to be prepared again.
    struct source_settings source = {
        .is_image = is_image, .max_record_bytes = 64 << 20, .left_out = preparation->folder};
    preparation->source = source_open(settings->input, &source, why);
    if (preparation->source == NULL)
        return false;
    char *rows = file_join(settings->directory, "images.jsonl");
    bool good = rows != NULL || error_set(why, ERR_MEMORY, "no memory for a path");
    good = good && file_make_directory(preparation->folder, why) &&
           file_writer_open(&preparation->rows, rows, why);
    free(rows);
    preparation->limits = settings->limits;
    preparation->limits.figures = settings->screen.mode != SCREEN_OFF;
    if (good && preparation->limits.figures)
        good = (preparation->screening = screening_new(&settings->screen, why)) != NULL;
    unsigned count = settings->workers > 0 ? settings->workers : workers_processors();
    preparation->room = count * AHEAD;
    if (good) {
        preparation->window = calloc(preparation->room, sizeof(struct prepare_job *));
        uint64_t for_files = settings->image_memory / FILE_SHARE;
        preparation->file_memory = allowance_new(for_files, why);
        preparation->picture_memory = allowance_new(settings->image_memory - for_files, why);
        preparation->limits.plans = scale_plans_new(why);
        preparation->limits.planes = plane_pool_new(count, why);
        preparation->workers =
            workers_new(count, preparation->room, wake, &preparation->finished, why);
        good = preparation->window != NULL || error_set(why, ERR_MEMORY, "no memory for images");
    }
    return good && preparation->workers != NULL && preparation->file_memory != NULL &&
           preparation->picture_memory != NULL && preparation->limits.plans != NULL &&
           preparation->limits.planes != NULL;
}

static void drop(struct work *work)
{
    (void)work; // the window owns it
}

static void finish(struct preparation *preparation)
{
    workers_free(preparation->workers, drop);
    for (unsigned i = 0; i < preparation->count; i++)
        prepare_job_free(preparation->window[(preparation->first + i) % preparation->room]);
    free(preparation->window);
    scale_plans_free(preparation->limits.plans);
    plane_pool_free(preparation->limits.planes);
    allowance_free(preparation->picture_memory);
    allowance_free(preparation->file_memory);
    if (preparation->source != NULL) {
        preparation->summary->other_files = source_skipped(preparation->source);
        if (source_left_out(preparation->source))
            log_note("%s lies in the input and was passed over: the JPEGs go there",
                     preparation->folder);
        source_close(preparation->source);
    }
    for (int i = 0; preparation->screening != NULL && i < SCREEN_FINDINGS; i++)
        preparation->summary->found[i] =
            screening_count(preparation->screening, (enum screen_finding)i);
    preparation->summary->screened = preparation->screening != NULL;
    screening_free(preparation->screening);
    free(preparation->folder);
    sem_destroy(&preparation->finished);
}

static bool give_one(struct preparation *preparation, struct error *why)
{
    struct prepare_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return error_set(why, ERR_MEMORY, "no memory for image work");
    int got = source_next(preparation->source, &job->question, why);
    if (got <= 0) {
        free(job);
        preparation->ended = got == 0;
        return got == 0;
    }
    job->work.run = prepare_job_run;
    job->folder = preparation->folder;
    job->limits = &preparation->limits;
    job->screens = preparation->screening != NULL;
    job->file_memory = preparation->file_memory;
    job->picture_memory = preparation->picture_memory;
    preparation->window[(preparation->first + preparation->count++) % preparation->room] = job;
    workers_give(preparation->workers, &job->work);
    return true;
}

static bool put_row(struct preparation *preparation, const struct prepare_job *job,
                    struct error *why)
{
    struct prepare_summary *summary = preparation->summary;
    // A fault of the machine, not of the picture: the others would fare no better.
    if (job->why.kind == ERR_DISK || job->why.kind == ERR_MEMORY) {
        *why = job->why;
        return false;
    }
    summary->images++;
    summary->encoded += job->status == PREPARE_ENCODED;
    summary->passed += job->status == PREPARE_PASSED;
    summary->skipped += job->status == PREPARE_SKIPPED;
    summary->failed += job->status == PREPARE_FAILED;
    summary->bytes_in += job->bytes_in;
    summary->bytes_out += job->bytes_out;
    if (job->status == PREPARE_FAILED)
        log_detail("%s: %s", job->question.id, job->why.message);
    struct buffer row;
    buffer_init(&row, ROW_CEILING);
    prepare_job_write(job, &row);
    bool good = buffer_check(&row, "the row of an image", why);
    if (good && fwrite(row.data, 1, row.length, preparation->rows.stream) != row.length)
        good = error_set_errno(why, ERR_DISK, "cannot write %s", preparation->rows.path);
    buffer_clear(&row);
    return good;
}

static struct prepare_job *job_at(struct preparation *preparation, unsigned place)
{
    return preparation->window[(preparation->first + place) % preparation->room];
}

static bool judge_one(struct preparation *preparation, struct prepare_job *job, struct error *why)
{
    const struct question *question = &job->question;
    struct digest key = image_key(question);
    struct screen_image image = {.name = question->name != NULL ? question->name : question->id,
                                 .digest = job->source,
                                 .figures = job->image.figures};
    memcpy(&image.key, key.bytes, sizeof image.key);
    struct screen_verdict verdict;
    if (!screening_judge(preparation->screening, &image, &verdict, why))
        return false;
    bool skip = screening_skips(preparation->screening, &verdict);
    if (!prepare_job_take_verdict(job, &verdict, skip, why))
        return false;
    if (skip) {
        job->done = true;
        return true;
    }
    job->work.run = prepare_job_keep;
    workers_give(preparation->workers, &job->work);
    return true;
}

// Judges those that all earlier ones were judged of, and gives back to the workers what is kept.
static bool judge(struct preparation *preparation, struct error *why)
{
    for (; preparation->judged < preparation->count; preparation->judged++) {
        struct prepare_job *job = job_at(preparation, preparation->judged);
        if (!job->run)
            break;
        if (preparation->screening == NULL || !prepare_job_is_prepared(job))
            job->done = true;
        else if (!judge_one(preparation, job, why))
            return false;
    }
    return true;
}

// Takes back what is finished, and writes the rows of those that all earlier ones are finished of.
static bool collect(struct preparation *preparation, struct error *why)
{
    struct work *work;
    while ((work = workers_collect(preparation->workers)) != NULL) {
        struct prepare_job *job = (struct prepare_job *)work;
        job->done = job->judged;
        job->run = true;
    }
    if (!judge(preparation, why))
        return false;
    while (preparation->count > 0 && preparation->window[preparation->first]->done) {
        struct prepare_job *job = preparation->window[preparation->first];
        bool good = put_row(preparation, job, why);
        prepare_job_free(job);
        preparation->first = (preparation->first + 1) % preparation->room;
        preparation->count--;
        preparation->judged--;
        if (!good)
            return false;
    }
    return true;
}

static void show(struct preparation *preparation)
{
    const struct prepare_summary *summary = preparation->summary;
    int64_t now = clock_now_ms();
    bool terminal = log_is_terminal();
    if (now - preparation->shown_ms < (terminal ? TERMINAL_MS : PLAIN_MS))
        return;
    // A run that is over before a plain line is due needs none.
    bool first = preparation->shown_ms == 0;
    preparation->shown_ms = now;
    if (first && !terminal)
        return;
    char line[160];
    double seconds = (double)(now - preparation->begun_ms) / 1000;
    snprintf(line, sizeof line, "%s%llu images  %.1f/s  %llu failed",
             *preparation->settings->stop != 0 ? "stopping: " : "", summary->images,
             seconds > 0 ? (double)summary->images / seconds : 0, summary->failed);
    if (terminal)
        log_progress(line);
    else
        log_note("%s", line);
}

// Waits for a worker, or a signal, or for the time to show how far it is.
static void wait_a_moment(struct preparation *preparation)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TERMINAL_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    sem_timedwait(&preparation->finished, &until);
}

static bool work(struct preparation *preparation, struct error *why)
{
    for (;;) {
        bool stopping = *preparation->settings->stop != 0;
        while (!stopping && !preparation->ended && preparation->count < preparation->room) {
            if (!give_one(preparation, why))
                return false;
            stopping = *preparation->settings->stop != 0;
        }
        if (!collect(preparation, why))
            return false;
        show(preparation);
        // After a second signal, not even for those begun; their rows are not written.
        if (*preparation->settings->stop > 1)
            return true;
        if (preparation->count == 0 && (preparation->ended || stopping))
            return true;
        if (preparation->count == preparation->room || preparation->ended || stopping)
            wait_a_moment(preparation);
    }
}

static void measure(struct preparation *preparation)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    struct prepare_summary *summary = preparation->summary;
    summary->seconds = (double)(clock_now_ms() - preparation->begun_ms) / 1000;
    summary->cpu_seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    summary->peak_rss_kib = memory_peak_kib();
}

void prepare_summary_write(const struct prepare_summary *summary, struct buffer *out)
{
    buffer_append_char(out, '{');
    json_write_integer_field(out, "images", (long long)summary->images);
    json_write_integer_field(out, "encoded", (long long)summary->encoded);
    json_write_integer_field(out, "passed", (long long)summary->passed);
    json_write_integer_field(out, "skipped", (long long)summary->skipped);
    json_write_integer_field(out, "failed", (long long)summary->failed);
    if (summary->screened) {
        json_write_name(out, "screening");
        buffer_append_char(out, '{');
        for (int i = 0; i < SCREEN_FINDINGS; i++)
            json_write_integer_field(out, screen_finding_name((enum screen_finding)i),
                                     (long long)summary->found[i]);
        buffer_append_char(out, '}');
    }
    json_write_real_field(out, "seconds", summary->seconds);
    json_write_real_field(out, "cpu_seconds", summary->cpu_seconds);
    json_write_integer_field(out, "bytes_in", (long long)summary->bytes_in);
    json_write_integer_field(out, "bytes_out", (long long)summary->bytes_out);
    json_write_integer_field(out, "peak_rss_kib", summary->peak_rss_kib);
    buffer_append_text(out, "}\n");
}
