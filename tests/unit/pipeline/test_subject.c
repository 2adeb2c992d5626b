// An item's life without a network: a scripted model answers the tasks that a subject wants.
#include "unit.h"

#include "advance.h"
#include "json.h"
#include "provider.h"
#include "subject.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct run_settings settings;
static struct recipe recipe;
static struct upstream upstream;
static struct upstreams upstreams = {.list = &upstream, .count = 1};
static char endpoint_name[] = "test", other_name[] = "elsewhere", model_name[] = "model";

static void begin(void)
{
    settings = (struct run_settings){.limits = image_limits_default(),
                                     .per_image = 4,
                                     .share_multiple_choice = 70,
                                     .share_fill_in_blank = 30,
                                     .options = 4,
                                     .tries = 3,
                                     .repeat = 1,
                                     .seed = 1,
                                     .answer_temperature = 0.2,
                                     .temperature = 0.7,
                                     .max_tokens = 100};
    upstream =
        (struct upstream){.name = endpoint_name,
                          .endpoint = {.provider = provider_find("openai"), .model = model_name}};
}

static void ready(void)
{
    struct error why = {0};
    if (!recipe_init(&recipe, &settings, &upstreams, &why))
        fail_msg("%s", why.message);
}

static struct subject *subject_of(struct question question)
{
    struct question copy = {.id = text_copy(question.id),
                            .origin = IMAGE_FILE,
                            .image = text_copy("/nowhere/a.png"),
                            .name = text_copy("a.png"),
                            .question = text_copy(question.question),
                            .answer = text_copy(question.answer),
                            .type = question.type,
                            .topic = text_copy(question.topic),
                            .claim = text_copy(question.claim),
                            .image_only = question.image_only};
    if (question.option_count > 0) {
        copy.options = calloc(question.option_count, sizeof *copy.options);
        copy.option_count = question.option_count;
        for (size_t i = 0; i < question.option_count; i++)
            copy.options[i] = text_copy(question.options[i]);
    }
    struct error why = {0};
    struct subject *subject = subject_new(&copy, &recipe, 0, &why);
    assert_non_null(subject);
    subject->image_shown = text_copy("a.png");
    subject->digest = digest_of("pixels", 6);
    return subject;
}

// The script: what the model says to a task.
typedef void script(const struct task *task, struct buffer *text);

static void draft_reply(const struct task *task, struct buffer *text, unsigned from)
{
    const struct draft *draft = &task->subject->draft;
    buffer_append_text(text, "{\"questions\":[");
    bool first = true;
    for (unsigned i = 0; i < draft->slot_count; i++) {
        if (draft->slots[i].question != NULL || draft->slots[i].number < from)
            continue;
        buffer_append_format(text,
                             "%s{\"slot\":%u,\"topic\":\"%s\",\"declined\":false,\"question\":"
                             "\"What colour is shape number %u in the picture?\"}",
                             first ? "" : ",", draft->slots[i].number, "visual_recognition",
                             draft->slots[i].number);
        first = false;
    }
    buffer_append_text(text, "]}");
}

static void plain_script(const struct task *task, struct buffer *text)
{
    static const char *const colours[] = {"blue", "green", "yellow", "purple", "black"};
    if (task->plan.step == STEP_DRAFT) {
        draft_reply(task, text, 1);
    } else if (task->plan.step == STEP_ANSWER) {
        buffer_append_text(text, "{\"answer\":\"red\",\"explanation\":\"it is\"}");
    } else {
        buffer_append_text(text, "{\"options\":[");
        size_t wanted = task->item->distractors.wanted - task->item->distractors.count;
        for (size_t i = 0; i < wanted; i++)
            buffer_append_format(text, "%s\"%s\"", i > 0 ? "," : "",
                                 colours[task->item->distractors.count + i]);
        buffer_append_text(text, "]}");
    }
}

