// The parts of a chart lie where their values are.
#include "unit.h"

#include "plot.h"
#include "tune_markup.h"

static struct buffer out;

static struct plot open_plot(bool narrow)
{
    struct plot plot;
    buffer_clear(&out);
    buffer_init(&out, 1 << 16);
    plot_open(&plot, &out, narrow, 1);
    plot_axis_log(&plot.x, 1, 64, 2, 8);
    plot_axis_linear(&plot.y, 100, 5);
    return plot;
}

static int teardown(void **state)
{
    (void)state;
    buffer_clear(&out);
    return 0;
}

static void values_have_their_place(void **state)
{
    (void)state;
    struct plot plot = open_plot(false);
    assert_true(plot_y(&plot, 0) == plot.bottom && plot_y(&plot, 100) == plot.top);
    assert_true(plot_y(&plot, 50) == (plot.top + plot.bottom) / 2);
    double step = plot_x(&plot, 2) - plot_x(&plot, 1);
    assert_true(step > 0 && step - (plot_x(&plot, 64) - plot_x(&plot, 32)) < 1e-6);
    // What lies outside stays at the edge.
    assert_true(plot_y(&plot, 1e9) == plot.top && plot_x(&plot, 0) == plot.left);
}

static void gaps_interrupt_a_line(void **state)
{
    (void)state;
    struct plot plot = open_plot(true);
    const double xs[] = {1, 2, 4, 8, 16}, ys[] = {-1, 10, 20, -1, 30};
    plot_line(&plot, xs, ys, 5, "s0");
    unsigned moves = 0, lines = 0;
    for (const char *at = strstr(buffer_text(&out), " d=\"") + 4; *at != '"'; at++) {
        moves += *at == 'M';
        lines += *at == 'L';
    }
    assert_int_equal(moves, 2);
    assert_int_equal(lines, 1);
}

static double number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    double value = -1;
    if (at == NULL || sscanf(at + strlen(words), "%lf", &value) != 1)
        fail_msg("no %s in %s", words, text);
    return value;
}

// Two labels side by side at every pair of places: in the view, and not over each other.
static void labels_do_not_collide(void **state)
{
    (void)state;
    for (int narrow = 0; narrow < 2; narrow++)
        for (unsigned a = 1; a <= 64; a += 3)
            for (unsigned b = 1; b <= 64; b += 3) {
                struct plot plot = open_plot(narrow);
                struct plot_upright marks[] = {{.x = a, .name = "knee"},
                                               {.x = b, .name = "recommended"}};
                double left[2], right[2], y[2];
                snprintf(marks[0].label, sizeof marks[0].label, "knee: %u", a);
                snprintf(marks[1].label, sizeof marks[1].label, "recommended: %u", b);
                plot_uprights(&plot, marks, 2);
                const char *at = buffer_text(&out);
                for (int i = 0; i < 2; i++) {
                    at = strstr(at, "<text ");
                    assert_non_null(at);
                    double x = number_after(at, " x=\"");
                    y[i] = number_after(at, " y=\"");
                    double width =
                        7.2 * (double)(strchr(strchr(at, '>'), '<') - strchr(at, '>') - 1);
                    bool ends = strncmp(strstr(at, "text-anchor=\"") + 13, "end", 3) == 0;
                    left[i] = ends ? x - width : x;
                    right[i] = ends ? x : x + width;
                    if (left[i] < (y[i] > 40 ? plot.left : 0) || right[i] > plot.width)
                        fail_msg("%u, %u: a label from %.0f to %.0f", a, b, left[i], right[i]);
                    at++;
                }
                if (y[0] == y[1] && left[0] < right[1] && left[1] < right[0])
                    fail_msg("%u, %u: the labels cover each other", a, b);
            }
}

static void the_chart_is_markup(void **state)
{
    (void)state;
    struct plot plot = open_plot(false);
    struct markup markup;
    plot_begin(&plot, "a \"title\" & <more>", "a description");
    plot_axes(&plot, "x < y", "y & z");
    plot_marker(&plot, 4, 50, 7, "s1", "<hover>");
    plot_marker(&plot, 4, -1, 0, "s2", "never");
    plot_bar(&plot, 10, 20, 0, 0.001, "s3", "few");
    plot_end(&plot);
    const char *text = buffer_text(&out);
    if (!markup_is_good(text, &markup))
        fail_msg("%s", markup.fault);
    assert_non_null(strstr(text, "<title>&lt;hover&gt;</title>"));
    assert_non_null(strstr(text, "aria-label=\"a &quot;title&quot; &amp; &lt;more&gt;\""));
    assert_null(strstr(text, "never"));
    assert_non_null(strstr(text, "height=\"1.5\"")); // few of many are still seen
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_place), cmocka_unit_test(gaps_interrupt_a_line),
        cmocka_unit_test(labels_do_not_collide), cmocka_unit_test(the_chart_is_markup)};
    return cmocka_run_group_tests(tests, NULL, teardown);
}
