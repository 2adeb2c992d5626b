// Each file of tests/cases/source is an input; NAME.expected beside it holds what is read from it.
// "maxN" in a name sets the largest record. VQAGEN_WRITE_CASES=1 writes the expected files anew:
// read the difference before you keep it.
#include "case.h"

#include "buffer.h"
#include "source.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

static const char folder[] = TEST_CASES "/source/";

// Paths in messages begin with the place of this repository: it is left out.
static void add_text(struct buffer *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    buffer_append_format(out, "  %s: ", name);
    for (const char *at = text; *at != '\0';) {
        if (strncmp(at, folder, strlen(folder)) == 0)
            at += strlen(folder);
        else if (*at == '\n')
            at += buffer_append_text(out, "\\n");
        else
            buffer_append_char(out, *at++);
    }
    buffer_append_char(out, '\n');
}

static void add_question(struct buffer *out, const struct question *question)
{
    static const char *const origins[] = {"none", "file", "base64", "url"};
    buffer_append_format(out, "%s (%" PRIu64 ")%s\n", question->id, question->line,
                         question->image_only ? " image only" : "");
    if (question->origin != IMAGE_NONE)
        add_text(out, origins[question->origin], question->image);
    if (question->image != NULL && question->name != NULL &&
        strcmp(question->name, question->image) != 0)
        add_text(out, "name", question->name);
    add_text(out, "question", question->question);
    for (size_t i = 0; i < question->option_count; i++)
        add_text(out, "option", question->options[i]);
    add_text(out, "answer", question->answer);
    if (question->type != QUESTION_UNSET)
        add_text(out, "type", question_type_name(question->type));
    add_text(out, "topic", question->topic);
    add_text(out, "claim", question->claim);
    add_text(out, "prefilled", question->prefilled);
    add_text(out, "fault", question->fault);
}

static void read_input(const char *path, size_t max_record_bytes, struct buffer *out)
{
    struct source_settings settings = {.is_image = is_test_image,
                                       .max_record_bytes = max_record_bytes};
    struct error why = {0};
    struct source *source = source_open(path, &settings, &why);
    int got = source != NULL ? 1 : -1;
    while (got == 1) {
        struct question question;
        got = source_next(source, &question, &why);
        if (got == 1)
            add_question(out, &question);
        question_clear(&question);
    }
    if (got < 0)
        add_text(out, "ERROR", why.message);
    source_close(source);
}

static void load(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fail_msg("%s is missing", path);
    char block[4096];
    size_t length;
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        buffer_append(out, block, length);
    fclose(file);
}

static int is_case(const struct dirent *entry)
{
    const char *suffix = strrchr(entry->d_name, '.');
    return entry->d_type == DT_REG && suffix != NULL && strcmp(suffix, ".expected") != 0;
}

