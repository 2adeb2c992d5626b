// The tables in tests/cases/rules, a row a case; see README there.
#include "rules.h"

#include "buffer.h"
#include "file.h"
#include "random.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 6, MAX_LIST = 16 };

static const char *const groups[] = {"question", "answer", "option"};

struct row {
    char *cells[COLUMNS];
    unsigned line;
};

struct table {
    struct buffer text;
    struct row rows[400];
    size_t count;
};

static void unescape(char *cell)
{
    char *place = strstr(cell, "\\n");
    if (place != NULL) {
        *place = '\n';
        memmove(place + 1, place + 2, strlen(place + 2) + 1);
    }
    if (strcmp(cell, "-") == 0)
        *cell = '\0';
}

static void read_table(struct table *table, const char *group)
{
    struct error why = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/rules/%s.tsv", TEST_CASES, group);
    *table = (struct table){0};
    buffer_init(&table->text, 1 << 20);
    assert_true(file_read(path, &table->text, &why));
    char *rest = table->text.data;
    unsigned number = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        number++;
        if (*line == '#' || *line == '\0')
            continue;
        struct row *row = &table->rows[table->count++];
        row->line = number;
        for (size_t i = 0; i < COLUMNS; i++) {
            row->cells[i] = strsep(&line, "\t");
            if (row->cells[i] == NULL)
                fail_msg("%s:%u has %zu columns, not %d", path, number, i, COLUMNS);
            unescape(row->cells[i]);
        }
    }
}

static size_t split(char *text, char **list)
{
    size_t count = 0;
    if (*text == '\0')
        return 0;
    for (char *part; (part = strsep(&text, "|")) != NULL && count < MAX_LIST;)
        list[count++] = part;
    return count;
}

static const struct topic *topic_of(const char *name)
{
    size_t count;
    const struct topic *topics = topic_table(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(topics[i].name, name) == 0)
            return &topics[i];
    if (*name != '\0')
        fail_msg("there is no topic \"%s\"", name);
    return NULL;
}

static struct rule_result check_question(const char *text, const struct topic *topic,
                                         const char *answer, const char *const *taken, size_t count,
                                         enum language language)
{
    struct rules_beside *beside = rules_beside_new(NULL, answer, taken, count);
    struct rule_result result = rules_check_question(text, topic, beside, language);
    rules_beside_free(beside);
    return result;
}

static struct rule_result check_option(const char *text, const char *question, const char *answer,
                                       const char *const *kept, size_t count,
                                       enum language language)
{
    struct rules_beside *beside = rules_beside_new(question, answer, kept, count);
    struct rule_result result = rules_check_option(text, beside, language);
    rules_beside_free(beside);
    return result;
}

static struct rule_result check(const char *group, char *const *cells, enum language language,
                                char **list, size_t count)
{
    const char *const *texts = (const char *const *)list;
    if (strcmp(group, "question") == 0)
        return check_question(cells[4], topic_of(cells[2]), *cells[3] != '\0' ? cells[3] : NULL,
                              texts, count, language);
    if (strcmp(group, "answer") == 0) {
        enum question_type type = strcmp(cells[2], "fill_in_blank") == 0 ? QUESTION_FILL_IN_BLANK
                                                                         : QUESTION_MULTIPLE_CHOICE;
        return rules_check_answer(cells[4], cells[3], type, count > 0 ? list : NULL, count,
                                  language);
    }
    return check_option(cells[4], cells[2], cells[3], texts, count, language);
}

// A refusal names a rule of its group and says why, in the language asked for.
static void check_shape(const char *group, struct rule_result result, enum language language)
{
    if (result.pass) {
        assert_null(result.rule);
        assert_string_equal(result.reason, "");
        return;
    }
    bool known = false;
    for (const char *const *name = rules_names(group); *name != NULL; name++)
        known |= strcmp(*name, result.rule) == 0;
    assert_true(known);
    assert_true(strlen(result.reason) > 5);
    assert_true(text_valid_utf8(result.reason, strlen(result.reason)));
    assert_null(strstr(result.reason, "{}"));
    if (language == LANGUAGE_ZH)
        assert_true((unsigned char)result.reason[0] >= 0x80);
}

static void test_rows(void **state)
{
    (void)state;
    static struct table table;
    size_t rows = 0, wrong = 0;
    for (size_t g = 0; g < 3; g++) {
        read_table(&table, groups[g]);
        for (size_t i = 0; i < table.count; i++, rows++) {
            struct row *row = &table.rows[i];
            enum language language;
            assert_true(language_find(row->cells[1], &language));
            char *list[MAX_LIST];
            size_t count = split(row->cells[5], list);
            struct rule_result result = check(groups[g], row->cells, language, list, count);
            check_shape(groups[g], result, language);
            const char *got = result.pass ? "pass" : result.rule;
            if (strcmp(got, row->cells[0]) != 0) {
                print_error("%s.tsv:%u expected %s, got %s (%s): %s\n", groups[g], row->line,
                            row->cells[0], got, result.reason, row->cells[4]);
                wrong++;
            }
        }
        buffer_clear(&table.text);
    }
    assert_true(rows >= 100);
    assert_int_equal(wrong, 0);
}

