// What the cli folder calls from the folders below it, in the smallest form that its tests need.
// The run and the simulator are replaced so that tests see what they were told; the rest only
// keeps unit tests of the cli independent of what those folders hold. All are weak.
#ifndef VQAGEN_TEST_STAND_INS_H
#define VQAGEN_TEST_STAND_INS_H

#include "endpoint.h"
#include "question.h"
#include "run.h"
#include "simulator.h"

#include <string.h>
#include <unistd.h>

#define STAND_IN __attribute__((weak))

STAND_IN const struct endpoint_preset *endpoint_preset_at(size_t index)
{
    static const struct endpoint_preset presets[] = {
        {.name = "openai",
         .title = "OpenAI",
         .base_url = "https://api.openai.com/v1",
         .key_variable = "OPENAI_API_KEY",
         .url_variable = "OPENAI_BASE_URL",
         .provider = "openai"},
        {.name = "deepseek",
         .title = "DeepSeek",
         .base_url = "https://api.deepseek.com",
         .key_variable = "DEEPSEEK_API_KEY",
         .url_variable = "DEEPSEEK_BASE_URL",
         .provider = "openai"},
        {.name = "vllm",
         .title = "a local vLLM",
         .base_url = "http://127.0.0.1:8000/v1",
         .provider = "openai",
         .local = true},
    };
    return index < sizeof presets / sizeof presets[0] ? &presets[index] : NULL;
}

STAND_IN const struct endpoint_preset *endpoint_preset_find(const char *name)
{
    const struct endpoint_preset *preset;
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL; i++)
        if (strcmp(preset->name, name) == 0)
            return preset;
    return NULL;
}

STAND_IN const struct topic *topic_table(size_t *count)
{
    static const struct topic topics[] = {{.name = "counting"}, {.name = "position"}};
    *count = 2;
    return topics;
}

STAND_IN bool language_find(const char *name, enum language *language)
{
    *language = strcmp(name, "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    return true;
}

STAND_IN bool question_type_find(const char *name, enum question_type *type)
{
    *type = strcmp(name, "multiple_choice") == 0 ? QUESTION_MULTIPLE_CHOICE
            : strcmp(name, "fill_in_blank") == 0 ? QUESTION_FILL_IN_BLANK
                                                 : QUESTION_UNSET;
    return *type != QUESTION_UNSET;
}

STAND_IN const char *question_type_name(enum question_type type)
{
    return type == QUESTION_MULTIPLE_CHOICE ? "multiple_choice" : "fill_in_blank";
}

STAND_IN struct image_limits image_limits_default(void)
{
    return (struct image_limits){.refuse_base64_bytes = 10485760};
}

STAND_IN struct retry_settings retry_settings_default(void)
{
    return (struct retry_settings){3, 2000, 60000, 600000};
}

// What the commands handed on, for the tests to look at.
static struct {
    struct run_settings run;
    char json[65536];
    char base_url[128];
    int generated, previewed, started, stopped;
    struct simulator_settings simulator;
    char faults[256], key[64], capacity[64];
    bool run_result;
    struct run_summary summary;
} seen;

STAND_IN bool run_generate(const struct run_settings *settings, struct run_summary *summary,
                           struct error *why)
{
    seen.generated++;
    seen.run = *settings;
    strncpy(seen.json, settings->settings_json, sizeof seen.json - 1);
    if (settings->upstreams[0].endpoint.base_url != NULL)
        strncpy(seen.base_url, settings->upstreams[0].endpoint.base_url, sizeof seen.base_url - 1);
    *summary = seen.summary;
    return seen.run_result || error_set(why, ERR_STOPPED, "no money");
}

STAND_IN bool run_preview(const struct run_settings *settings, struct error *why)
{
    (void)why;
    seen.previewed++;
    seen.run = *settings;
    return true;
}

STAND_IN void run_wake(void)
{
}

STAND_IN bool simulator_start(struct simulator_child *child, uint64_t seed, struct error *why)
{
    (void)seed, (void)why;
    seen.started++;
    *child = (struct simulator_child){.port = 4711};
    return true;
}

STAND_IN void simulator_stop(struct simulator_child *child)
{
    (void)child;
    seen.stopped++;
}

STAND_IN bool simulator_run(const struct simulator_settings *settings, struct error *why)
{
    (void)why;
    seen.simulator = *settings;
    seen.faults[0] = '\0';
    for (size_t i = 0; i < settings->fault_count; i++) {
        strcat(seen.faults, settings->faults[i]);
        strcat(seen.faults, ";");
    }
    strncpy(seen.capacity, settings->capacity, sizeof seen.capacity - 1);
    strncpy(seen.key, settings->key != NULL ? settings->key : "", sizeof seen.key - 1);
    return true;
}

#endif
