#include "case.h"
#include "stand_ins.h"

static void test_forms(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_GENERATE,
                          "generate photos -o out -n6 --limit=20 --quiet --topics counting "
                          "--topics position --seed 7 --seed 8 -c 3",
                          NULL, &why));
    assert_string_equal(settings.operand, "photos");
    assert_string_equal(settings_text(&settings, OPTION_OUTPUT), "out");
    assert_int_equal(settings_number(&settings, OPTION_PER_IMAGE), 6);
    assert_int_equal(settings_number(&settings, OPTION_LIMIT), 20);
    assert_int_equal(settings_number(&settings, OPTION_CONCURRENCY), 3);
    assert_true(settings_switch(&settings, OPTION_QUIET));
    assert_string_equal(settings_text(&settings, OPTION_TOPICS), "counting,position");
    assert_int_equal(settings_number(&settings, OPTION_SEED), 8);
    assert_string_equal(settings.list[OPTION_SEED].from, "command line");
    settings_clear(&settings);
}

// An option that may stand alone takes what follows only when that is one of its words.
static void test_implied_values(void **state)
{
    (void)state;
    static const struct {
        const char *line, *value;
    } cases[] = {
        {"prepare photos -o out --screen", "skip"},
        {"prepare --screen photos -o out", "skip"},
        {"prepare --screen -o out photos", "skip"},
        {"prepare photos --screen report -o out", "report"},
        {"prepare --screen report photos -o out", "report"},
        {"prepare --screen=report -o out photos", "report"},
        {"prepare -o out photos --screen --screen off", "off"},
        {"prepare photos -o out", "off"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings;
        struct error why;
        assert_true(case_read(&settings, FOR_PREPARE, cases[i].line, NULL, &why));
        assert_string_equal(settings_text(&settings, OPTION_SCREEN), cases[i].value);
        assert_string_equal(settings.operand, "photos");
        assert_string_equal(settings_text(&settings, OPTION_OUTPUT), "out");
        settings_clear(&settings);
    }
    case_refused(FOR_PREPARE, "prepare --screen=all photos", NULL, ERR_USAGE, "\"all\"");
    case_refused(FOR_PREPARE, "prepare --screen= photos", NULL, ERR_USAGE, "skip, report or off");
}

static void test_operands(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_GENERATE, "generate -o out -", NULL, &why));
    assert_string_equal(settings.operand, "-");
    settings_clear(&settings);
    assert_true(case_read(&settings, FOR_GENERATE, "generate -o out -- --odd", NULL, &why));
    assert_string_equal(settings.operand, "--odd");
    settings_clear(&settings);
    case_refused(FOR_GENERATE, "generate a b", NULL, ERR_USAGE, "\"a\" and \"b\"");
    case_refused(FOR_SIMULATE, "simulate a", NULL, ERR_USAGE, "takes no argument, but \"a\"");
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"generate --concurency 3", "--concurency is not an option of generate; did you mean "
                                    "--concurrency?"},
        {"generate --per_imag=3", "did you mean --per-image?"},
        {"generate --conc 3", "did you mean --concurrency?"}, // no abbreviations
        {"generate --elephant", "`vqagen help generate` lists them"},
        {"generate -x", "-x is not an option of generate"},
        {"generate --port 3", "--port is not an option of generate"},
        {"generate --seed", "--seed needs a value, for example --seed 1"},
        {"generate -o", "--output needs a value"},
        {"generate --quiet=3", "--quiet takes no value"},
        {"generate --output --limit 3", "--output needs a value (DIR), but --limit follows"},
        {"generate -output out", "long names take two dashes: --output"},
        {"generate -model x", "long names take two dashes: --model"},
        {"generate --per-image 0", "--per-image: \"0\" is not a whole number from 1 to 1000"},
        {"generate -q -v", "contradict"},
        {"generate --quality 40", "--min-quality 50 is above --quality 40"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        case_refused(FOR_GENERATE, cases[i].line, NULL, ERR_USAGE, cases[i].says);
}

// A key on the command line is refused in every spelling, and never repeated.
static void test_keys_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "generate --api-key sk-secret-123",
        "generate --api-key=sk-secret-123",
        "generate --apikey=sk-secret-123",
        "generate --key=sk-secret-123",
        "generate --token=sk-secret-123",
        "generate --api_key=sk-secret-123",
        "generate --api-key",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct settings settings;
        struct error why;
        assert_false(case_read(&settings, FOR_GENERATE, lines[i], NULL, &why));
        print_message("%s: %s\n", lines[i], why.message);
        assert_int_equal(why.kind, ERR_USAGE);
        assert_non_null(strstr(why.message, "VQAGEN_API_KEY"));
        assert_non_null(strstr(why.message, "--api-key-file"));
        assert_null(strstr(why.message, "sk-secret"));
        settings_clear(&settings);
    }
    // Not the file option either: getopt_long would take "--api-ke" for nothing else.
    case_refused(FOR_GENERATE, "generate --api-key-fil=x", NULL, ERR_USAGE,
                 "did you mean --api-key-file?");
}

static void test_switches_turn_off(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_GENERATE, "generate --no-quiet",
                          VARIABLES("VQAGEN_QUIET=1"), &why));
    assert_false(settings_switch(&settings, OPTION_QUIET));
    settings_clear(&settings);
    assert_true(case_read(&settings, FOR_GENERATE, "generate", VARIABLES("VQAGEN_QUIET=1"), &why));
    assert_true(settings_switch(&settings, OPTION_QUIET));
    settings_clear(&settings);
}

static void test_help_comes_first(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_GENERATE, "generate -h --bogus",
                          VARIABLES("VQAGEN_SEED=x"), &why));
    assert_true(settings_switch(&settings, OPTION_HELP));
    settings_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_implied_values),
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_keys_are_refused),
        cmocka_unit_test(test_switches_turn_off),
        cmocka_unit_test(test_help_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
