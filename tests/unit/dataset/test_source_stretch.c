// Each input of tests/cases/source is gone over by stretches, which must bring the same records
// behind them as reading does.
#include "case.h"

#include "expect.h"
#include "source.h"

#include <dirent.h>
#include <inttypes.h>

static const char folder[] = TEST_CASES "/source/";
enum { MOST = 64 };

struct reading { // of all records, as texts
    char *records[MOST];
    bool faulty[MOST];
    int count;
};

static struct source *open_input(const char *path)
{
    struct source_settings settings = {.is_image = is_test_image, .max_record_bytes = 200};
    return source_open(path, &settings, NULL);
}

// False at the end.
static bool next(struct source *source, char **text, bool *faulty)
{
    struct question question;
    struct error why = {0};
    int got = source_next(source, &question, &why);
    if (got < 0)
        fail_msg("%s", why.message);
    if (got == 0)
        return false;
    *faulty = question.fault != NULL;
    if (asprintf(text, "%s (%" PRIu64 ") %s: %s %s", question.id, question.line, question.name,
                 question.question, question.fault) < 0)
        fail_msg("no memory");
    question_clear(&question);
    return true;
}

static void read_all(struct source *source, struct reading *reading)
{
    *reading = (struct reading){0};
    while (next(source, &reading->records[reading->count], &reading->faulty[reading->count]))
        assert_true(++reading->count < MOST);
}

static void reading_clear(struct reading *reading)
{
    for (int i = 0; i < reading->count; i++)
        free(reading->records[i]);
}

static void read_records(struct source *source, int count)
{
    for (int i = 0; i < count; i++) {
        char *text;
        bool faulty;
        assert_true(next(source, &text, &faulty));
        free(text);
    }
}

// The stretch of the records from..to-1; false when there is none.
static bool gather(const char *path, int from, int to, struct stretch *stretch)
{
    struct source *source = open_input(path);
    read_records(source, from);
    bool good = source_has_stretches(source);
    source_begin_stretch(source, stretch);
    for (int i = from; i < to; i++) {
        read_records(source, 1);
        good = source_extend_stretch(source, stretch) && good;
    }
    source_close(source);
    return good;
}

// Reads up to the stretch, passes over it, and compares the rest with the plain reading's.
static void check_rest(const char *path, const struct reading *plain, struct stretch *stretch)
{
    struct source *source = open_input(path);
    struct digest was = stretch_digest(stretch);
    int from = (int)stretch->record, to = from + (int)stretch->records;
    bool skipped = false;
    read_records(source, from);
    if (!source_look_ahead(source, stretch))
        fail_msg("%s: records %d to %d cannot be what comes next", path, from, to);
    struct digest is = stretch_digest(stretch);
    if (!digest_equal(&was, &is))
        fail_msg("%s: records %d to %d have another digest", path, from, to);
    expect(source_skip_stretch(source, stretch, &skipped, &why));
    assert_true(skipped);
    struct reading rest;
    read_all(source, &rest);
    assert_int_equal(to + rest.count, plain->count);
    for (int i = 0; i < rest.count; i++)
        if (strcmp(rest.records[i], plain->records[to + i]) != 0)
            fail_msg("%s: behind %d: %s instead of %s", path, to, rest.records[i],
                     plain->records[to + i]);
    reading_clear(&rest);
    source_close(source);
}

// All stretches of whole records, but for the first record alone: of a JSONL file it ends with its
// bracket, before it is known that there is one a line. Their number.
static int check_input(const char *path)
{
    struct source *source = open_input(path);
    if (source == NULL)
        return 0;
    struct reading plain;
    int checked = 0;
    read_all(source, &plain);
    source_close(source);
    for (int from = 0; from < plain.count; from++)
        for (int to = from + 1; to <= plain.count && !plain.faulty[to - 1]; to++) {
            if (to == 1)
                continue;
            struct stretch stretch;
            stretch_init(&stretch);
            if (gather(path, from, to, &stretch)) {
                check_rest(path, &plain, &stretch);
                checked++;
            }
            stretch_clear(&stretch);
        }
    reading_clear(&plain);
    return checked;
}

static int is_case(const struct dirent *entry)
{
    const char *suffix = strrchr(entry->d_name, '.');
    return entry->d_type == DT_REG && suffix != NULL && strcmp(suffix, ".expected") != 0;
}

static void finds_the_records_behind(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir(folder, &entries, is_case, alphasort), inputs = 0, checked = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s%s", folder, entries[i]->d_name);
        int stretches = check_input(path);
        inputs += stretches > 0;
        checked += stretches;
        free(entries[i]);
    }
    free(entries);
    assert_true(inputs >= 20);
    assert_true(checked >= 100);
}

