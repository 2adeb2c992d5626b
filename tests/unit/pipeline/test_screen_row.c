#include "screen_row.h"

#include "../dataset/stored.h"
#include "json.h"

static char *scratch;

static int set_up(void **state)
{
    (void)state;
    scratch = make_scratch();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_scratch(scratch);
    return 0;
}

static struct screen_image make_image(const char *name)
{
    struct screen_image image = {
        .name = name,
        .digest = digest_of(name, strlen(name)),
        .figures = {.shorter_px = 480, .contrast = 200, .blur = 1.25, .detail = 37}};
    for (unsigned i = 0; i < 4; i++)
        image.figures.look.words[i] = UINT64_C(0x0123456789abcdef) << i;
    return image;
}

static void figures_are_recalled_as_they_were(void **state)
{
    (void)state;
    struct store *store = open_store(scratch);
    struct screen_image image = make_image("a");
    const struct picture_figures *put = &image.figures;
    struct stored_figures stored = {.shorter_px = put->shorter_px,
                                    .contrast = put->contrast,
                                    .blur = put->blur,
                                    .detail = put->detail};
    struct picture_figures got;
    likeness_write(&put->look, stored.look);
    assert_false(screen_row_recall(store, &image.digest, &got));
    expect(store_put_figures(store, &image.digest, &stored, &why));
    assert_true(screen_row_recall(store, &image.digest, &got));
    assert_int_equal(got.shorter_px, 480);
    assert_int_equal(got.contrast, 200);
    assert_true(got.blur == 1.25);
    assert_int_equal(got.detail, 37);
    assert_int_equal(likeness_distance(&got.look, &put->look), 0);
    struct digest other = digest_of("b", 1);
    assert_false(screen_row_recall(store, &other, &got));
    store_close(store);
}

static void a_row_names_image_figures_and_verdict(void **state)
{
    (void)state;
    struct file_writer rows;
    char line[2000], hex[DIGEST_HEX + 1];
    struct screen_image image = make_image("folder/\"quoted\"\n.jpg");
    const struct screen_verdict verdict = {.finding = SCREEN_SMALL,
                                           .reason = "the shorter side is 480 px"};
    expect(screen_row_open(&rows, scratch, &why));
    expect(screen_row_write(&rows, &image, &verdict, &why));
    assert_int_equal(access(in_scratch(scratch, "screening.jsonl"), F_OK), -1); // not whole yet
    expect(file_commit(&rows, &why));
    FILE *file = fopen(in_scratch(scratch, "screening.jsonl"), "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    cJSON *row = json_parse(line, strlen(line), NULL);
    assert_non_null(row);
    digest_hex(&image.digest, hex);
    assert_string_equal(json_text(row, "image"), image.name);
    assert_string_equal(json_text(row, "image_sha256"), hex);
    assert_string_equal(json_text(row, "verdict"), "small");
    cJSON_Delete(row);
}

static void a_disk_that_takes_no_row_is_told(void **state)
{
    (void)state;
    struct error fault = {0};
    struct file_writer rows;
    struct screen_image image = make_image("a");
    const struct screen_verdict verdict = {.finding = SCREEN_KEPT};
    assert_false(screen_row_open(&rows, in_scratch(scratch, "none"), &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    error_clear(&fault);
    assert_int_equal(symlink("/dev/full", in_scratch(scratch, "screening.jsonl")), 0);
    expect(screen_row_open(&rows, scratch, &why));
    setvbuf(rows.stream, NULL, _IONBF, 0);
    assert_false(screen_row_write(&rows, &image, &verdict, &fault));
    assert_int_equal(fault.kind, ERR_DISK);
    assert_non_null(strstr(fault.message, "screening.jsonl"));
    file_abandon(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_are_recalled_as_they_were, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_names_image_figures_and_verdict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disk_that_takes_no_row_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