// Each rule has a row that it refuses, so that none is dead.
static void test_every_rule_fails_once(void **state)
{
    (void)state;
    static struct table table;
    for (size_t g = 0; g < 3; g++) {
        read_table(&table, groups[g]);
        for (const char *const *name = rules_names(groups[g]); *name != NULL; name++) {
            size_t found = 0;
            for (size_t i = 0; i < table.count; i++)
                found += strcmp(table.rows[i].cells[0], *name) == 0;
            if (found == 0)
                fail_msg("no row of %s.tsv fails %s", groups[g], *name);
        }
        buffer_clear(&table.text);
    }
    assert_null(rules_names("nothing")[0]);
}

static void test_damaged(void **state)
{
    (void)state;
    static struct table table;
    static const char marks[] = "{}[]<>_?.,/'\"-% \t0a\x80\xe4\xef\n";
    uint64_t random = random_from(1, "rules", "damage");
    for (size_t g = 0; g < 3; g++) {
        read_table(&table, groups[g]);
        for (size_t i = 0; i < table.count; i++)
            for (int round = 0; round < 12; round++) {
                struct row row = table.rows[i];
                char *copies[COLUMNS], *list[MAX_LIST] = {0};
                for (size_t c = 0; c < COLUMNS; c++) {
                    copies[c] = text_copy(row.cells[c]);
                    size_t length = strlen(copies[c]);
                    bool text = c == 4 || (g == 2 && c == 3) || c == 5;
                    for (int damages = 0; text && length > 0 && damages < 2; damages++)
                        copies[c][random_below(&random, length)] =
                            marks[random_below(&random, sizeof marks - 1)];
                }
                size_t count = split(copies[5], list);
                check_shape(groups[g], check(groups[g], copies, LANGUAGE_EN, list, count),
                            LANGUAGE_EN);
                for (size_t c = 0; c < COLUMNS; c++)
                    free(copies[c]);
            }
        buffer_clear(&table.text);
    }
}

// Long, empty and missing texts.
static void test_extremes(void **state)
{
    (void)state;
    static const char *const parts[] = {"a",  "1",  "左", "中", "(", " the",
                                        "九", "1,", "_",  "[a", "?", "\xff"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct buffer text;
        buffer_init(&text, 200000);
        while (text.length < 100000)
            buffer_append_text(&text, parts[i]);
        const char *t = buffer_text(&text);
        for (int language = 0; language < 2; language++) {
            enum language l = language == 0 ? LANGUAGE_EN : LANGUAGE_ZH;
            check_shape("question", check_question(t, NULL, t, &t, 1, l), l);
            check_shape("answer", rules_check_answer(t, t, QUESTION_UNSET, NULL, 0, l), l);
            check_shape("option", check_option(t, t, t, &t, 1, l), l);
            check_shape("option", check_option("red", t, t, &t, 1, l), l);
        }
        buffer_clear(&text);
    }
    assert_string_equal(check_question(NULL, NULL, NULL, NULL, 0, LANGUAGE_EN).rule,
                        "question.empty");
    assert_string_equal(rules_check_answer(NULL, NULL, QUESTION_UNSET, NULL, 0, LANGUAGE_EN).rule,
                        "answer.empty");
    assert_string_equal(check_option(NULL, NULL, NULL, NULL, 0, LANGUAGE_ZH).rule, "option.empty");
}

// What is read once for a reply judges every text as if it were read for that text alone.
static void test_shared_readings(void **state)
{
    (void)state;
    static const char *const texts[] = {"red",  "a red one", "Red",  "blue",   "3",
                                        "cats", "the cat",   "左侧", "在左边", "yes"};
    enum { COUNT = sizeof texts / sizeof *texts };
    const char *kept[COUNT];
    size_t passed = 0;
    for (size_t answer = 0; answer < COUNT; answer++) {
        size_t count = 0;
        struct rules_beside *beside = rules_beside_new("What is it?", texts[answer], NULL, 0);
        for (size_t i = 0; i < COUNT; i++) {
            struct rule_result alone =
                check_option(texts[i], "What is it?", texts[answer], kept, count, LANGUAGE_EN);
            struct rule_result shared = rules_check_option(texts[i], beside, LANGUAGE_EN);
            assert_int_equal(shared.pass, alone.pass);
            assert_string_equal(shared.reason, alone.reason);
            if (!shared.pass)
                continue;
            kept[count++] = texts[i];
            assert_true(rules_beside_add(beside, texts[i]));
        }
        passed += count;
        rules_beside_free(beside);
    }
    assert_in_range(passed, COUNT, COUNT * (COUNT - 1));
    assert_string_equal(rules_check_option("red", NULL, LANGUAGE_EN).rule, "memory");
    assert_string_equal(rules_check_question("red", NULL, NULL, LANGUAGE_EN).rule, "memory");
}

// The examples that the prompts show must pass the rules, else models learn what is refused.
static void test_examples_pass(void **state)
{
    (void)state;
    size_t count;
    const struct topic *topics = topic_table(&count);
    for (size_t i = 0; i < count; i++)
        for (int language = 0; language < 2; language++) {
            enum language l = language == 0 ? LANGUAGE_EN : LANGUAGE_ZH;
            struct rule_result result =
                check_question(topics[i].example[l], &topics[i], NULL, NULL, 0, l);
            if (!result.pass)
                fail_msg("%s: %s (%s)", topics[i].example[l], result.rule, result.reason);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_every_rule_fails_once),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_shared_readings),
        cmocka_unit_test(test_examples_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
