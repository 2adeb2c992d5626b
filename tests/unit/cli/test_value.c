#include "value.h"

#include "stand_ins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long bytes; // -1: refused
    } cases[] = {
        {"0", 0},           {"7340032", 7340032},
        {"7MiB", 7340032},  {"7mib", 7340032},
        {"7 MiB", 7340032}, {"500k", 500000},
        {"500kB", 500000},  {"500KiB", 512000},
        {"1.5M", 1500000},  {"0.5Ki", 512},
        {"2G", 2000000000}, {"1TiB", 1099511627776},
        {"1b", 1},          {"", -1},
        {"k", -1},          {"-1", -1},
        {"1x", -1},         {"1 2", -1},
        {"1e3", -1},        {"1..5M", -1},
        {"0x10", -1},       {" 5", -1},
        {"99999999T", -1},  {"nan", -1},
        {"1MiBB", -1},      {"12345678901234567890123456789012345", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t bytes = 0;
        bool good = value_parse_size(cases[i].text, &bytes);
        print_message("%s\n", cases[i].text);
        assert_int_equal(good, cases[i].bytes >= 0);
        if (good)
            assert_int_equal(bytes, cases[i].bytes);
    }
}

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long milliseconds;
    } cases[] = {
        {"120", 120000}, {"0.5", 500},    {"500ms", 500},   {"500 ms", 500},  {"2m", 120000},
        {"90s", 90000},  {"1h", 3600000}, {"1d", 86400000}, {"2min", 120000}, {"5x", -1},
        {"ms", -1},      {"-5", -1},      {"", -1},         {"1m30s", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t milliseconds = 0;
        bool good = value_parse_duration(cases[i].text, &milliseconds);
        print_message("%s\n", cases[i].text);
        assert_int_equal(good, cases[i].milliseconds >= 0);
        if (good)
            assert_int_equal(milliseconds, cases[i].milliseconds);
    }
}

static void test_written(void **state)
{
    (void)state;
    char out[32];
    assert_string_equal(value_write_size(7340032, out), "7 MiB");
    assert_string_equal(value_write_size(500000, out), "500000 bytes");
    assert_string_equal(value_write_size(0, out), "0 bytes");
    assert_string_equal(value_write_size(1ull << 40, out), "1 TiB");
    assert_string_equal(value_write_duration(86400000, out), "24 h");
    assert_string_equal(value_write_duration(1500, out), "1500 ms");
    assert_string_equal(value_write_duration(120000, out), "2 min");
}

static void test_accepted(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *text;
    } cases[] = {
        {OPTION_SEED, "18446744073709551615"},
        {OPTION_SEED, "0"},
        {OPTION_PER_IMAGE, "1000"},
        {OPTION_TEMPERATURE, "none"},
        {OPTION_TEMPERATURE, "2"},
        {OPTION_TEMPERATURE, ".5"},
        {OPTION_ANSWER_TEMPERATURE, "0"},
        {OPTION_LANGUAGE, "zh"},
        {OPTION_BASE_URL, "http://[::1]:8000/v1"},
        {OPTION_QUIET, "Yes"},
        {OPTION_QUIET, "off"},
        {OPTION_TIMEOUT, "1ms"},
        {OPTION_MAX_PIXELS, "100M"},
        {OPTION_FORMAT, "fill_in_blank"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value value;
        struct error why = {0};
        bool good = value_parse(option_at(cases[i].id), cases[i].text, &value, &why);
        print_message("%s %s\n", cases[i].text, why.message);
        assert_true(good);
    }
}

// Every refusal says what is allowed.
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *text, *says;
    } cases[] = {
        {OPTION_SEED, "18446744073709551616", "from 0 to 18446744073709551615, for example 1"},
        {OPTION_SEED, "-1", "\"-1\" is not a whole number"},
        {OPTION_SEED, " 1", "whole number"},
        {OPTION_PER_IMAGE, "0", "from 1 to 1000, for example 4"},
        {OPTION_PER_IMAGE, "4x", "from 1 to 1000"},
        {OPTION_PER_IMAGE, "", "\"\" is not"},
        {OPTION_OPTIONS, "27", "from 2 to 26"},
        {OPTION_TEMPERATURE, "2.1", "from 0 to 2, or none"},
        {OPTION_TEMPERATURE, "nan", "from 0 to 2"},
        {OPTION_TEMPERATURE, "inf", "from 0 to 2"},
        {OPTION_TEMPERATURE, "0x1p0", "from 0 to 2"},
        {OPTION_ANSWER_TEMPERATURE, "none", "from 0 to 2, for"},
        {OPTION_LANGUAGE, "fr", "en or zh"},
        {OPTION_LANGUAGE, "e", "en or zh"},
        {OPTION_LANGUAGE, "", "en or zh"},
        {OPTION_LANGUAGE, "en|zh", "en or zh"},
        {OPTION_MODEL_NAME, "Auto", "auto, verbatim or normalized"},
        {OPTION_BASE_URL, "localhost:8000", "http:// or https://"},
        {OPTION_BASE_URL, "http://", "URL"},
        {OPTION_BASE_URL, "http://a b", "URL"},
        {OPTION_QUIET, "maybe", "true or false"},
        {OPTION_TIMEOUT, "0", "from 1 ms to 24 h, for example 2m"},
        {OPTION_MAX_BYTES, "11MiB", "from 4 KiB to 10 MiB, for example 500k"},
        {OPTION_OUTPUT, "", "path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value value;
        struct error why = {0};
        assert_false(value_parse(option_at(cases[i].id), cases[i].text, &value, &why));
        print_message("%s\n", why.message);
        assert_int_equal(why.kind, ERR_USAGE);
        assert_non_null(strstr(why.message, cases[i].says));
    }
}

static void test_shares(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int choice, blank; // -1: refused
    } cases[] = {
        {"multiple_choice:70,fill_in_blank:30", 70, 30},
        {" fill_in_blank:30 , multiple_choice:70 ", 70, 30},
        {"multiple_choice", 1, 0},
        {"multiple_choice,fill_in_blank", 1, 1},
        {"multiple_choice:0,fill_in_blank:5", 0, 5},
        {"multiple_choice:0", -1, -1},
        {"essay:3", -1, -1},
        {"multiple_choice:1,multiple_choice:2", -1, -1},
        {"multiple_choice:", -1, -1},
        {"multiple_choice:-1", -1, -1},
        {"multiple_choice:1.5", -1, -1},
        {"multiple_choice:1,", -1, -1},
        {"", -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value value;
        struct error why = {0};
        bool good = value_parse(option_at(OPTION_FORMAT), cases[i].text, &value, &why);
        print_message("\"%s\" %s\n", cases[i].text, why.message);
        assert_int_equal(good, cases[i].choice >= 0);
        if (good) {
            assert_int_equal(value.shares[0], cases[i].choice);
            assert_int_equal(value.shares[1], cases[i].blank);
        } else {
            assert_int_equal(why.kind, ERR_USAGE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),   cmocka_unit_test(test_durations),
        cmocka_unit_test(test_written), cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