static struct call call_for(const struct task *task, const char *text)
{
    return (struct call){.key = task->key,
                         .step = task->plan.step,
                         .try_number = task->plan.try_number,
                         .repeat = task->plan.repeat,
                         .replied = true,
                         .text = text_copy(text),
                         .finish = text_copy("stop"),
                         .input_tokens = 103,
                         .output_tokens = 10,
                         .attempts = 1,
                         .when_ms = 1000};
}

// Every call made, so that a second life can be fed them as stored ones.
static struct call made[200];
static size_t made_count;

static void forget_calls(void)
{
    for (size_t i = 0; i < made_count; i++)
        call_clear(&made[i]);
    made_count = 0;
}

// Answers wanted tasks, the last wanted first when `backwards`, until none is wanted.
static void live(struct subject *subject, script *say, bool backwards)
{
    struct task *open[100];
    size_t count = 0;
    struct error why = {0};
    for (;;) {
        struct task *wanted = NULL;
        assert_true(subject_advance(subject, &recipe, &wanted, &why));
        for (; wanted != NULL; wanted = wanted->next)
            open[count++] = wanted;
        if (count == 0)
            return;
        struct task *task = backwards ? open[count - 1] : open[0];
        if (!backwards)
            memmove(open, open + 1, (count - 1) * sizeof *open);
        count--;
        struct buffer text;
        buffer_init(&text, 10000);
        say(task, &text);
        made[made_count] = call_for(task, buffer_text(&text));
        subject_take(subject, &recipe, task, &made[made_count++]);
        buffer_clear(&text);
        free(task);
    }
}

static char *lines_of(const struct subject *subject)
{
    struct buffer all;
    buffer_init(&all, 1 << 20);
    for (unsigned i = 0; i < subject->item_count; i++)
        buffer_append_format(&all, "%s\n", subject->items[i].line);
    return buffer_take(&all);
}

static cJSON *line_of(const struct item *item)
{
    cJSON *line = json_parse(item->line, strlen(item->line), NULL);
    assert_non_null(line);
    return line;
}

static void an_image_becomes_its_items(void **state)
{
    (void)state;
    begin();
    settings.share_fill_in_blank = 0;
    ready();
    struct subject *subject =
        subject_of((struct question){.id = (char[]){"a.png"}, .image_only = true});
    live(subject, plain_script, false);
    assert_int_equal(subject->open_items, 0);
    assert_int_equal(made_count, 1 + 4 + 4);
    long long input = 0;
    for (unsigned i = 0; i < 4; i++) {
        cJSON *line = line_of(&subject->items[i]);
        const char *letter = json_text(line, "answer");
        assert_string_equal(json_text(line, "status"), "accepted");
        assert_string_equal(json_text(line, "answer_text"), "red");
        assert_string_equal(json_text(json_member(line, "options"), letter), "red");
        assert_int_equal(cJSON_GetArraySize(json_member(line, "options")), 4);
        input += json_integer(json_member(line, "usage"), "input_tokens", -1);
        cJSON_Delete(line);
    }
    assert_int_equal(input, 9 * 103); // the draft's tokens are shared out without a rest
    forget_calls();
    subject_free(subject);
    recipe_clear(&recipe);
}

// The second slot and later ones are only given on the second try.
static void late_script(const struct task *task, struct buffer *text)
{
    if (task->plan.step == STEP_DRAFT && task->plan.try_number == 1) {
        buffer_append_text(text, "{\"questions\":[{\"slot\":1,\"topic\":\"visual_recognition\","
                                 "\"question\":\"What colour is shape number 1 in the picture?\"},"
                                 "{\"slot\":2,\"declined\":true}]}");
        return;
    }
    plain_script(task, text);
}

