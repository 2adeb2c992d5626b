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
    for (size_t i = 0; i < parsed.count && distractors->count < distractors->wanted; i++) {
        struct rule_result result = rules_check_option(parsed.list[i], question, answer,
                                                       (const char *const *)distractors->kept,
                                                       distractors->count, language);
        if (!result.pass) {
            rule = result.rule;
            snprintf(reason, sizeof reason, "%s", result.reason);
            chain_reject(chain, parsed.list[i], result.reason);
            continue;
        }
        char *copy = text_copy(parsed.list[i]);
        if (copy != NULL)
            distractors->kept[distractors->count++] = copy;
    }
    parsed_options_clear(&parsed);
    if (distractors->count == distractors->wanted)
        chain->state = CHAIN_DONE;
    else
        chain_fail_rule(chain, rule, reason, call);
}
