// vqagen simulate: the simulator by itself.
#include "access.h"
#include "command.h"
#include "excuses.h"
#include "simulator.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_key(const struct settings *settings, char **key, struct error *why);
static const char **split_faults(char *list, size_t *count);
static int descriptor_of(const struct settings *settings, enum option_id id);

static struct conditions conditions_of(const struct settings *settings)
{
    return (struct conditions){
        .max_image_bytes = (long long)settings_number(settings, OPTION_MAX_IMAGE_BYTES),
        .max_image_side = (unsigned)settings_number(settings, OPTION_MAX_IMAGE_SIDE),
        .max_images = (unsigned)settings_number(settings, OPTION_MAX_IMAGES),
        .max_prompt = (long long)settings_number(settings, OPTION_MAX_PROMPT),
        .max_output_tokens = (long long)settings_number(settings, OPTION_MAX_OUTPUT_TOKENS)};
}

// --fault list: in place of serving, the kinds that there are.
static bool wants_list(const struct settings *settings)
{
    const char *fault = settings_text(settings, OPTION_FAULT);
    return fault != NULL && strcmp(fault, "list") == 0;
}

static bool print_faults(struct error *why)
{
    struct buffer list;
    buffer_init(&list, 1 << 20);
    excuses_list(&list);
    bool good = buffer_check(&list, "the list of faults", why);
    if (good && (fputs(buffer_text(&list), stdout) == EOF || fflush(stdout) != 0))
        good = error_set_errno(why, ERR_DISK, "cannot print the faults");
    buffer_clear(&list);
    return good;
}

bool simulate_run(struct settings *settings, char *const *environment, int *exit_code,
                  struct error *why)
{
    (void)environment;
    (void)exit_code;
    struct simulator_settings simulator = {
        .host = settings_text(settings, OPTION_HOST),
        .port = (unsigned)settings_number(settings, OPTION_PORT),
        .allow_public = settings_switch(settings, OPTION_ALLOW_PUBLIC),
        .model = settings_text(settings, OPTION_SERVED_MODEL),
        .latency = settings_text(settings, OPTION_LATENCY),
        .tokens_per_second = (unsigned)settings_number(settings, OPTION_TOKENS_PER_SECOND),
        .capacity = settings_text(settings, OPTION_CAPACITY),
        .capacity_mode = settings_text(settings, OPTION_CAPACITY_MODE),
        .requests_per_minute = (unsigned)settings_number(settings, OPTION_SERVED_REQUESTS),
        .tokens_per_minute = (unsigned)settings_number(settings, OPTION_SERVED_TOKENS),
        .play = settings_text(settings, OPTION_PLAY),
        .path = settings_text(settings, OPTION_PATH),
        .path_error = settings_text(settings, OPTION_PATH_ERROR),
        .conditions = conditions_of(settings),
        .refuse_parameters = settings_text(settings, OPTION_REFUSE_PARAMETER),
        .max_body_bytes = settings_number(settings, OPTION_MAX_BODY_BYTES),
        .cache_images = settings_number(settings, OPTION_CACHE_IMAGES),
        .blind = settings_switch(settings, OPTION_BLIND),
        .fault_models = settings_switch(settings, OPTION_FAULT_MODELS),
        .early = settings_switch(settings, OPTION_EARLY),
        .seed = settings_number(settings, OPTION_SERVED_SEED),
        .structured = settings_text(settings, OPTION_STRUCTURED),
        .strict = settings_switch(settings, OPTION_STRICT),
        .answers = settings_text(settings, OPTION_ANSWERS),
        .ready_file = descriptor_of(settings, OPTION_READY_FD),
        .parent_file = descriptor_of(settings, OPTION_PARENT_FD),
        .log = settings_text(settings, OPTION_LOG),
    };
    if (wants_list(settings))
        return print_faults(why);
    char *key = NULL, *list = text_copy(settings_text(settings, OPTION_FAULT));
    const char **faults = split_faults(list, &simulator.fault_count);
    bool good = take_key(settings, &key, why);
    if (good && simulator.fault_count > 0 && faults == NULL)
        good = error_set(why, ERR_MEMORY, "no memory for the faults");
    if (good) {
        simulator.key = key;
        simulator.faults = faults;
        good = simulator_run(&simulator, why);
    }
    free(faults);
    free(list);
    free(key);
    return good;
}

// --key and --key-file of the same layer contradict each other; else the nearer one counts.
static bool take_key(const struct settings *settings, char **key, struct error *why)
{
    const struct setting *given = &settings->list[OPTION_KEY];
    const struct setting *file = &settings->list[OPTION_KEY_FILE];
    if (given->text != NULL && given->source == file->source)
        return error_set(why, ERR_USAGE, "--key and --key-file are both given: take one away");
    if (file->text != NULL && file->source > given->source) {
        *key = access_read_key(file->text, false, why);
        return *key != NULL || error_note(why, "--key-file");
    }
    *key = text_copy(given->text);
    return given->text == NULL || *key != NULL || error_set(why, ERR_MEMORY, "no memory for a key");
}

// Pieces of list, which is cut up. NULL: none, or no memory while *count says that there are some.
static const char **split_faults(char *list, size_t *count)
{
    *count = 0;
    if (list == NULL)
        return NULL;
    size_t room = 1;
    for (const char *c = list; *c != '\0'; c++)
        room += *c == ',';
    const char **faults = calloc(room, sizeof *faults);
    char *rest = list;
    for (char *part = strsep(&rest, ","); part != NULL; part = strsep(&rest, ",")) {
        if (text_is_blank(part))
            continue;
        if (faults != NULL)
            faults[*count] = text_trim(part);
        ++*count;
    }
    return faults;
}

static int descriptor_of(const struct settings *settings, enum option_id id)
{
    return settings_text(settings, id) != NULL ? (int)settings_number(settings, id) : -1;
}
