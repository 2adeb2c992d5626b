#include "case.h"
#include "stand_ins.h"

static void test_layers(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    case_file("s.yaml", "concurrency: 2\nseed: 2\nper-image: 2\ntopics: [a, b]\n", 0644);
    assert_true(case_read(&settings, FOR_GENERATE, "generate --settings s.yaml -c 4",
                          VARIABLES("VQAGEN_CONCURRENCY=3", "VQAGEN_SEED=3", "VQAGEN_TOPICS=c"),
                          &why));
    static const struct {
        enum option_id id;
        const char *text, *from;
    } expected[] = {
        {OPTION_CONCURRENCY, "4", "command line"},
        {OPTION_SEED, "3", "environment VQAGEN_SEED"},
        {OPTION_PER_IMAGE, "2", "s.yaml line 3"},
        {OPTION_TOPICS, "c", "environment VQAGEN_TOPICS"}, // lists do not mix layers
        {OPTION_RETRIES, "3", "default"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_string_equal(settings_text(&settings, expected[i].id), expected[i].text);
        assert_string_equal(settings.list[expected[i].id].from, expected[i].from);
    }
    settings_clear(&settings);
}

static void test_settings_file_by_variable_only_when_named(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    case_file("vqagen.yaml", "seed: 9\n", 0644);
    assert_true(case_read(&settings, FOR_GENERATE, "generate", NULL, &why));
    assert_int_equal(settings_number(&settings, OPTION_SEED), 1);
    settings_clear(&settings);
    assert_true(case_read(&settings, FOR_GENERATE, "generate",
                          VARIABLES("VQAGEN_SETTINGS=vqagen.yaml"), &why));
    assert_int_equal(settings_number(&settings, OPTION_SEED), 9);
    settings_clear(&settings);
}

static void test_variables(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    // Empty counts as not set.
    assert_true(case_read(&settings, FOR_GENERATE, "generate", VARIABLES("VQAGEN_SEED="), &why));
    assert_string_equal(settings.list[OPTION_SEED].from, "default");
    settings_clear(&settings);
    case_refused(FOR_GENERATE, "generate", VARIABLES("VQAGEN_SEED=x"), ERR_SETTINGS,
                 "VQAGEN_SEED: \"x\" is not a whole number");
    // A bad value is refused though the command line goes before it.
    case_refused(FOR_GENERATE, "generate --seed 3", VARIABLES("VQAGEN_SEED=x"), ERR_SETTINGS,
                 "VQAGEN_SEED");
    // simulate has variables of its own.
    assert_true(case_read(
        &settings, FOR_SIMULATE, "simulate",
        VARIABLES("VQAGEN_MODEL=a", "VQAGEN_SIMULATOR_MODEL=b", "VQAGEN_SIMULATOR_KEY=k"), &why));
    assert_string_equal(settings_text(&settings, OPTION_SERVED_MODEL), "b");
    assert_string_equal(settings_text(&settings, OPTION_KEY), "k");
    settings_clear(&settings);
}

// What generate starts as a child is the same whatever the environment says.
static void test_child_ignores_variables(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_SIMULATE, "simulate --parent-fd 3 --port 0",
                          VARIABLES("VQAGEN_SIMULATOR_FAULT=500", "VQAGEN_SIMULATOR_KEY=k"), &why));
    assert_null(settings_text(&settings, OPTION_FAULT));
    assert_null(settings_text(&settings, OPTION_KEY));
    settings_clear(&settings);
}

static void test_at_files(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    case_file("p.txt", "Be brief.\nAlways.\n\n", 0644);
    case_file("b.json", "{\"top_p\": 0.9}\n", 0644);
    case_file("bad.json", "[1]", 0644);
    case_file("bytes", "\xff\xfe", 0644);
    assert_true(case_read(&settings, FOR_GENERATE,
                          "generate --system-prompt @p.txt --extra-body @b.json", NULL, &why));
    assert_string_equal(settings_text(&settings, OPTION_SYSTEM_PROMPT), "Be brief.\nAlways.");
    assert_string_equal(settings_text(&settings, OPTION_EXTRA_BODY), "{\"top_p\": 0.9}");
    settings_clear(&settings);
    assert_true(case_read(&settings, FOR_GENERATE, "generate --system-prompt @@x", NULL, &why));
    assert_string_equal(settings_text(&settings, OPTION_SYSTEM_PROMPT), "@x");
    settings_clear(&settings);
    case_refused(FOR_GENERATE, "generate --system-prompt @none.txt", NULL, ERR_USAGE, "none.txt");
    case_refused(FOR_GENERATE, "generate --system-prompt @bytes", NULL, ERR_USAGE,
                 "bytes is not UTF-8 text");
    case_refused(FOR_GENERATE, "generate --extra-body @bad.json", NULL, ERR_USAGE, "not an object");
    case_refused(FOR_GENERATE, "generate --extra-body {", NULL, ERR_USAGE, "give a JSON object");
    case_refused(FOR_GENERATE, "generate", VARIABLES("VQAGEN_EXTRA_BODY=3"), ERR_SETTINGS,
                 "not an object");
}

static void test_every_default_holds(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    assert_true(case_read(&settings, FOR_GENERATE, "generate", NULL, &why));
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        bool own = (option->commands & FOR_GENERATE) != 0;
        print_message("%s\n", option->name);
        assert_int_equal(settings.list[id].text != NULL, own && option->initial != NULL);
    }
    assert_int_equal(settings_number(&settings, OPTION_TIMEOUT), 120000);
    assert_int_equal(settings_number(&settings, OPTION_MAX_BYTES), 7340032);
    settings_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_settings_file_by_variable_only_when_named),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_child_ignores_variables),
        cmocka_unit_test(test_at_files),
        cmocka_unit_test(test_every_default_holds),
    };
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
