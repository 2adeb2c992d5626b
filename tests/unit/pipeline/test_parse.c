// Every file of tests/cases/reply-text is a case: a reply and what must be read from it. The same
// texts, damaged at random from a fixed seed, must never break the parser.
#include "parse.h"

#include "buffer.h"
#include "file.h"
#include "random.h"
#include "sanitized.h"
#include "text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// See README in the folder of cases for the form of a case.
struct reply_case {
    char *name, *step, *text, *reasoning, *choices, *expected;
};

struct case_list {
    struct reply_case list[400];
    size_t count;
};

static char *section(const char *text, const char *name)
{
    char head[40];
    snprintf(head, sizeof head, "--- %s\n", name);
    const char *begin = strstr(text, head);
    if (begin == NULL)
        return NULL;
    begin += strlen(head);
    const char *end = strstr(begin, "\n--- ");
    size_t length = end != NULL ? (size_t)(end - begin) : strlen(begin);
    while (end == NULL && length > 0 && begin[length - 1] == '\n')
        length--;
    return text_copy_length(begin, length);
}

static void read_cases(struct case_list *cases)
{
    struct dirent **entries;
    const char *folder = TEST_CASES "/reply-text";
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count > 0);
    *cases = (struct case_list){0};
    for (int i = 0; i < count; i++) {
        struct error why = {0};
        struct buffer bytes;
        buffer_init(&bytes, 1 << 20);
        if (text_ends(entries[i]->d_name, ".case")) {
            char *path = file_join(folder, entries[i]->d_name);
            assert_true(file_read(path, &bytes, &why));
            free(path);
            const char *text = buffer_text(&bytes);
            struct reply_case *one = &cases->list[cases->count++];
            *one = (struct reply_case){.name = text_copy(entries[i]->d_name),
                                       .step = section(text, "step"),
                                       .text = section(text, "text"),
                                       .reasoning = section(text, "reasoning"),
                                       .choices = section(text, "choices"),
                                       .expected = section(text, "expected")};
            if (one->step == NULL || one->expected == NULL)
                fail_msg("%s has no step or no expected result", one->name);
        }
        buffer_clear(&bytes);
        free(entries[i]);
    }
    free(entries);
}

static void clear_cases(struct case_list *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        struct reply_case *one = &cases->list[i];
        free(one->name);
        free(one->step);
        free(one->text);
        free(one->reasoning);
        free(one->choices);
        free(one->expected);
    }
}

static void check_text(const char *text)
{
    assert_non_null(text);
    assert_true(text_valid_utf8(text, strlen(text)));
    assert_null(strpbrk(text, "\r\n"));
    assert_true(*text != '\0');
}

static void show_answer(struct buffer *out, const struct parsed_answer *answer)
{
    check_text(answer->answer);
    buffer_append_format(out, "answer: %s\n", answer->answer);
    if (answer->explanation != NULL) {
        check_text(answer->explanation);
        buffer_append_format(out, "explanation: %s\n", answer->explanation);
    }
}

static void show_options(struct buffer *out, const struct parsed_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        check_text(options->list[i]);
        buffer_append_format(out, "- %s\n", options->list[i]);
    }
}

static void show_draft(struct buffer *out, const struct parsed_draft *draft)
{
    for (size_t i = 0; i < draft->count; i++) {
        const struct parsed_question *one = &draft->list[i];
        assert_int_equal(one->declined, one->question == NULL);
        buffer_append_format(out, "%u", one->slot);
        if (one->topic != NULL)
            buffer_append_format(out, " [%s]", one->topic);
        if (one->question != NULL)
            check_text(one->question);
        buffer_append_format(out, " %s\n", one->question != NULL ? one->question : "declined");
        if (one->reason != NULL)
            buffer_append_format(out, "  because %s\n", one->reason);
    }
}

static void show_choice(struct buffer *out, const struct reply_case *one)
{
    char *copy = text_copy(one->choices), *rest = copy, *choices[26];
    size_t count = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && count < 26;)
        choices[count++] = line;
    int choice = parse_choice(one->text, choices, count);
    buffer_append_format(out, "%s\n", choice >= 0 ? choices[choice] : "none");
    free(copy);
}

// Reads the text as a reply to the step and shows what was read.
static void show_parsed(struct buffer *out, const char *step, const char *text,
                        const char *reasoning)
{
    struct error why = {0};
    bool read;
    if (strcmp(step, "answer") == 0) {
        struct parsed_answer answer;
        if ((read = parse_answer(text, reasoning, &answer, &why)))
            show_answer(out, &answer);
        parsed_answer_clear(&answer);
    } else if (strcmp(step, "options") == 0) {
        struct parsed_options options;
        if ((read = parse_options(text, reasoning, &options, &why)))
            show_options(out, &options);
        parsed_options_clear(&options);
    } else {
        struct parsed_draft draft;
        if ((read = parse_draft(text, reasoning, &draft, &why)))
            show_draft(out, &draft);
        parsed_draft_clear(&draft);
    }
    assert_int_equal(why.kind, read ? ERR_NONE : ERR_REPLY);
    if (!read)
        buffer_append_format(out, "error: %s\n", why.message);
    assert_true(out->length > 0);
}

