#include "merge_screen.h"

#include "../dataset/stored.h"
#include "json.h"
#include "store_row.h"

enum { PARTS = 2 };

static char *folders[PARTS], *whole;
static struct store *parts[PARTS];
static int64_t places[PARTS];
static struct merge_screen screen;

static const char thresholds[] = "min-side 64, contrast 8, blur 1.500, distance 31";

static int set_up(void **state)
{
    (void)state;
    whole = make_scratch();
    for (int i = 0; i < PARTS; i++) {
        folders[i] = make_scratch();
        parts[i] = open_store(folders[i]);
        places[i] = 0;
    }
    expect(merge_screen_open(&screen, thresholds, whole, &why));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    merge_screen_close(&screen);
    for (int i = 0; i < PARTS; i++) {
        store_close(parts[i]);
        remove_scratch(folders[i]);
    }
    remove_scratch(whole);
    return 0;
}

// ---- What a part holds --------------------------------------------------------------------------

static struct digest digest_named(const char *content)
{
    return digest_of(content, strlen(content));
}

// The part remembers figures of that content; pictures of two looks differ by that many bits.
static void remember(int part, const char *content, unsigned look)
{
    struct stored_figures figures = {.shorter_px = 480, .contrast = 200, .blur = 1, .detail = 90};
    struct digest digest = digest_named(content);
    for (unsigned i = 0; i < look; i++)
        figures.look[i / 8] |= (unsigned char)(0x80 >> i % 8);
    expect(store_put_figures(parts[part], &digest, &figures, &why));
}

// An item's line about an image of that content; more: further members of it.
static void add(int part, const char *id, const char *image, const char *content,
                enum item_state state, const char *kind, const char *more)
{
    char line[1000], hex[DIGEST_HEX + 1] = "";
    struct digest digest = digest_named(content);
    digest_hex(&digest, hex);
    snprintf(line, sizeof line, "{\"id\":\"%s\",\"image\":\"%s\",\"image_sha256\":\"%s\"%s}", id,
             image, hex, more);
    struct stored_item item = admit(parts[part], id, places[part]++, "f");
    expect(store_finish_item(parts[part], item.number, state, kind, "counting", line, &why));
}

static void add_draft(int part, const char *id, const char *name)
{
    struct stored_item item = admit(parts[part], id, places[part] - 1, "f");
    struct call call = make_call(name, (char[]){"a draft"});
    call.step = STEP_DRAFT;
    expect(store_add_call(parts[part], item.number, &call, &why));
}

// ---- What the whole makes of it -----------------------------------------------------------------

static struct store_row next(int part)
{
    struct store_row row;
    struct error why = {0};
    if (store_next_row(parts[part], &row, &why) != 1)
        fail_msg("no row: %s", why.message);
    return row;
}

static struct store_row judge(int part)
{
    struct store_row row = next(part);
    expect(merge_screen_item(&screen, (size_t)part, parts[part], &row, &why));
    return row;
}

static void expect_same(int part)
{
    struct store_row row = next(part), before = row;
    long long changed = screen.changed;
    expect(merge_screen_item(&screen, (size_t)part, parts[part], &row, &why));
    assert_int_equal(row.state, before.state);
    assert_ptr_equal(row.kind, before.kind);
    assert_ptr_equal(row.line, before.line);
    assert_int_equal(screen.changed, changed);
}

static void expect_open(int part)
{
    long long changed = screen.changed;
    struct store_row row = judge(part);
    assert_int_equal(row.state, ITEM_OPEN);
    assert_null(row.kind);
    assert_null(row.line);
    assert_int_equal(screen.changed, changed + 1);
}

static cJSON *expect_rejected(int part, const char *kind)
{
    long long changed = screen.changed;
    struct store_row row = judge(part);
    assert_int_equal(row.state, ITEM_REJECTED);
    assert_string_equal(row.kind, kind);
    assert_int_equal(screen.changed, changed + 1);
    cJSON *line = json_parse(row.line, strlen(row.line), NULL);
    assert_non_null(line);
    assert_string_equal(json_text(line, "kind"), kind);
    assert_string_equal(json_text(line, "id"), row.id);
    return line;
}

