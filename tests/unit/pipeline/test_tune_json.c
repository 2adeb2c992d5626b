// A tuning run's result as JSON: there and back, and texts that are no such thing.
#include "unit.h"

#include "tune_json.h"
#include "tune_sample.h"

#include <stdlib.h>

static char *write(const struct tune_result *result)
{
    struct buffer out;
    buffer_init(&out, 1 << 20);
    tune_json_write(result, &out);
    return buffer_take(&out);
}

static void check_round_trip(const struct tune_result *result)
{
    struct error why = {0};
    struct tune_result *back = malloc(sizeof *back);
    char *first = write(result);
    assert_non_null(back);
    assert_non_null(first);
    if (!tune_json_read(first, strlen(first), back, &why))
        fail_msg("%s", why.message);
    char *second = write(back);
    assert_string_equal(first, second);
    assert_int_equal(back->level_count, result->level_count);
    for (size_t i = 0; i < back->level_count; i++) {
        const struct tune_level *is = &back->levels[i], *was = &result->levels[i];
        assert_int_equal(is->concurrency, was->concurrency);
        assert_true(is->p95_ms == was->p95_ms && is->items_per_second == was->items_per_second);
        assert_int_equal(is->fault_count, was->fault_count);
        for (size_t k = 0; k < is->fault_count; k++) {
            assert_string_equal(is->faults[k].kind, was->faults[k].kind);
            assert_int_equal(is->faults[k].count, was->faults[k].count);
        }
    }
    assert_memory_equal(back->histogram, result->histogram, sizeof back->histogram);
    assert_string_equal(back->reason, result->reason);
    free(first);
    free(second);
    free(back);
}

static void results_come_back(void **state)
{
    (void)state;
    struct tune_result result;
    sample_result(&result, 37, 840);
    check_round_trip(&result);
    snprintf(result.reason, sizeof result.reason, "\"quoted\"\n\\ <b> é \x01");
    result.cost = result.levels[0].first_token_p50_ms = -1;
    check_round_trip(&result);
    check_round_trip(&(struct tune_result){.cost = -1});
    for (unsigned i = 0; i < TUNE_LEVELS; i++)
        result.levels[i] = sample_level(i + 1, 37, 840);
    result.level_count = TUNE_LEVELS;
    check_round_trip(&result);
}

static void what_does_not_exist_is_null(void **state)
{
    (void)state;
    struct tune_result result = {.cost = -1};
    char *text = write(&result);
    assert_non_null(strstr(text, "\"cost\":null"));
    assert_non_null(strstr(text, "\"levels\":[]"));
    struct tune_result back;
    struct error why = {0};
    assert_true(tune_json_read(text, strlen(text), &back, &why));
    assert_true(back.cost == -1);
    free(text);
}

// A good text with `from` replaced once must be refused with words that name the place.
static void check_refused(const char *from, const char *to, const char *words)
{
    static struct tune_result result, back;
    struct error why = {0};
    sample_result(&result, 8, 310);
    char *text = write(&result), *at = strstr(text, from);
    if (at == NULL)
        fail_msg("%s is not in %.300s", from, text);
    struct buffer changed;
    buffer_init(&changed, 1 << 21);
    buffer_append(&changed, text, (size_t)(at - text));
    buffer_append_text(&changed, to);
    buffer_append_text(&changed, at + strlen(from));
    if (tune_json_read(buffer_text(&changed), changed.length, &back, &why))
        fail_msg("%s instead of %s was taken", to, from);
    if (strstr(why.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.message, words);
    assert_int_equal(why.kind, ERR_RECORD);
    buffer_clear(&changed);
    free(text);
}

static void hostile_texts_are_refused(void **state)
{
    (void)state;
    check_refused("\"vqagen_tune\":1", "\"vqagen_tune\":2", "later version");
    check_refused("\"vqagen_tune\":1", "\"other\":1", "not a result");
    check_refused("\"knee\":8", "\"knee\":-1", "\"knee\"");
    check_refused("\"knee\":8", "\"knee\":4294967296", "\"knee\"");
    check_refused("\"knee\":8", "\"knee\":1.5", "\"knee\"");
    check_refused("\"knee\":8", "\"knee\":\"8\"", "\"knee\"");
    check_refused("\"knee\":8,", "", "\"knee\" is missing");
    check_refused("\"calls\":911", "\"calls\":1e300", "\"calls\"");
    check_refused("\"base_ms\":3.1e+02", "\"base_ms\":1e999", "\"base_ms\"");
    check_refused("\"base_ms\":3.1e+02", "\"base_ms\":-2", "\"base_ms\"");
    check_refused("\"saturated\":false", "\"saturated\":0", "level 1: \"saturated\"");
    check_refused("\"rate_limited\"", "\"<script>\"", "<script> is no kind of fault");
    check_refused("\"concurrency\":1,", "\"concurrency\":900,", "order");
    check_refused("\"levels\":[", "\"levels\":[7,", "level 1");
    check_refused("\"levels\":[", "\"levels\":[{},", "level 1");
    check_refused("\"sides\":[", "\"sides\":[[],", "sides 1");
    check_refused("\"sides\":[", "\"sides\":{},\"other\":[", "\"sides\"");
    check_refused("\"histogram\":[", "\"histogram\":[0,", "60 is the most");
    check_refused("\"histogram\":[0", "\"histogram\":[-1", "entry 1");
    check_refused("\"drafts\":[{", "\"drafts\":[1,2,3,4,5,{", "4 is the most");
    check_refused("\"model\":\"gpt-4.1-mini\"", "\"model\":null", "\"model\"");
}

static void long_lists_and_texts_are_refused(void **state)
{
    (void)state;
    struct buffer long_text;
    buffer_init(&long_text, 1 << 20);
    buffer_append_text(&long_text, "\"when\":\"");
    for (int i = 0; i < 32; i++) // one more than fits with its end
        buffer_append_char(&long_text, 'x');
    buffer_append_text(&long_text, "\",\"old\":\"");
    check_refused("\"when\":\"", buffer_text(&long_text), "\"when\"");
    buffer_empty(&long_text);
    buffer_append_text(&long_text, "\"levels\":[");
    for (int i = 0; i < TUNE_LEVELS; i++)
        buffer_append_text(&long_text, "{},");
    check_refused("\"levels\":[", buffer_text(&long_text), "64 is the most");
    buffer_clear(&long_text);
}

// Every prefix of a good text, and each byte of one changed: an answer, and never more than that.
static void damaged_texts_do_no_harm(void **state)
{
    (void)state;
    static struct tune_result result, back;
    sample_result(&result, 2, 310);
    char *text = write(&result);
    size_t length = strlen(text);
    for (size_t i = 0; i + 2 < length; i += 7) { // without the closing brace
        char *prefix = malloc(i + 1);
        assert_non_null(prefix);
        memcpy(prefix, text, i);
        assert_false(tune_json_read(prefix, i, &back, NULL));
        free(prefix);
    }
    unsigned taken = 0;
    for (size_t i = 0; i < length; i += 3) {
        char was = text[i];
        text[i] = (char)(was ^ 0x11);
        taken += tune_json_read(text, length, &back, NULL);
        assert_true(back.level_count <= TUNE_LEVELS || !taken);
        text[i] = was;
    }
    print_message("%u of %zu changed texts were still good\n", taken, length / 3);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_back),
        cmocka_unit_test(what_does_not_exist_is_null),
        cmocka_unit_test(hostile_texts_are_refused),
        cmocka_unit_test(long_lists_and_texts_are_refused),
        cmocka_unit_test(damaged_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
