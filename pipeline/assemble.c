#include "assemble.h"

#include "random.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CHECKS = 64, MAX_KEYS = 256, MAX_LINE = 16 << 20, MOST_LINES = 3000 };

static void end_item(struct item *item, enum item_state state, struct buffer *line)
{
    item->line = buffer_take(line);
    if (item->line == NULL) // larger than any record should be: still an end
        item->line = text_copy("{}");
    item->state = state;
    item->step = ITEM_ENDED;
    item->subject->open_items--;
}

static size_t add_checks(struct item_check *checks, size_t count, const char *group,
                         const char *result)
{
    for (const char *const *name = rules_names(group); *name != NULL && count < MAX_CHECKS; name++)
        checks[count++] = (struct item_check){.rule = *name, .result = result};
    return count;
}

// What was asked passed its rules, or the item would not be here; what was given was not asked.
static size_t list_checks(const struct item *item, const char *answer, struct item_check *checks)
{
    const struct question *given = &item->subject->question;
    size_t count = add_checks(checks, 0, "question", given->question != NULL ? "given" : "pass");
    count = add_checks(checks, count, "answer", given->answer != NULL ? "given" : "pass");
    if (item->type == QUESTION_MULTIPLE_CHOICE)
        count = add_checks(checks, count, "option",
                           item_has_given_options(item, answer) ? "given" : "pass");
    return count;
}

// The right option and the wrong ones, before the shuffle: the right one first.
static size_t gather_options(const struct item *item, const char *answer, char **options)
{
    const struct question *given = &item->subject->question;
    size_t count = 0;
    if (item->type != QUESTION_MULTIPLE_CHOICE)
        return 0;
    options[count++] = (char *)(uintptr_t)answer;
    for (size_t i = 0; i < given->option_count && count < MAX_OPTIONS; i++)
        if (!text_same_folded(given->options[i], answer))
            options[count++] = given->options[i];
    for (size_t i = 0; i < item->distractors.count && count < MAX_OPTIONS; i++)
        options[count++] = item->distractors.kept[i];
    return count;
}

// Two draws: the letter first, so that it is uniform over a set whatever the number of wrong
// options is made of, then the order of the others.
static size_t shuffle_options(char **options, size_t count, uint64_t seed, const char *id)
{
    if (count < 2)
        return 0;
    uint64_t state = random_from(seed, id, "letter");
    size_t correct = (size_t)random_below(&state, count), order[MAX_OPTIONS];
    char *shuffled[MAX_OPTIONS];
    random_order(&state, order, count - 1);
    for (size_t i = 0, wrong = 0; i < count; i++)
        shuffled[i] = i == correct ? options[0] : options[1 + order[wrong++]];
    memcpy(options, shuffled, count * sizeof *options);
    return correct;
}

static int compare_calls(const void *a, const void *b)
{
    const struct item_call *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    if (x->repeat != y->repeat)
        return x->repeat < y->repeat ? -1 : 1;
    return (x->try_number > y->try_number) - (x->try_number < y->try_number);
}

// In the order of steps, repeats and tries: calls of repeats end in any order.
static size_t list_keys(struct item *item, struct digest *keys)
{
    if (item->call_count > 1)
        qsort(item->calls, item->call_count, sizeof *item->calls, compare_calls);
    size_t count = 0;
    for (; count < item->call_count && count < MAX_KEYS; count++)
        keys[count] = item->calls[count].key;
    return count;
}

// Who answered, in the order of the calls, each once: names of endpoints, or what is said of them.
// An endpoint that the run no longer knows has only its name. Nobody: what is said of all.
static void write_answerers(const struct item *item, const struct recipe *recipe,
                            enum upstream_word word, const char *all, struct buffer *out)
{
    const char *said[MAX_KEYS];
    size_t count = 0;
    for (size_t i = 0; i < item->call_count && count < MAX_KEYS; i++) {
        const char *name = item->calls[i].endpoint, *here = name;
        const struct upstream *upstream = upstreams_find(recipe->upstreams, name);
        if (word != UPSTREAM_NAME)
            here = upstream != NULL ? upstream_word(upstream, word) : NULL;
        bool known = here == NULL;
        for (size_t j = 0; j < count; j++)
            known |= here != NULL && strcmp(said[j], here) == 0;
        if (known)
            continue;
        buffer_append_format(out, "%s%s", count > 0 ? ", " : "", here);
        said[count++] = here;
    }
    if (count == 0)
        buffer_append_text(out, all);
}