static void reads_each_case(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir(folder, &entries, is_case, alphasort), failed = 0;
    assert_true(count >= 30);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name, *limit = strstr(name, "max");
        char path[4096], expected_path[4200];
        snprintf(path, sizeof path, "%s%s", folder, name);
        snprintf(expected_path, sizeof expected_path, "%s.expected", path);
        struct buffer found, expected;
        buffer_init(&found, 1 << 20);
        buffer_init(&expected, 1 << 20);
        read_input(path, limit != NULL ? strtoul(limit + 3, NULL, 10) : 0, &found);
        if (getenv("VQAGEN_WRITE_CASES") != NULL)
            put_text(expected_path, buffer_text(&found));
        load(expected_path, &expected);
        if (strcmp(buffer_text(&found), buffer_text(&expected)) != 0) {
            failed++;
            print_error("%s: found\n%sexpected\n%s", name, buffer_text(&found),
                        buffer_text(&expected));
        }
        buffer_clear(&found);
        buffer_clear(&expected);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

// Reads text as standard input, through a pipe.
static void read_standard_input(const char *text, struct buffer *out)
{
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    read_input("-", 0, out);
    dup2(kept, STDIN_FILENO);
    close(kept);
}

static void reads_standard_input(void **state)
{
    (void)state;
    static const char *const inputs[][2] = {
        {"[{\"image\":\"http://h/a.png\"}]", "record-1 (1) image only\n  url: http://h/a.png\n"},
        {"{\"image\":\"http://h/a.png\"}\n", "line-1 (1) image only\n  url: http://h/a.png\n"},
        {"id,image\n7,http://h/a.png", "7 (2) image only\n  url: http://h/a.png\n"},
        {"", "  ERROR: standard input is empty\n"},
        {"\x89PNG\r\n\x1a\n", "  ERROR: standard input is an image; give the image's path "
                              "instead\n"},
        {"hello\n", "  ERROR: standard input is neither an image nor records (a JSON array, JSONL, "
                    "or CSV with a header that names an image column): it begins with \"hello\"\n"},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        struct buffer found;
        buffer_init(&found, 1 << 20);
        read_standard_input(inputs[i][0], &found);
        assert_string_equal(buffer_text(&found), inputs[i][1]);
        buffer_clear(&found);
    }
}

static void expect_refusal(const char *input, const char *words)
{
    struct source_settings settings = {.is_image = is_test_image};
    struct error why = {0};
    assert_null(source_open(input, &settings, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    if (strstr(why.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.message, words);
}

static void refuses_what_is_no_input(void **state)
{
    (void)state;
    expect_refusal("/nowhere/at/all", "No such file");
    expect_refusal("/dev/null", "device");
    expect_refusal("/dev/zero", "device");
}

static void reads_folders_and_single_images(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    put_text(in_scratch(scratch, "a.png"), "\x89PNG....");
    put_text(in_scratch(scratch, "b.txt"), "text");
    struct source_settings settings = {.is_image = is_test_image};
    const char *inputs[] = {scratch, in_scratch(scratch, "a.png")};
    for (size_t i = 0; i < 2; i++) {
        struct error why = {0};
        struct source *source = source_open(inputs[i], &settings, &why);
        assert_non_null(source);
        struct question question;
        assert_int_equal(source_next(source, &question, &why), 1);
        assert_string_equal(question.id, "a.png");
        assert_string_equal(question.name, "a.png");
        assert_string_equal(question.image, in_scratch(scratch, "a.png"));
        assert_true(question.image_only);
        question_clear(&question);
        assert_int_equal(source_next(source, &question, &why), 0);
        assert_int_equal(source_next(source, &question, &why), 0);
        assert_int_equal(source_skipped(source), i == 0 ? 1 : 0);
        source_close(source);
    }
    remove_scratch(scratch);
}

// Records that cross every place of the reader's window.
static void reads_records_of_every_length(void **state)
{
    (void)state;
    char *scratch = make_scratch();
    const char *path = in_scratch(scratch, "long.json");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    enum { COUNT = 400 };
    fputc('[', file);
    for (int i = 0; i < COUNT; i++)
        fprintf(file, "%s{\"id\": %d, \"question\": \"%0*d\\\"\\\\\", \"image\": \"http://h/\"}",
                i > 0 ? ",\n " : "", i, i * 13 + 1, i);
    fputc(']', file);
    fclose(file);
    struct source_settings settings = {.is_image = is_test_image};
    struct error why = {0};
    struct source *source = source_open(path, &settings, &why);
    assert_non_null(source);
    for (int i = 0; i < COUNT; i++) {
        struct question question;
        assert_int_equal(source_next(source, &question, &why), 1);
        assert_null(question.fault);
        assert_int_equal(atoi(question.id), i);
        assert_int_equal(strlen(question.question), i * 13 + 1 + 2);
        question_clear(&question);
    }
    struct question question;
    assert_int_equal(source_next(source, &question, &why), 0);
    source_close(source);
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_case),
        cmocka_unit_test(reads_standard_input),
        cmocka_unit_test(refuses_what_is_no_input),
        cmocka_unit_test(reads_folders_and_single_images),
        cmocka_unit_test(reads_records_of_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