static void order_and_storage_do_not_change_the_items(void **state)
{
    (void)state;
    begin();
    settings.repeat = 3;
    ready();
    struct question question = {.id = (char[]){"a.png"}, .image_only = true};
    struct subject *forwards = subject_of(question);
    live(forwards, late_script, false);
    char *expected = lines_of(forwards);
    size_t calls = made_count;
    // A second life is fed all calls as stored ones, in reverse, and wants none.
    struct subject *again = subject_of(question);
    for (unsigned i = 0; i < again->item_count; i++) {
        struct item *item = &again->items[i];
        item->stored = calloc(calls, sizeof *item->stored);
        for (size_t j = calls; j-- > 0;) {
            struct call *copy = &item->stored[item->stored_count++];
            *copy = made[j];
            copy->text = text_copy(made[j].text);
            copy->finish = text_copy(made[j].finish);
        }
    }
    struct task *wanted = NULL;
    struct error why = {0};
    assert_true(subject_advance(again, &recipe, &wanted, &why));
    assert_null(wanted);
    char *replayed = lines_of(again);
    assert_string_equal(replayed, expected);
    forget_calls();
    // A third one gets its replies in another order.
    struct subject *backwards = subject_of(question);
    live(backwards, late_script, true);
    char *reordered = lines_of(backwards);
    assert_string_equal(reordered, expected);
    assert_int_equal(made_count, calls);
    free(expected);
    free(replayed);
    free(reordered);
    forget_calls();
    subject_free(forwards);
    subject_free(again);
    subject_free(backwards);
    recipe_clear(&recipe);
}

static void what_is_given_is_not_asked_for(void **state)
{
    (void)state;
    begin();
    ready();
    char *options[] = {(char[]){"red"}, (char[]){"blue"}, (char[]){"green"}};
    struct question whole = {.id = (char[]){"q"},
                             .question = (char[]){"What colour is the ball in the picture?"},
                             .answer = (char[]){"blue"},
                             .options = options,
                             .option_count = 3};
    struct subject *subject = subject_of(whole);
    live(subject, plain_script, false);
    assert_int_equal(made_count, 0);
    cJSON *line = line_of(&subject->items[0]);
    assert_string_equal(json_text(line, "question_type"), "multiple_choice");
    assert_string_equal(json_text(line, "answer_text"), "blue");
    assert_int_equal(cJSON_GetArraySize(json_member(line, "options")), 3);
    cJSON_Delete(line);
    subject_free(subject);
    // Options without an answer: one call, and the answer is one of them.
    whole.answer = NULL;
    subject = subject_of(whole);
    live(subject, plain_script, false);
    assert_int_equal(made_count, 1);
    line = line_of(&subject->items[0]);
    assert_string_equal(json_text(line, "answer_text"), "red");
    cJSON_Delete(line);
    subject_free(subject);
    forget_calls();
    recipe_clear(&recipe);
}

static void useless_script(const struct task *task, struct buffer *text)
{
    if (task->plan.step == STEP_OPTIONS)
        buffer_append_text(text, "{\"options\":[\"red\",\"RED\",\"blue\"]}");
    else
        plain_script(task, text);
}

static void failures_name_their_stage_and_rule(void **state)
{
    (void)state;
    begin();
    ready();
    struct question question = {.id = (char[]){"q"},
                                .question = (char[]){"What colour is the ball in the picture?"},
                                .type = QUESTION_MULTIPLE_CHOICE};
    struct subject *subject = subject_of(question);
    live(subject, useless_script, false);
    assert_int_equal(made_count, 1 + 3); // answer, and three tries for options
    assert_int_equal(subject->items[0].state, ITEM_REJECTED);
    cJSON *line = line_of(&subject->items[0]);
    assert_string_equal(json_text(line, "stage"), "options");
    assert_string_equal(json_text(line, "verdict"), "rejected");
    assert_int_equal(json_integer(line, "attempts", 0), 3);
    assert_non_null(json_text(line, "reply"));
    cJSON_Delete(line);
    forget_calls();
    subject_free(subject);
    recipe_clear(&recipe);
}