struct answerers {
    struct buffer endpoint, provider, model;
};

static void answerers_init(struct answerers *answerers, const struct item *item,
                           const struct recipe *recipe)
{
    struct buffer *const all[] = {&answerers->endpoint, &answerers->provider, &answerers->model};
    const char *const said[] = {recipe->endpoint, recipe->provider, recipe->model};
    static const enum upstream_word words[] = {UPSTREAM_NAME, UPSTREAM_PROVIDER, UPSTREAM_MODEL};
    for (size_t i = 0; i < 3; i++) {
        buffer_init(all[i], 1 << 16);
        write_answerers(item, recipe, words[i], said[i], all[i]);
    }
}

static void answerers_clear(struct answerers *answerers)
{
    buffer_clear(&answerers->endpoint);
    buffer_clear(&answerers->provider);
    buffer_clear(&answerers->model);
}

void assemble_item(struct item *item, const struct recipe *recipe)
{
    const struct run_settings *settings = recipe->settings;
    const struct subject *subject = item->subject;
    const struct question *given = &subject->question;
    const struct topic *topic = item_topic(item, recipe);
    struct answer_tally tally = answer_count(item->answers, settings->repeat);
    const char *answer = item_answer(item, settings->repeat);
    struct item_check checks[MAX_CHECKS];
    struct digest keys[MAX_KEYS];
    char *options[MAX_OPTIONS], sha256[DIGEST_HEX + 1];
    digest_hex(&subject->digest, sha256);
    size_t call_count = list_keys(item, keys);
    struct answerers answerers;
    answerers_init(&answerers, item, recipe);
    size_t option_count = gather_options(item, answer, options);
    struct item_record record = {
        .id = item->id,
        .image = subject->image_shown,
        .image_sha256 = sha256,
        .topic = topic != NULL ? topic->name : given->topic,
        .type = item->type,
        .question = item_question(item),
        .claim = given->claim,
        .prefilled = given->prefilled,
        .correct = shuffle_options(options, option_count, settings->seed, item->id),
        .options = options,
        .option_count = option_count,
        .answer_text = answer,
        .explanation = tally.chosen >= 0 ? item->answers[tally.chosen].explanation : NULL,
        .checks = checks,
        .check_count = list_checks(item, answer, checks),
        .agreement = -1,
        .repeats = tally.answered,
        .endpoint = buffer_text(&answerers.endpoint),
        .provider = buffer_text(&answerers.provider),
        .model = buffer_text(&answerers.model),
        .seed = settings->seed,
        .prompt_version = PROMPT_VERSION,
        .call_keys = keys,
        .call_count = call_count,
        .input_tokens = item->input_tokens,
        .output_tokens = item->output_tokens};
    if (given->answer == NULL && settings->repeat > 1)
        record.agreement = (double)tally.agreeing / tally.answered;
    struct buffer line;
    buffer_init(&line, MAX_LINE);
    buffer_reserve(&line, MOST_LINES);
    item_write_accepted(&record, &line);
    answerers_clear(&answerers);
    end_item(item, ITEM_ACCEPTED, &line);
}

void assemble_failure(struct item *item, const struct assemble_fault *fault)
{
    const struct subject *subject = item->subject;
    static const struct digest unread;
    bool read = !digest_equal(&subject->digest, &unread);
    char sha256[DIGEST_HEX + 1];
    digest_hex(&subject->digest, sha256);
    struct item_failure failure = {.id = item->id,
                                   .image = subject->image_shown,
                                   .image_sha256 = read ? sha256 : NULL,
                                   .topic = item_topic_name(item),
                                   .question = item_question(item),
                                   .stage = fault->stage,
                                   .verdict = item_state_name(fault->state),
                                   .kind = fault->kind,
                                   .http_status = fault->http_status,
                                   .message = fault->message,
                                   .attempts = fault->attempts,
                                   .reply = fault->reply,
                                   .endpoint = fault->endpoint,
                                   .when_ms = fault->when_ms,
                                   .line = subject->question.line};
    struct buffer line;
    buffer_init(&line, MAX_LINE);
    item_write_failed(&failure, &line);
    end_item(item, fault->state, &line);
}
