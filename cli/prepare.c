// vqagen prepare: the images alone, without a model.
#include "prepare_run.h"

#include "command.h"
#include "limits.h"
#include "log.h"
#include "memory.h"
#include "screen.h"

#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stop;

static bool fill(const struct settings *settings, struct prepare_settings *prepare,
                 struct error *why);
static void catch_signals(void);
static bool tell(const struct settings *settings, const struct prepare_summary *summary,
                 struct error *why);

bool prepare_run(struct settings *settings, char *const *environment, int *exit_code,
                 struct error *why)
{
    (void)environment;
    if (settings->operand == NULL)
        return error_set(why, ERR_USAGE,
                         "INPUT is missing: a folder of images, an image, or a file that names "
                         "them, as in vqagen prepare photos -o out");
    if (settings_text(settings, OPTION_OUTPUT) == NULL)
        return error_set(why, ERR_USAGE,
                         "where shall the images go? Give -o DIR, as in vqagen prepare %s -o out",
                         settings->operand);
    struct prepare_settings prepare;
    struct prepare_summary summary;
    if (!fill(settings, &prepare, why))
        return false;
    catch_signals();
    memory_keep_pages();
    if (!prepare_run_all(&prepare, &summary, why) || !tell(settings, &summary, why))
        return false;
    if (summary.failed > 0)
        *exit_code = error_exit_code(ERR_ITEMS);
    return true;
}

static bool fill(const struct settings *settings, struct prepare_settings *prepare,
                 struct error *why)
{
    *prepare = (struct prepare_settings){
        .input = settings->operand,
        .directory = settings_text(settings, OPTION_OUTPUT),
        .workers = (unsigned)settings_number(settings, OPTION_WORKERS),
        .limits = limits_of(settings),
        .screen = screen_of(settings),
        .image_memory = settings_number(settings, OPTION_IMAGE_MEMORY),
        .stop = &stop,
    };
    // Again, for a name that is none: nobody else would tell.
    return limits_tighten(&prepare->limits, settings_text(settings, OPTION_ENDPOINT), NULL, why);
}

// The first signal asks to finish what was begun, the second to stop at once.
static void on_signal(int number)
{
    (void)number;
    stop = stop == 0 ? 1 : 2;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool tell(const struct settings *settings, const struct prepare_summary *summary,
                 struct error *why)
{
    log_note("%llu images: %llu encoded, %llu passed on, %llu skipped, %llu failed, in %.1f s",
             summary->images, summary->encoded, summary->passed, summary->skipped, summary->failed,
             summary->seconds);
    if (summary->screened)
        log_note("Screening: %llu kept, %llu too small, %llu of one colour, %llu unsharp, %llu "
                 "near-duplicates",
                 summary->found[SCREEN_KEPT], summary->found[SCREEN_SMALL],
                 summary->found[SCREEN_FLAT], summary->found[SCREEN_UNSHARP],
                 summary->found[SCREEN_DUPLICATE]);
    if (summary->images == 0)
        log_warn("%s holds no image", settings->operand);
    if (summary->other_files > 0)
        log_note("%llu other files of the folder are no images", summary->other_files);
    if (summary->failed > 0)
        log_note("%s/images.jsonl says why each of them failed.",
                 settings_text(settings, OPTION_OUTPUT));
    if (!settings_switch(settings, OPTION_JSON))
        return true;
    struct buffer line;
    buffer_init(&line, 4096);
    prepare_summary_write(summary, &line);
    bool good = buffer_check(&line, "the summary", why);
    if (good)
        fputs(buffer_text(&line), stdout);
    buffer_clear(&line);
    return good;
}
