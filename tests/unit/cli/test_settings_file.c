#include "case.h"
#include "stand_ins.h"

static void test_values(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    case_file("s.yaml",
              "# a comment\n"
              "endpoint: openai\n"
              "per_image: 6\n"
              "max-bytes: 5 MiB\n"
              "quiet: yes\n"
              "temperature: none\n"
              "format: \"multiple_choice:1,fill_in_blank:1\"\n"
              "extra_body: '{\"top_p\": 0.9}'\n"
              "system_prompt: |\n"
              "  One line.\n"
              "  Another.\n"
              "topics:\n"
              "  - counting\n"
              "  - material\n"
              "own_topics:\n"
              "  - name: material\n"
              "    intent: \"ask what something is made of\"\n"
              "    example: What is the chair made of?\n"
              "  - {name: mood, intent: ask for the mood, answer_type: one word, constraints: no "
              "guessing}\n"
              "capabilities:\n"
              "  - {model: \"qwen*\", endpoint: gpu1, vision: yes, temperature: no}\n"
              "  - model: mine\n"
              "    thinking_off: '{\"think\": false}'\n",
              0644);
    assert_true(case_read(&settings, FOR_GENERATE, "generate -s s.yaml", NULL, &why));
    assert_string_equal(settings_text(&settings, OPTION_ENDPOINT), "openai");
    assert_int_equal(settings_number(&settings, OPTION_PER_IMAGE), 6);
    assert_int_equal(settings_number(&settings, OPTION_MAX_BYTES), 5 * 1048576);
    assert_true(settings_switch(&settings, OPTION_QUIET));
    assert_true(settings_real(&settings, OPTION_TEMPERATURE) < 0);
    assert_string_equal(settings_text(&settings, OPTION_TOPICS), "counting,material");
    assert_string_equal(settings.list[OPTION_TOPICS].from, "s.yaml line 12");
    assert_string_equal(settings_text(&settings, OPTION_SYSTEM_PROMPT), "One line.\nAnother.\n");
    assert_int_equal(settings.own_topic_count, 2);
    assert_string_equal(settings.own_topics[0].name, "material");
    assert_string_equal(settings.own_topics[0].example, "What is the chair made of?");
    assert_null(settings.own_topics[0].constraints);
    assert_string_equal(settings.own_topics[1].answer_type, "one word");
    assert_string_equal(settings.own_topics[1].constraints, "no guessing");
    assert_int_equal(settings.capability_count, 2);
    assert_string_equal(settings.capabilities[0].model, "qwen*");
    assert_string_equal(settings.capabilities[0].endpoint, "gpu1");
    assert_string_equal(settings.capabilities[0].values[CAPABILITY_vision], "yes");
    assert_string_equal(settings.capabilities[0].values[CAPABILITY_temperature], "no");
    assert_null(settings.capabilities[0].values[CAPABILITY_thinking_off]);
    assert_string_equal(settings.capabilities[1].values[CAPABILITY_thinking_off],
                        "{\"think\": false}");
    settings_clear(&settings);
}

// The sample that users begin with.
static void test_sample(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    char line[500];
    // TEST_CASES is the repository's tests/cases, which need not be there.
    snprintf(line, sizeof line, "generate --settings %.*ssamples/settings.yaml",
             (int)(strlen(TEST_CASES) - strlen("tests/cases")), TEST_CASES);
    assert_true(case_read(&settings, FOR_GENERATE, line, NULL, &why));
    assert_string_equal(settings_text(&settings, OPTION_ENDPOINT), "builtin");
    assert_int_equal(settings.own_topic_count, 1);
    settings_clear(&settings);
}

static void test_empty_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# nothing\n", "---\n", "{}\n", "\n\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct settings settings;
        struct error why;
        case_file("e.yaml", texts[i], 0644);
        bool good = case_read(&settings, FOR_GENERATE, "generate -s e.yaml", NULL, &why);
        print_message("\"%s\" %s\n", texts[i], why.message);
        assert_true(good);
        settings_clear(&settings);
    }
}

