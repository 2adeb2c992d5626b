#include "ladder_state.h"
#include "unit.h"

#include <string.h>

static struct diagnosis diagnosis;

static int tear_down(void **state)
{
    (void)state;
    diagnosis_clear(&diagnosis);
    return 0;
}

static const struct rung *last_rung(void)
{
    return &diagnosis.rungs[diagnosis.rung_count - 1];
}

static bool climb(const struct ladder_settings *settings, struct error *why)
{
    diagnosis_clear(&diagnosis);
    diagnosis = (struct diagnosis){0};
    struct ladder ladder = {.settings = settings, .diagnosis = &diagnosis};
    bool good = rung_settings(&ladder, why);
    if (good && ladder.ended != (last_rung()->result == RUNG_BROKEN))
        fail_msg("the ladder does not end with the rung that breaks");
    endpoint_clear(&ladder.endpoint);
    return good;
}

static void expect(struct endpoint_settings endpoint, enum cause_id cause)
{
    struct ladder_settings settings = {.endpoint = endpoint};
    struct error why = {0};
    assert_true(climb(&settings, &why));
    assert_int_equal(last_rung()->id, RUNG_SETTINGS);
    enum cause_id found = last_rung()->result == RUNG_BROKEN ? diagnosis.cause : CAUSE_none;
    if (found != cause)
        fail_msg("%s in place of %s: %s", cause_at(found)->name, cause_at(cause)->name,
                 diagnosis.detail);
}

#define OPENAI_KEY "sk-proj-0123456789abcdefghijklmnopqrstuv"

static void each_thing_that_lacks_is_named(void **state)
{
    (void)state;
    expect(
        (struct endpoint_settings){.endpoint = "openai", .model = "gpt-4o", .api_key = OPENAI_KEY},
        CAUSE_none);
    expect((struct endpoint_settings){.endpoint = "openai", .api_key = OPENAI_KEY},
           CAUSE_model_unset);
    expect((struct endpoint_settings){.model = "gpt-4o", .api_key = OPENAI_KEY},
           CAUSE_endpoint_unset);
    expect((struct endpoint_settings){.endpoint = "openia", .model = "m"}, CAUSE_endpoint_unset);
    expect((struct endpoint_settings){.endpoint = "ftp://host", .model = "m"},
           CAUSE_address_unusable);
    expect((struct endpoint_settings){.base_url = "https://user:word@host/v1", .model = "m"},
           CAUSE_address_unusable);
    expect((struct endpoint_settings){.endpoint = "openai", .model = "gpt-4o"}, CAUSE_key_missing);
    // A preset that needs none, and an address of one's own.
    expect((struct endpoint_settings){.endpoint = "ollama", .model = "m"}, CAUSE_none);
}

static void a_key_that_is_none_is_told_from_a_wrong_one(void **state)
{
    (void)state;
    struct endpoint_settings settings = {.endpoint = "openai", .model = "gpt-4o"};
    settings.api_key = "\"" OPENAI_KEY "\"";
    expect(settings, CAUSE_key_malformed);
    settings.api_key = "1";
    expect(settings, CAUSE_key_placeholder);
    settings.api_key = "";
    expect(settings, CAUSE_key_missing);
    settings = (struct endpoint_settings){
        .base_url = "http://example.com/v1", .model = "m", .api_key = OPENAI_KEY};
    expect(settings, CAUSE_key_unencrypted);
    settings.allow_plain_http = true;
    expect(settings, CAUSE_none);
}

static void what_the_model_cannot_is_told(void **state)
{
    (void)state;
    struct endpoint_settings settings = {
        .endpoint = "openai", .model = "gpt-3.5-turbo", .api_key = OPENAI_KEY};
    expect(settings, CAUSE_no_vision);
    // Of a model that nothing is known of: what is sent to make it think is not known either.
    settings.model = "nobody-knows-this-one";
    expect(settings, CAUSE_none);
    settings.thinking = THINKING_HIGH;
    expect(settings, CAUSE_parameter_refused);
    settings.model = NULL; // lacks more than that
    expect(settings, CAUSE_model_unset);
}

// A key is a secret: it is told by its site and not sent to another.
static void another_sites_key_is_not_sent(void **state)
{
    (void)state;
    static const char *const urls[] = {"https://api.openai.com/v1", "https://API.OpenAI.com/v1",
                                       "https://api.openai.com:443/v1"};
    struct endpoint_settings settings = {.model = "gpt-4o",
                                         .api_key = "sk-ant-api03-0123456789abcdefghijkl"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        settings.base_url = urls[i];
        expect(settings, CAUSE_key_other_site);
        assert_non_null(strstr(diagnosis.fix, "\"sk-ant-\", as keys of Anthropic do"));
        assert_non_null(strstr(diagnosis.fix, "--endpoint anthropic"));
        assert_null(strstr(last_rung()->tried, "0123456789abcdefghijkl"));
    }
    settings.api_key = "gsk_0123456789abcdefghijklmnop"; // there is no preset for it
    expect(settings, CAUSE_key_other_site);
    assert_non_null(strstr(diagnosis.fix, "Groq"));
    assert_null(strstr(diagnosis.fix, "--endpoint"));
    // Who runs a gateway may give out any key.
    settings.base_url = "https://gateway.example.com/v1";
    expect(settings, CAUSE_none);
    settings.base_url = "https://api.openai.com.example.com/v1";
    expect(settings, CAUSE_none);
}

static void what_was_refused_before_is_told(void **state)
{
    (void)state;
    struct error why = {0};
    struct ladder_settings settings = {.endpoint = {.endpoint = "openai"}};
    error_set(&settings.refused, ERR_SETTINGS, "--api-key-file /none: no such file");
    assert_true(climb(&settings, &why));
    assert_int_equal(diagnosis.cause, CAUSE_key_missing);
    assert_non_null(strstr(diagnosis.detail, "/none"));
    settings.refused = (struct error){0};
    error_set(&settings.refused, ERR_SETTINGS, "which endpoint?");
    assert_true(climb(&settings, &why));
    assert_int_equal(diagnosis.cause, CAUSE_endpoint_unset);
    // Without memory nothing is diagnosed.
    settings.refused = (struct error){0};
    error_set(&settings.refused, ERR_MEMORY, "no memory for the key");
    assert_false(climb(&settings, &why));
    assert_int_equal(why.kind, ERR_MEMORY);
    assert_int_equal(diagnosis.rung_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_thing_that_lacks_is_named, tear_down),
        cmocka_unit_test_teardown(a_key_that_is_none_is_told_from_a_wrong_one, tear_down),
        cmocka_unit_test_teardown(what_the_model_cannot_is_told, tear_down),
        cmocka_unit_test_teardown(another_sites_key_is_not_sent, tear_down),
        cmocka_unit_test_teardown(what_was_refused_before_is_told, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