static void wavering_script(const struct task *task, struct buffer *text)
{
    static const char *const answers[] = {"red", "blue", "Blue", "blue"};
    if (task->plan.step == STEP_ANSWER)
        buffer_append_format(text, "{\"answer\":\"%s\"}", answers[task->plan.repeat]);
    else
        plain_script(task, text);
}

static void repeats_are_tallied(void **state)
{
    (void)state;
    begin();
    settings.repeat = 4;
    ready();
    struct question question = {.id = (char[]){"q"},
                                .question = (char[]){"What colour is the ball in the picture?"},
                                .type = QUESTION_FILL_IN_BLANK};
    struct subject *subject = subject_of(question);
    live(subject, wavering_script, true);
    cJSON *line = line_of(&subject->items[0]);
    assert_string_equal(json_text(line, "answer"), "blue");
    double agreement = json_member(json_member(line, "provenance"), "agreement")->valuedouble;
    assert_true(agreement > 0.74 && agreement < 0.76);
    cJSON_Delete(line);
    forget_calls();
    subject_free(subject);
    recipe_clear(&recipe);
}

static void letters_are_uniform_over_a_set(void **state)
{
    (void)state;
    begin();
    ready();
    int counts[4] = {0};
    char *options[] = {(char[]){"red"}, (char[]){"blue"}, (char[]){"green"}, (char[]){"black"}};
    for (int i = 0; i < 4000; i++) {
        char id[16];
        snprintf(id, sizeof id, "q%d", i);
        struct subject *subject =
            subject_of((struct question){.id = id,
                                         .question = (char[]){"What colour is the ball?"},
                                         .answer = (char[]){"blue"},
                                         .options = options,
                                         .option_count = 4});
        live(subject, plain_script, false);
        const char *letter = strstr(subject->items[0].line, "\"answer\":\"");
        assert_non_null(letter);
        counts[letter[10] - 'A']++;
        subject_free(subject);
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(counts[i], 890, 1110); // 1000 expected, standard deviation 27
    recipe_clear(&recipe);
}

static void keys_tell_calls_apart(void **state)
{
    (void)state;
    begin();
    ready();
    struct digest image = digest_of("a", 1), other = digest_of("b", 1);
    struct plan plan = recipe_plan(&recipe, STEP_ANSWER, 1, 0, 0, 0);
    struct plan later = recipe_plan(&recipe, STEP_ANSWER, 2, 0, 0, 0);
    struct plan repeat = recipe_plan(&recipe, STEP_ANSWER, 1, 1, 0, 0);
    struct plan round = recipe_plan(&recipe, STEP_ANSWER, 1, 0, 1, 0);
    struct digest keys[] = {
        recipe_key(&recipe, &plan, "p", &image),   recipe_key(&recipe, &later, "p", &image),
        recipe_key(&recipe, &repeat, "p", &image), recipe_key(&recipe, &round, "p", &image),
        recipe_key(&recipe, &plan, "q", &image),   recipe_key(&recipe, &plan, "p", &other)};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(digest_equal(&keys[i], &keys[j]));
    assert_true(later.temperature > plan.temperature);
    assert_true(recipe_plan(&recipe, STEP_ANSWER, 1, 0, 0, 2).max_tokens == 400);
    recipe_clear(&recipe);
    // Where calls go, and how many at once, is no part of it.
    upstream.pace.most = 99;
    upstream.name = other_name;
    ready();
    struct digest again = recipe_key(&recipe, &plan, "p", &image);
    assert_true(digest_equal(&again, &keys[0]));
    recipe_clear(&recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_image_becomes_its_items),
                                       cmocka_unit_test(order_and_storage_do_not_change_the_items),
                                       cmocka_unit_test(what_is_given_is_not_asked_for),
                                       cmocka_unit_test(failures_name_their_stage_and_rule),
                                       cmocka_unit_test(repeats_are_tallied),
                                       cmocka_unit_test(letters_are_uniform_over_a_set),
                                       cmocka_unit_test(keys_tell_calls_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