// Each with its line and what to write instead.
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"seed: 1\nconcurency: 3\n", "s.yaml line 2: there is no setting \"concurency\"; did you "
                                     "mean concurrency?"},
        {"elephant: 3\n", "line 1: there is no setting \"elephant\"; `vqagen help generate`"},
        {"own_topic: []\n", "did you mean own_topics?"},
        {"seed: 1\nper_image: 0\n", "s.yaml line 2: per_image: \"0\" is not a whole number from 1"},
        {"seed:\n", "line 1: seed has no value"},
        {"seed: null\n", "line 1: seed has no value"},
        {"seed: [1]\n", "line 1: seed takes a whole number"},
        {"extra_body: {top_p: 0.9}\n", "in single quotes, not a mapping"},
        {"seed: 1\nseed: 2\n", "line 2: seed stands in line 1 already"},
        {"per-image: 1\nper_image: 2\n", "line 2: per_image stands in line 1 already"},
        {"api_key: sk-verysecret\n", "line 1: api_key: a key does not belong"},
        {"api-key: sk-verysecret\n", "VQAGEN_API_KEY"},
        {"openai_api_key: sk-verysecret\n", "a key does not belong"},
        {"token: sk-verysecret\n", "a key does not belong"},
        {"key: sk-verysecret\n", "api_key_file"},
        {"settings: other.yaml\n", "is for one command only: give it as --settings"},
        {"dry_run: true\n", "give it as --dry-run"},
        {"output: out\n", "give it as --output"},
        {"port: 1\n", "there is no setting \"port\""},
        {"a: &x 1\n", "no setting \"a\""},
        {"seed: &x 1\n", "line 1: an anchor (&name) is not taken"},
        {"seed: 1\nper_image: *x\n", "line 2: an alias (*name) is not taken"},
        {"topics: &t [a]\n", "an anchor"},
        {"<<: *x\n", "no setting \"<<\""},
        {"topics: [{name: a}]\n", "topics of your own, with name and intent, stand under "
                                  "own_topics"},
        {"topics: []\n", "empty list"},
        {"own_topics: material\n", "takes a list of topics"},
        {"own_topics: [material]\n", "takes a list of topics"},
        {"own_topics:\n  - name: x\n", "line 2: a topic needs an intent"},
        {"own_topics:\n  - intent: x\n", "line 2: a topic needs a name"},
        {"own_topics:\n  - name: x\n    intnet: y\n", "line 3: a topic has no \"intnet\"; did you "
                                                      "mean intent"},
        {"own_topics:\n  - name: x\n    answer-type: y\n", "did you mean answer_type"},
        {"own_topics:\n  - name: x\n    name: y\n", "line 3: name is given twice"},
        {"own_topics:\n  - name: [x]\n", "line 2: name of a topic takes text"},
        {"capabilities: gpt-5\n", "takes a list of what models take"},
        {"capabilities:\n  - modle: x\n",
         "line 2: a capability has no \"modle\"; did you mean model;"},
        {"capabilities:\n  - vision: no\n", "entry 1: a capability needs a model or an endpoint"},
        {"capabilities:\n  - {model: a, vision: yes}\n  - {model: b, vision: perhaps}\n",
         "s.yaml line 1: capabilities: entry 2: vision of a capability is 'perhaps'"},
        {"capabilities:\n  - {model: a, thinking_off: x}\n", "not a JSON object"},
        {"capability: []\n", "did you mean capabilities?"},
        {"- seed\n", "holds lines such as"},
        {"seed\n", "holds lines such as"},
        {"[a]: 3\n", "a setting's name must be text"},
        {"seed: 1\n---\nseed: 2\n", "line 2: a second document"},
        {"seed: 'x\n", "is not YAML"},
        {"seed: 1\n\tper_image: 2\n", "line 2 is not YAML"},
        {"seed: \xff\xfe\n", "is not UTF-8 text"},
        {"%YAML 3.0\n---\nseed: 1\n", "is not YAML"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        case_file("s.yaml", cases[i].text, 0644);
        case_refused(FOR_GENERATE, "generate -s s.yaml", NULL, ERR_SETTINGS, cases[i].says);
    }
    case_refused(FOR_GENERATE, "generate -s none.yaml", NULL, ERR_SETTINGS, "none.yaml");
    case_refused(FOR_GENERATE, "generate -s /", NULL, ERR_SETTINGS, "not a regular file");
}

static void test_secrets_are_not_repeated(void **state)
{
    (void)state;
    struct settings settings;
    struct error why;
    case_file("s.yaml", "api_key: sk-verysecret\n", 0644);
    assert_false(case_read(&settings, FOR_GENERATE, "generate -s s.yaml", NULL, &why));
    assert_null(strstr(why.message, "verysecret"));
    settings_clear(&settings);
}

// Deep nesting, cut files and random bytes end in a message, never otherwise.
static void test_hostile_files(void **state)
{
    (void)state;
    const char *good = "own_topics:\n  - {name: a, intent: 'b'}\ntopics: [a, \"b\"]\nseed: 3\n";
    char text[4000];
    struct settings settings;
    struct error why;
    for (size_t cut = 0; cut < strlen(good); cut++) {
        snprintf(text, sizeof text, "%.*s", (int)cut, good);
        case_file("s.yaml", text, 0644);
        bool read = case_read(&settings, FOR_GENERATE, "generate -s s.yaml", NULL, &why);
        assert_int_equal(read, why.kind == ERR_NONE);
        settings_clear(&settings);
    }
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "topics: ", 8);
    case_file("s.yaml", text, 0644);
    case_refused(FOR_GENERATE, "generate -s s.yaml", NULL, ERR_SETTINGS, "line 1");
    unsigned random = 1;
    for (int round = 0; round < 500; round++) {
        snprintf(text, sizeof text, "%s", good);
        for (int edit = 0; edit < 3; edit++) {
            random = random * 1103515245u + 12345u;
            text[(random >> 8) % strlen(good)] = "[]{}:-&*!|>'\"%@`#, \n\t?~"[(random >> 20) % 24];
        }
        case_file("s.yaml", text, 0644);
        bool read = case_read(&settings, FOR_GENERATE, "generate -s s.yaml", NULL, &why);
        assert_int_equal(read, why.kind == ERR_NONE);
        settings_clear(&settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_empty_files),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_secrets_are_not_repeated),
        cmocka_unit_test(test_hostile_files),
    };
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
