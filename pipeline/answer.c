#include "answer.h"

#include "parse.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

void answer_init(struct answer_chain *answer, unsigned tries)
{
    *answer = (struct answer_chain){0};
    chain_init(&answer->chain, tries);
}

void answer_clear(struct answer_chain *answer)
{
    chain_clear(&answer->chain);
    free(answer->text);
    free(answer->explanation);
    *answer = (struct answer_chain){0};
}

void answer_write_prompt(const struct answer_chain *answer, const struct answer_ask *ask,
                         struct buffer *out)
{
    struct prompt_rejection *rejections = chain_rejections(&answer->chain);
    if (rejections == NULL) {
        out->failed = true;
        return;
    }
    struct prompt_answer prompt = {.question = ask->question,
                                   .topic = ask->topic,
                                   .choices = ask->choices,
                                   .choice_count = ask->choice_count,
                                   .rejections = rejections,
                                   .rejection_count = answer->chain.rejection_count};
    prompt_write_answer(out, ask->language, &prompt);
    free(rejections);
}

// An answer that names a choice by its letter stands for the choice's text.
static char *resolve_choice(const char *answer, const struct answer_ask *ask)
{
    int choice = ask->choice_count > 0 ? parse_choice(answer, ask->choices, ask->choice_count) : -1;
    return text_copy(choice >= 0 ? ask->choices[choice] : answer);
}

void answer_take(struct answer_chain *answer, const struct answer_ask *ask, const struct call *call)
{
    if (!chain_take(&answer->chain, call))
        return;
    struct parsed_answer parsed = {0};
    struct error why = {0};
    if (!parse_answer(call->text, call->reasoning, &parsed, &why)) {
        chain_fail_unreadable(&answer->chain, why.message, call);
        return;
    }
    char *text = resolve_choice(parsed.answer, ask);
    struct rule_result result =
        rules_check_answer(text != NULL ? text : "", ask->question, ask->type, ask->choices,
                           ask->choice_count, ask->language);
    if (result.pass) {
        answer->text = text;
        answer->explanation = parsed.explanation;
        parsed.explanation = NULL;
        answer->chain.state = CHAIN_DONE;
    } else {
        chain_reject(&answer->chain, text, result.reason);
        chain_fail_rule(&answer->chain, result.rule, result.reason, call);
        free(text);
    }
    parsed_answer_clear(&parsed);
}

struct answer_tally answer_count(const struct answer_chain *answers, unsigned repeats)
{
    struct answer_tally tally = {.chosen = -1};
    for (unsigned i = 0; i < repeats; i++) {
        tally.answered += answers[i].chain.state != CHAIN_UNKNOWN;
        if (answers[i].text == NULL)
            continue;
        unsigned votes = 0;
        for (unsigned j = 0; j < repeats; j++)
            votes += answers[j].text != NULL && text_same_folded(answers[i].text, answers[j].text);
        if (votes > tally.agreeing) {
            tally.agreeing = votes;
            tally.chosen = (int)i;
        }
    }
    return tally;
}