static int rows_written(void)
{
    expect(merge_screen_commit(&screen, &why));
    FILE *file = fopen(in_scratch(whole, "screening.jsonl"), "re");
    assert_non_null(file);
    int lines = 0;
    for (int c; (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

// ---- The tests ----------------------------------------------------------------------------------

static void unknown_thresholds_are_refused(void **state)
{
    (void)state;
    struct merge_screen other = {0};
    struct error fault = {0};
    assert_false(merge_screen_open(&other, "by taste", whole, &fault));
    assert_int_equal(fault.kind, ERR_INPUT);
    assert_non_null(strstr(fault.message, "\"by taste\""));
    merge_screen_close(&other);
}

static void likenesses_across_parts_are_left_out(void **state)
{
    (void)state;
    remember(0, "one", 0);
    remember(1, "two", 20);
    remember(1, "far", 100);
    add(0, "a", "a.jpg", "one", ITEM_ACCEPTED, NULL, "");
    add(1, "b", "b.jpg", "two", ITEM_ACCEPTED, NULL, ",\"question\":\"What?\",\"line\":7");
    add(1, "c", "c.jpg", "far", ITEM_ACCEPTED, NULL, "");
    expect_same(0);
    cJSON *line = expect_rejected(1, "screened_duplicate");
    assert_non_null(strstr(json_text(line, "message"), "looks like a.jpg: 20 of 256 bits"));
    assert_string_equal(json_text(line, "question"), "What?"); // the input's own
    assert_string_equal(json_text(line, "topic"), "counting");
    assert_string_equal(json_text(line, "image"), "b.jpg");
    assert_int_equal(json_integer(line, "line", -1), 7);
    cJSON_Delete(line);
    expect_same(1);
    assert_int_equal(rows_written(), 3);
}

// The draft of an image's items lies with the first of them. One run would not have had it made.
static void a_drafted_question_is_not_told(void **state)
{
    (void)state;
    remember(0, "one", 0);
    remember(1, "two", 20);
    add(0, "a", "a.jpg", "one", ITEM_ACCEPTED, NULL, "");
    add(1, "b.jpg#1", "b.jpg", "two", ITEM_ACCEPTED, NULL, ",\"question\":\"Drafted?\"");
    add_draft(1, "b.jpg#1", "draft of b");
    add(1, "b.jpg#12", "b.jpg", "two", ITEM_ACCEPTED, NULL, ",\"question\":\"Drafted too?\"");
    expect_same(0);
    for (int i = 0; i < 2; i++) {
        cJSON *line = expect_rejected(1, "screened_duplicate");
        assert_null(json_text(line, "question"));
        cJSON_Delete(line);
    }
    assert_int_equal(rows_written(), 2); // an image has one row, however many its items
}

// b was left out for its likeness to a, which the whole leaves out for its likeness to x; b is
// nothing like x, and nothing was asked about it yet.
static void what_stands_alone_in_the_whole_is_open(void **state)
{
    (void)state;
    remember(0, "x", 0);
    remember(1, "a", 30);
    remember(1, "b", 60);
    add(0, "x", "x.jpg", "x", ITEM_ACCEPTED, NULL, "");
    add(1, "a", "a.jpg", "a", ITEM_ACCEPTED, NULL, "");
    add(1, "b", "b.jpg", "b", ITEM_REJECTED, "screened_duplicate",
        ",\"message\":\"looks like a.jpg: 30 of 256 bits differ, within --screen-distance 31\"");
    expect_same(0);
    cJSON_Delete(expect_rejected(1, "screened_duplicate"));
    expect_open(1);
}

static void a_verdict_of_the_part_that_holds_is_kept(void **state)
{
    (void)state;
    static const char told[] =
        ",\"message\":\"looks like a.jpg: 30 of 256 bits differ, within --screen-distance 31\"";
    remember(1, "a", 0);
    remember(1, "b", 30);
    add(1, "a", "a.jpg", "a", ITEM_ACCEPTED, NULL, "");
    add(1, "b", "b.jpg", "b", ITEM_REJECTED, "screened_duplicate", told);
    expect_same(1);
    expect_same(1);
    // The same kind, but of another image, which is nearer: the whole says so.
    remember(0, "y", 29);
    add(0, "y", "y.jpg", "y", ITEM_ACCEPTED, NULL, "");
    merge_screen_close(&screen);
    expect(merge_screen_open(&screen, thresholds, whole, &why));
    remember(1, "c", 30);
    add(1, "c", "c.jpg", "c", ITEM_REJECTED, "screened_duplicate", told);
    expect_same(0);
    cJSON *line = expect_rejected(1, "screened_duplicate");
    assert_non_null(strstr(json_text(line, "message"), "looks like y.jpg: 1 of 256 bits"));
    cJSON_Delete(line);
}

static void without_figures_there_is_no_verdict(void **state)
{
    (void)state;
    add(0, "a", "a.jpg", "unread", ITEM_ACCEPTED, NULL, "");
    add(0, "b", "b.jpg", "unread too", ITEM_REJECTED, "option.duplicate", "");
    add(0, "c", "c.jpg", "forgotten", ITEM_REJECTED, "screened_flat", ",\"message\":\"flat\"");
    expect_same(0);
    expect_same(0);
    expect_open(0); // its verdict cannot be repeated here, so the next run does
    assert_int_equal(rows_written(), 0);
}

// URLs and base64 are shown by their content: the same name in two parts is two of the input's.
static void the_same_content_in_two_parts_is_a_duplicate(void **state)
{
    (void)state;
    remember(0, "one", 50);
    remember(1, "one", 50);
    add(0, "a", "images/one.jpg", "one", ITEM_ACCEPTED, NULL, "");
    add(0, "b", "images/one.jpg", "one", ITEM_ACCEPTED, NULL, ""); // the same record's
    add(0, "c", "images/one.jpg", "one", ITEM_REJECTED, "screened_duplicate",
        ",\"message\":\"looks like images/one.jpg: 0 of 256 bits differ, within "
        "--screen-distance 31\"");
    add(1, "d", "images/one.jpg", "one", ITEM_ACCEPTED, NULL, "");
    expect_same(0);
    expect_same(0);
    expect_same(0); // named otherwise by the input, and so left out in its part already
    cJSON_Delete(expect_rejected(1, "screened_duplicate"));
}

static void a_damaged_line_names_its_item(void **state)
{
    (void)state;
    struct error fault = {0};
    struct stored_item item = admit(parts[0], "broken", 0, "f");
    finish(parts[0], item.number, ITEM_ACCEPTED, NULL, "{\"id\":");
    struct store_row row = next(0);
    assert_false(merge_screen_item(&screen, 0, parts[0], &row, &fault));
    assert_non_null(strstr(fault.message, "broken"));
}

static void without_screening_nothing_changes(void **state)
{
    (void)state;
    struct merge_screen none = {0};
    struct stored_item item = admit(parts[0], "a", 0, "f");
    finish(parts[0], item.number, ITEM_ACCEPTED, NULL, "not even read");
    struct store_row row = next(0);
    expect(merge_screen_item(&none, 0, parts[0], &row, &why));
    assert_int_equal(row.state, ITEM_ACCEPTED);
    expect(merge_screen_commit(&none, &why));
    merge_screen_close(&none);
}

// A merge that fails leaves no half of screening.jsonl.
static void nothing_is_left_of_what_is_not_committed(void **state)
{
    (void)state;
    remember(0, "one", 50);
    add(0, "a", "a.jpg", "one", ITEM_ACCEPTED, NULL, "");
    expect_same(0);
    merge_screen_close(&screen);
    assert_int_equal(access(in_scratch(whole, "screening.jsonl"), F_OK), -1);
    assert_int_equal(access(in_scratch(whole, "screening.jsonl.tmp"), F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(unknown_thresholds_are_refused),
        TEST(likenesses_across_parts_are_left_out),
        TEST(a_drafted_question_is_not_told),
        TEST(what_stands_alone_in_the_whole_is_open),
        TEST(a_verdict_of_the_part_that_holds_is_kept),
        TEST(without_figures_there_is_no_verdict),
        TEST(the_same_content_in_two_parts_is_a_duplicate),
        TEST(a_damaged_line_names_its_item),
        TEST(without_screening_nothing_changes),
        TEST(nothing_is_left_of_what_is_not_committed),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
