#include "distractor.h"

#include "parse.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

void distractors_init(struct distractors *distractors, unsigned tries, size_t wanted)
{
    *distractors = (struct distractors){.wanted = wanted};
    chain_init(&distractors->chain, tries);
}

void distractors_clear(struct distractors *distractors)
{
    for (size_t i = 0; i < distractors->count; i++)
        free(distractors->kept[i]);
    chain_clear(&distractors->chain);
    *distractors = (struct distractors){0};
}

void distractors_write_prompt(const struct distractors *distractors, const char *question,
                              const char *answer, enum language language, struct buffer *out)
{
    struct prompt_rejection *rejections = chain_rejections(&distractors->chain);
    if (rejections == NULL) {
        out->failed = true;
        return;
    }
    struct prompt_options prompt = {.question = question,
                                    .answer = answer,
                                    .count = distractors->wanted - distractors->count,
                                    .taken = (const char *const *)distractors->kept,
                                    .taken_count = distractors->count,
                                    .rejections = rejections,
                                    .rejection_count = distractors->chain.rejection_count};
    prompt_write_options(out, language, &prompt);
    free(rejections);
}

// Judges the options of a reply until there are enough; rule and reason: why the last refused one
// was.
static void take_options(struct distractors *distractors, struct rules_beside *beside,
                         const struct parsed_options *parsed, enum language language,
                         const char **rule, char (*reason)[300])
{
    for (size_t i = 0; i < parsed->count && distractors->count < distractors->wanted; i++) {
        struct rule_result result = rules_check_option(parsed->list[i], beside, language);
        if (!result.pass) {
            *rule = result.rule;
            snprintf(*reason, sizeof *reason, "%s", result.reason);
            chain_reject(&distractors->chain, parsed->list[i], result.reason);
            continue;
        }
        char *copy = text_copy(parsed->list[i]);
        if (copy == NULL)
            continue;
        distractors->kept[distractors->count++] = copy;
        rules_beside_add(beside, copy); // without memory the reply is put back: memory_check knows
    }
}

void distractors_take(struct distractors *distractors, const char *question, const char *answer,
                      enum language language, const struct call *call)
{
    struct chain *chain = &distractors->chain;
    if (!chain_take(chain, call))
        return;
    struct parsed_options parsed = {0};
    struct error why = {0};
    if (!parse_options(call->text, call->reasoning, &parsed, &why)) {
        chain_fail_unreadable(chain, why.message, call);
        return;
    }
    const char *rule = "options.count";
    char reason[300];
    snprintf(reason, sizeof reason, "only %zu wrong options were offered", parsed.count);
    struct rules_beside *beside = rules_beside_new(
        question, answer, (const char *const *)distractors->kept, distractors->count);
    take_options(distractors, beside, &parsed, language, &rule, &reason);
    rules_beside_free(beside);
    parsed_options_clear(&parsed);
    if (distractors->count == distractors->wanted)
        chain->state = CHAIN_DONE;
    else
        chain_fail_rule(chain, rule, reason, call);
}
