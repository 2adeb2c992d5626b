#include "case.h"
#include "stand_ins.h"

// Every option of the command has a line with its value and origin.
static void test_table(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    struct buffer out;
    buffer_init(&out, 100000);
    case_file("p.txt", "First line.\nSecond line, long enough that the table has to cut it off.\n",
              0644);
    assert_true(case_read(&settings, FOR_GENERATE, "generate in -c 3 --system-prompt @p.txt",
                          VARIABLES("VQAGEN_API_KEY=sk-0123456789abcdefghij", "VQAGEN_SEED=5"),
                          &why));
    settings_write_table(&settings, &out);
    const char *table = buffer_text(&out);
    print_message("%s", table);
    static const char *const lines[] = {
        "INPUT                 in                                      command line\n",
        "\nconcurrency           3                                       command line\n",
        "\nseed                  5                                       environment VQAGEN_SEED\n",
        "\nretries               3                                       default\n",
        "\ntopics                -                                       not set\n",
        "\napi-key               sk-0...ghij                             environment "
        "VQAGEN_API_KEY\n",
        "\nsystem-prompt         First line. Second line, long enough that the table has to c... "
        "command line\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strstr(table, lines[i]) == NULL)
            fail_msg("no line \"%s\"", lines[i]);
    assert_null(strstr(table, "123456789"));
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        char begin[64];
        snprintf(begin, sizeof begin, "\n%s ", option->name);
        bool expected = (option->commands & FOR_GENERATE) != 0 && id != OPTION_HELP &&
                        id != OPTION_SHOW_SETTINGS;
        if (expected && strstr(table, begin) == NULL)
            fail_msg("%s is not shown", option->name);
    }
    buffer_clear(&out);
    settings_clear(&settings);
}

static void test_without_room(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    struct buffer out;
    assert_true(case_read(&settings, FOR_GENERATE, "generate in", NULL, &why));
    for (size_t ceiling = 0; ceiling < 300; ceiling++) {
        buffer_init(&out, ceiling);
        settings_write_table(&settings, &out);
        assert_false(buffer_check(&out, "table", NULL));
        buffer_empty(&out);
        settings_write_json(&settings, &out);
        assert_false(buffer_check(&out, "json", NULL));
        buffer_clear(&out);
    }
    settings_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_without_room),
    };
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