static char *scratch, *path;

static int set_up(void **state)
{
    (void)state;
    scratch = make_scratch();
    path = strdup(in_scratch(scratch, "input.jsonl"));
    put_file(in_scratch(scratch, "a.jpg"), "\xff\xd8\xff\xe0", 4);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(path);
    remove_scratch(scratch);
    return 0;
}

// Whether the first two records, gathered from one text, can still be what another begins with.
static bool still_begins(const char *was, const char *is)
{
    struct stretch stretch;
    stretch_init(&stretch);
    put_text(path, was);
    assert_true(gather(path, 0, 2, &stretch));
    struct digest noted = stretch_digest(&stretch);
    put_text(path, is);
    struct source *source = open_input(path);
    bool same = source_look_ahead(source, &stretch);
    struct digest found = stretch_digest(&stretch);
    same = same && digest_equal(&noted, &found);
    source_close(source);
    stretch_clear(&stretch);
    return same;
}

#define A "{\"id\": \"a\", \"image\": \"a.jpg\"}"
#define B "{\"id\": \"b\", \"image\": \"a.jpg\"}"
#define C "{\"id\": \"c\", \"image\": \"a.jpg\"}"

static void knows_a_file_that_grew(void **state)
{
    (void)state;
    assert_true(still_begins(A "\n" B, A "\n" B));
    assert_true(still_begins(A "\n" B, A "\n" B "\n"));
    assert_true(still_begins(A "\n" B "\n", A "\n" B "\n" C "\n"));
    assert_true(still_begins("[" A "," B "]", "[" A "," B "] [" C "]"));
    assert_true(still_begins("[" A ",\n" B ",\n" C "]", "[" A ",\n" B ",\n" A "]"));
}

static void knows_a_file_that_changed(void **state)
{
    (void)state;
    assert_false(still_begins(A "\n" B "\n", A "\n" C "\n"));
    assert_false(still_begins(A "\n" B "\n", B "\n" A "\n"));
    assert_false(still_begins(A "\n" B "\n", A "\n"));
    assert_false(still_begins(A "\n" B "\n", "\n" A "\n" B "\n"));
    assert_false(still_begins(A "\n" B, A "\n" B " and more\n")); // the last line went on
    assert_false(still_begins("image,id\na.jpg,a\na.jpg,b\n", "image,qid\na.jpg,a\na.jpg,b\n"));
    assert_false(still_begins("image,id\na.jpg,a\na.jpg,b", "image,id\na.jpg,a\na.jpg,bc"));
}

static void refuses_ids_that_were_given_meanwhile(void **state)
{
    (void)state;
    struct stretch stretch;
    bool skipped = true;
    stretch_init(&stretch);
    put_text(path, A "\n" B "\n" C "\n");
    assert_true(gather(path, 1, 3, &stretch));
    put_text(path, C "\n" B "\n" C "\n");
    struct source *source = open_input(path);
    read_records(source, 1);
    assert_true(source_look_ahead(source, &stretch));
    expect(source_skip_stretch(source, &stretch, &skipped, &why));
    assert_false(skipped);
    struct reading rest;
    read_all(source, &rest); // as if nothing had been tried
    assert_int_equal(rest.count, 2);
    assert_false(rest.faulty[0]);
    assert_non_null(strstr(rest.records[1], "was given to an earlier record"));
    reading_clear(&rest);
    source_close(source);

    put_text(path, A "\n" B "\n" C "\n" B "\n");
    source = open_input(path);
    read_records(source, 1);
    assert_true(source_look_ahead(source, &stretch));
    expect(source_skip_stretch(source, &stretch, &skipped, &why));
    assert_true(skipped);
    read_all(source, &rest); // ids of a stretch count as given
    assert_int_equal(rest.count, 1);
    assert_true(rest.faulty[0]);
    reading_clear(&rest);
    source_close(source);
    stretch_clear(&stretch);
}

static void other_inputs_have_none(void **state)
{
    (void)state;
    put_text(path, "{\n\"id\": \"a\",\n\"image\": \"a.jpg\"\n}\n{\n\"image\": \"a.jpg\"\n}\n");
    struct stretch stretch;
    stretch_init(&stretch);
    assert_false(gather(path, 0, 1, &stretch)); // told by its first record
    stretch_clear(&stretch);
    struct source *source = open_input(scratch);
    assert_false(source_has_stretches(source));
    source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_records_behind),
        cmocka_unit_test_setup_teardown(knows_a_file_that_grew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_a_file_that_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_ids_that_were_given_meanwhile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_inputs_have_none, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