static void test_cases(void **state)
{
    (void)state;
    static struct case_list cases;
    read_cases(&cases);
    assert_true(cases.count >= 80);
    size_t failed = 0;
    for (size_t i = 0; i < cases.count; i++) {
        struct reply_case *one = &cases.list[i];
        struct buffer shown;
        buffer_init(&shown, 1 << 20);
        if (strcmp(one->step, "choice") == 0)
            show_choice(&shown, one);
        else
            show_parsed(&shown, one->step, one->text, one->reasoning);
        buffer_truncate(&shown, shown.length - 1);
        if (strcmp(buffer_text(&shown), one->expected) != 0) {
            print_error("%s: expected\n%s\nread\n%s\n\n", one->name, one->expected,
                        buffer_text(&shown));
            failed++;
        }
        buffer_clear(&shown);
    }
    clear_cases(&cases);
    assert_int_equal(failed, 0);
}

static void parse_all(const char *text, const char *reasoning)
{
    static const char *const steps[] = {"answer", "options", "draft"};
    for (size_t i = 0; i < 3; i++) {
        struct buffer shown;
        buffer_init(&shown, 64 << 20);
        show_parsed(&shown, steps[i], text, reasoning);
        buffer_clear(&shown);
    }
}

// One damage: bytes cut out, doubled, overwritten, or the rest cut off.
static void damage(struct buffer *text, uint64_t *random)
{
    static const char marks[] = "{}[]\"':,\\\n*#<>/|-.()$_`\x80\xe2\xff ";
    size_t length = text->length, at = length > 0 ? random_below(random, length) : 0;
    size_t run = 1 + random_below(random, 12);
    run = at + run > length ? length - at : run;
    switch (random_below(random, 5)) {
    case 0:
        buffer_truncate(text, at);
        break;
    case 1:
        memmove(text->data + at, text->data + at + run, length - at - run);
        buffer_truncate(text, length - run);
        break;
    case 2: {
        char *copy = text_copy_length(text->data + at, run);
        buffer_append(text, copy, run);
        free(copy);
        break;
    }
    default:
        text->data[at] = marks[random_below(random, sizeof marks - 1)];
    }
}

static void test_damaged(void **state)
{
    (void)state;
    static struct case_list cases;
    read_cases(&cases);
    uint64_t random = random_from(1, "reply-text", "damage");
    for (size_t i = 0; i < cases.count; i++)
        for (int round = 0; round < (SANITIZED ? 8 : 40); round++) {
            struct buffer text;
            buffer_init(&text, 1 << 20);
            buffer_append_text(&text, cases.list[i].text != NULL ? cases.list[i].text : "");
            if (round % 4 == 0 && cases.count > 0) { // two replies in one
                const char *other = cases.list[random_below(&random, cases.count)].text;
                buffer_append_text(&text, other != NULL ? other : "");
            }
            for (int damages = 1 + round / 8; damages > 0 && text.length > 0; damages--)
                damage(&text, &random);
            parse_all(buffer_text(&text), cases.list[i].reasoning);
            parse_all("", buffer_text(&text));
            buffer_clear(&text);
        }
    clear_cases(&cases);
}

// Much of one thing: must be read or refused, without deep recursion or quadratic time (which the
// test's time limit would show).
static void test_hostile(void **state)
{
    (void)state;
    static const char *const parts[] = {"[",        "{",        "{\"a\":",
                                        "{\"",      "\"",       "\\",
                                        "- ",       "A. ",      "<think>",
                                        "</think>", "[1,",      "{\"a\":[",
                                        "//",       "\n",       "。",
                                        "\"\"",     "\"//",     "**",
                                        "“",        "{'a':'",   "answer:",
                                        "\\boxed{", "<|",       "a, ",
                                        "1",        "{a:",      "\"answer\":",
                                        "\n- x",    "\xff",     "Q1: a?\n",
                                        "'}{\"",    "<answer>", "{\"answer\":\"\"},"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct buffer text;
        size_t size = i % 8 == 0 ? 300000 : 30000;
        buffer_init(&text, size + 64);
        while (text.length < size)
            buffer_append_text(&text, parts[i]);
        parse_all(buffer_text(&text), NULL);
        parse_all("", buffer_text(&text));
        buffer_clear(&text);
    }
}

static void test_nothing(void **state)
{
    (void)state;
    struct error why = {0};
    struct parsed_answer answer;
    assert_false(parse_answer(NULL, NULL, &answer, &why));
    assert_string_equal(why.message, "no answer: the reply is empty");
    assert_int_equal(why.kind, ERR_REPLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
