// Help, man page, completion and the Markdown table: every option appears in each.
#include "help.h"

#include "case.h"
#include "stand_ins.h"
#include "text.h"

static char *written(void (*write)(struct buffer *out))
{
    struct buffer out;
    buffer_init(&out, 1000000);
    write(&out);
    assert_true(buffer_check(&out, "text", NULL));
    return buffer_take(&out);
}

static void write_generate(struct buffer *out)
{
    help_write_command(out, command_find("generate"), 80);
}

static void write_simulate(struct buffer *out)
{
    help_write_command(out, command_find("simulate"), 80);
}

static void write_narrow(struct buffer *out)
{
    help_write_command(out, command_find("generate"), 50);
}

static void write_overview(struct buffer *out)
{
    help_write_overview(out, 80);
}

static void write_bash(struct buffer *out)
{
    shell_completion_write(out, "bash");
}

static void write_zsh(struct buffer *out)
{
    shell_completion_write(out, "zsh");
}

static void write_fish(struct buffer *out)
{
    shell_completion_write(out, "fish");
}

static void test_every_option_appears(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        void (*write)(struct buffer *out);
        unsigned commands;
        const char *format;
    } texts[] = {
        {"help generate", write_generate, FOR_GENERATE, "--%s"},
        {"help simulate", write_simulate, FOR_SIMULATE, "--%s"},
        {"man page", manual_write, FOR_GENERATE | FOR_SIMULATE | FOR_PREPARE | FOR_HELP,
         "\\-\\-%s\\fR"},
        {"bash", write_bash, FOR_GENERATE | FOR_SIMULATE | FOR_PREPARE | FOR_HELP, "--%s"},
        {"zsh", write_zsh, FOR_GENERATE | FOR_SIMULATE | FOR_PREPARE | FOR_HELP, "--%s"},
        {"fish", write_fish, FOR_GENERATE | FOR_SIMULATE | FOR_PREPARE | FOR_HELP, " -l %s "},
        {"Markdown", manual_write_markdown, FOR_GENERATE, "`--%s"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *text = written(texts[i].write);
        for (size_t id = 0; id < OPTION_COUNT; id++) {
            const struct option_entry *option = option_at((enum option_id)id);
            char name[80] = "", form[100];
            for (const char *c = option->name; *c != '\0'; c++)
                strcat(name,
                       *c == '-' && texts[i].write == manual_write ? "\\-" : (char[]){*c, '\0'});
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(form, sizeof form, texts[i].format, name);
#pragma GCC diagnostic pop
            bool expected = option_is_listed(option, texts[i].commands) &&
                            !(texts[i].write == manual_write_markdown && id == OPTION_HELP);
            if (expected && strstr(text, form) == NULL)
                fail_msg("%s lacks %s", texts[i].what, form);
        }
        // What is not for users, or not there yet.
        static const char *const absent[] = {"ready-fd", "ready\\-fd", "parent-fd", "prepare",
                                             "--api-key "};
        for (size_t word = 0; word < sizeof absent / sizeof absent[0]; word++)
            if (strstr(text, absent[word]) != NULL && strcmp(absent[word], "prepare") != 0)
                fail_msg("%s has %s", texts[i].what, absent[word]);
        free(text);
    }
}

static void test_lines_fit(void **state)
{
    (void)state;
    static const struct {
        void (*write)(struct buffer *out);
        size_t width;
    } texts[] = {
        {write_generate, 80}, {write_simulate, 80}, {write_narrow, 50}, {write_overview, 80}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *text = written(texts[i].write), *rest = text;
        for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
            // Examples are typed as they stand, and a long word cannot be cut.
            bool example = text_starts(line, "  vqagen") || text_starts(line, "  # ");
            const char *last = strrchr(line, ' ');
            bool one_word = last != NULL && strspn(line, " ") == (size_t)(last - line) + 1;
            if (!example && !one_word && text_characters(line) > texts[i].width)
                fail_msg("wider than %zu: \"%s\"", texts[i].width, line);
            assert_false(text_ends(line, " ") && !text_is_blank(line));
        }
        free(text);
    }
}

static void test_help_teaches(void **state)
{
    (void)state;
    char *text = written(write_generate);
    const char *examples = strstr(text, "Examples"), *options = strstr(text, "Input and output");
    assert_true(examples != NULL && options != NULL && examples < options);
    assert_non_null(strstr(text, "Default: 16."));
    assert_non_null(strstr(text, "OPENAI_API_KEY (openai)"));
    assert_non_null(strstr(text, "130"));
    assert_non_null(strstr(text, "counting"));
    free(text);
}

// roff takes a line that begins with '.' for a request: only ours may.
static void test_roff_requests(void **state)
{
    (void)state;
    static const char *const known[] = {".\\\"", ".TH ", ".SH ", ".SS ", ".TP",  ".PP", ".B ",
                                        ".I ",   ".br",  ".nf",  ".fi",  ".RS ", ".RE"};
    char *text = written(manual_write), *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        assert_int_not_equal(line[0], '\'');
        bool good = line[0] != '.';
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            good = good || text_starts(line, known[i]);
        if (!good)
            fail_msg("\"%s\"", line);
    }
    free(text);
}

// Every row of the table has four cells.
static void test_markdown_cells(void **state)
{
    (void)state;
    char *text = written(manual_write_markdown), *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (line[0] != '|')
            continue;
        int bars = 0;
        for (size_t i = 0; line[i] != '\0'; i++)
            bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
        if (bars != 5)
            fail_msg("%d bars in \"%s\"", bars, line);
    }
    free(text);
}

// The script is loaded by a real bash, and completes.
static void test_bash_completes(void **state)
{
    (void)state;
    static const struct {
        const char *words, *expected;
    } cases[] = {
        {"gen", "generate\n"},
        {"generate --per", "--per-image\n"},
        {"generate --language ''", "en\nzh\n"},
        {"generate --seed 1", ""},
        {"simulate --answers c", "canned\n"},
        {"help sim", "simulate\n"},
        {"generate a\\ p", "a picture.jpg\n"},
    };
    char *text = written(write_bash);
    case_file("completion.bash", text, 0644);
    case_file("a picture.jpg", "", 0644);
    free(text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[500], got[200] = "";
        snprintf(
            command, sizeof command,
            "bash -c 'set -u; . ./completion.bash || exit 3; eval \"COMP_WORDS=(vqagen \"$0\")\"; "
            "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _vqagen; "
            "((${#COMPREPLY[@]} == 0)) || printf \"%%s\\n\" \"${COMPREPLY[@]}\"' \"%s\"",
            cases[i].words);
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        got[fread(got, 1, sizeof got - 1, pipe)] = '\0';
        print_message("%s -> %s\n", cases[i].words, got);
        assert_int_equal(pclose(pipe), 0);
        assert_string_equal(got, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_option_appears), cmocka_unit_test(test_lines_fit),
        cmocka_unit_test(test_help_teaches),         cmocka_unit_test(test_roff_requests),
        cmocka_unit_test(test_markdown_cells),       cmocka_unit_test(test_bash_completes),
    };
    return cmocka_run_group_tests(tests, case_enter, case_leave);
}
