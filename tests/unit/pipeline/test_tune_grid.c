// A small table of texts, in a terminal and in a page.
#include "unit.h"

#include "tune_grid.h"
#include "tune_markup.h"

static void make(struct tune_grid *grid)
{
    static const char *const cells[3][4] = {
        {"n", "none", "name", "rate"}, {"7", "", "größe", "1.25"}, {"1,024", "", "<b>", ""}};
    struct error why = {0};
    assert_true(tune_grid_init(grid, 4, 3, &why));
    grid->texts[2] = true;
    for (size_t row = 0; row < 3; row++)
        for (size_t column = 0; column < 4; column++)
            tune_grid_set(grid, row, column, cells[row][column]);
}

static void columns_are_aligned(void **state)
{
    (void)state;
    struct tune_grid grid;
    struct buffer out;
    buffer_init(&out, 10000);
    make(&grid);
    tune_grid_write_text(&grid, "| ", &out);
    assert_string_equal(buffer_text(&out), "|     n  name   rate\n"
                                           "|     7  größe  1.25\n"
                                           "| 1,024  <b>\n");
    buffer_clear(&out);
    tune_grid_clear(&grid);
}

static void pages_have_heads_and_marks(void **state)
{
    (void)state;
    struct tune_grid grid;
    struct buffer out;
    struct markup markup;
    buffer_init(&out, 10000);
    make(&grid);
    grid.marked = 2;
    tune_grid_write_html(&grid, "A \"table\"", &out);
    const char *text = buffer_text(&out);
    if (!markup_is_good(text, &markup))
        fail_msg("%s", markup.fault);
    assert_non_null(strstr(text, "<th scope=\"col\">n</th><th scope=\"col\" class=\"words\">name"));
    assert_non_null(strstr(text, "<tr class=\"marked\"><th scope=\"row\">1,024</th>"));
    assert_non_null(strstr(text, "&lt;b&gt;"));
    assert_non_null(strstr(text, "<h3>A &quot;table&quot;</h3>"));
    assert_null(strstr(text, "none"));
    buffer_clear(&out);
    tune_grid_clear(&grid);
}

static void cells_take_no_more_than_they_hold(void **state)
{
    (void)state;
    struct tune_grid grid;
    char text[TUNE_CELL * 2 + 1];
    assert_true(tune_grid_init(&grid, 1, 2, NULL));
    for (size_t i = 0; i < TUNE_CELL; i++)
        memcpy(text + 2 * i, "é", 2);
    text[2 * TUNE_CELL] = '\0';
    tune_grid_set(&grid, 1, 0, text);
    assert_int_equal(strlen(tune_grid_cell(&grid, 1, 0)), TUNE_CELL - 2); // no half character
    tune_grid_set(&grid, 1, 0, "a\nb\x1b[31m");
    assert_string_equal(tune_grid_cell(&grid, 1, 0), "a b [31m");
    tune_grid_clear(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_are_aligned),
                                       cmocka_unit_test(pages_have_heads_and_marks),
                                       cmocka_unit_test(cells_take_no_more_than_they_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
