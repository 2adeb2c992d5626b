#include "unit.h"

#include "price_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/vqagen-prices-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file >= 0 ? close(file) : -1;
}

static int drop_file(void **state)
{
    (void)state;
    return unlink(path);
}

static bool read_text(struct price_file *file, const char *text, struct error *why)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    return price_file_read(file, path, why);
}

static void the_sample_is_the_built_in_table(void **state)
{
    (void)state;
    char sample[4096];
    snprintf(sample, sizeof sample, "%.*ssamples/prices.yaml",
             (int)(strlen(TEST_CASES) - strlen("tests/cases")), TEST_CASES);
    struct price_file file;
    struct error why = {0};
    if (!price_file_read(&file, sample, &why))
        fail_msg("%s", why.message);
    for (size_t i = 0; i < file.count; i++) {
        const struct price *own = &file.list[i], *built_in = price_at(i);
        assert_non_null(built_in);
        assert_string_equal(own->model, built_in->model);
        assert_string_equal(own->date, built_in->date);
        assert_string_equal(own->source, built_in->source);
        bool same = own->input == built_in->input && own->output == built_in->output &&
                    own->cached == built_in->cached && own->batch == built_in->batch &&
                    own->cache_write == built_in->cache_write;
        if (!same)
            fail_msg("%s differs", own->model);
    }
    assert_null(price_at(file.count));
    price_file_clear(&file);
}

static void rows_are_read(void **state)
{
    (void)state;
    struct price_file file;
    struct error why = {0};
    assert_true(
        read_text(&file,
                  "- {model: \"my-*\", input: 1.5, output: 3}\n"
                  "- model: b\n  output: 2\n  input: 0\n  cached: 0.1\n  date: 2026-11-01\n",
                  &why));
    assert_int_equal(file.count, 2);
    assert_string_equal(file.list[0].model, "my-*");
    assert_true(file.list[0].input == 1.5 && file.list[0].output == 3);
    assert_true(file.list[0].cached < 0 && file.list[0].batch < 0);
    assert_string_equal(file.list[0].date, "");
    assert_true(file.list[1].input == 0 && file.list[1].cached == 0.1);
    assert_string_equal(file.list[1].date, "2026-11-01");
    price_file_clear(&file);
    assert_true(read_text(&file, "[]", &why));
    assert_int_equal(file.count, 0);
    price_file_clear(&file);
}

static void faults_name_line_and_remedy(void **state)
{
    static const struct {
        const char *text, *line, *words;
    } rows[] = {
        {"model: a\ninput: 1\n", "line 1", "a list of prices"},
        {"", "line 1", "a list of prices"},
        {"- a\n", "line 1", "a price is wanted"},
        {"- model: a\n  input: 1\n", "line 1", "output is missing"},
        {"- input: 1\n  output: 1\n", "line 1", "model is missing"},
        {"- {model: a, input: 1, output: 1}\n- {model: b, input: x, output: 1}\n", "line 2",
         "input is \"x\""},
        {"- model: a\n  input: -1\n  output: 1\n", "line 2", "0 to 100000"},
        {"- model: a\n  input: 1e9\n  output: 1\n", "line 2", "0 to 100000"},
        {"- model: a\n  input: nan\n  output: 1\n", "line 2", "a number"},
        {"- model: a\n  inputs: 1\n  output: 1\n", "line 2", "did you mean input"},
        {"- model: a\n  model: b\n  input: 1\n  output: 1\n", "line 2", "given twice"},
        {"- model: a\n  input: [1]\n  output: 1\n", "line 2", "a number"},
        {"- model: a\n   input: 1\n", "line 2", "not YAML"},
        {"- model: ''\n", "line 1", "empty"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct price_file file;
        struct error why = {0};
        if (read_text(&file, rows[i].text, &why))
            fail_msg("taken: %s", rows[i].text);
        assert_int_equal(why.kind, ERR_SETTINGS);
        if (strstr(why.message, rows[i].line) == NULL || strstr(why.message, rows[i].words) == NULL)
            fail_msg("%s: %s", rows[i].text, why.message);
        assert_int_equal(file.count, 0);
    }
    struct price_file file;
    struct error why = {0};
    assert_false(price_file_read(&file, "/nowhere/prices.yaml", &why));
    assert_int_equal(why.kind, ERR_SETTINGS);
}

static void a_quick_price_goes_before_the_file(void **state)
{
    (void)state;
    struct price_file file;
    struct error why = {0};
    assert_true(read_text(&file, "- {model: a, input: 1, output: 2}\n", &why));
    assert_true(price_file_add(&file, "0.15, 0.60", &why));
    assert_int_equal(file.count, 2);
    assert_true(price_search(file.list, 2, "a")->input == 0.15);
    assert_true(file.list[0].cached < 0);
    price_file_clear(&file);
    assert_true(price_file_add(&file, "1,0.1,5", &why));
    assert_true(file.list[0].cached == 0.1 && file.list[0].output == 5);
    price_file_clear(&file);
    static const char *const bad[] = {"", "1", "1,", "1,2,3,4", "a,b", "-1,2", "1,2e9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error fault = {0};
        if (price_file_add(&file, bad[i], &fault))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(fault.kind, ERR_USAGE);
    }
    price_file_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_the_built_in_table),
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(faults_name_line_and_remedy),
        cmocka_unit_test(a_quick_price_goes_before_the_file),
    };
    return cmocka_run_group_tests(tests, make_file, drop_file);
}
