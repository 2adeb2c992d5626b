#include "plot.h"

#include "html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Lines of text in the view's units; it is shown about as large as it is.
enum { LINE_HEIGHT = 17, NARROW_WIDTH = 320, WIDE_WIDTH = 640 };

void plot_open(struct plot *plot, struct buffer *out, bool narrow, int bottom_lines)
{
    *plot = (struct plot){.out = out, .narrow = narrow};
    plot->width = narrow ? NARROW_WIDTH : WIDE_WIDTH;
    plot->left = narrow ? 42 : 52;
    plot->right = plot->width - (narrow ? 8 : 14);
    plot->top = 50;
    plot->bottom = plot->top + (narrow ? 170 : 230);
    plot->height = plot->bottom + 8 + LINE_HEIGHT * (bottom_lines + 1);
}

void plot_begin(struct plot *plot, const char *title, const char *description)
{
    buffer_append_format(plot->out,
                         "<svg class=\"%s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                         "xmlns=\"http://www.w3.org/2000/svg\" aria-label=\"",
                         plot->narrow ? "narrow" : "wide", plot->width, plot->height);
    html_write_text(plot->out, title);
    buffer_append_text(plot->out, "\"><desc>");
    html_write_text(plot->out, description);
    buffer_append_text(plot->out, "</desc>\n");
}

void plot_end(const struct plot *plot)
{
    buffer_append_text(plot->out, "</svg>\n");
}

static double share_of(const struct plot_axis *axis, double value)
{
    double share;
    if (axis->scale == PLOT_LOG)
        share = value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : 0;
    else
        share = (value - axis->low) / (axis->high - axis->low);
    return share > 0 ? share < 1 ? share : 1 : 0;
}

double plot_x(const struct plot *plot, double value)
{
    return plot->left + share_of(&plot->x, value) * (plot->right - plot->left);
}

double plot_y(const struct plot *plot, double value)
{
    return plot->bottom - share_of(&plot->y, value) * (plot->bottom - plot->top);
}

static void write_text(const struct plot *plot, double x, double y, const char *anchor,
                       const char *name, const char *text)
{
    buffer_append_format(plot->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">",
                         x, y, anchor, name);
    html_write_text(plot->out, text);
    buffer_append_text(plot->out, "</text>\n");
}

static void write_line(const struct plot *plot, double x1, double y1, double x2, double y2,
                       const char *name)
{
    buffer_append_format(plot->out,
                         "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n",
                         x1, y1, x2, y2, name);
}

void plot_axes(const struct plot *plot, const char *x_name, const char *y_name)
{
    char text[PLOT_TEXT];
    for (size_t i = 0; i < plot->y.tick_count; i++) {
        double y = plot_y(plot, plot->y.ticks[i]);
        write_line(plot, plot->left, y, plot->right, y, "grid");
        write_text(plot, plot->left - 6, y + 4, "end", "tick", plot_number(plot->y.ticks[i], text));
    }
    for (size_t i = 0; i < plot->x.tick_count; i++) {
        double x = plot_x(plot, plot->x.ticks[i]);
        write_line(plot, x, plot->bottom, x, plot->bottom + 5, "axis");
        plot_below(plot, x, 0, plot_number(plot->x.ticks[i], text));
    }
    write_line(plot, plot->left, plot->bottom, plot->right, plot->bottom, "axis");
    write_text(plot, (plot->left + plot->right) / 2, plot->height - 4, "middle", "name", x_name);
    write_text(plot, 2, 12, "start", "name", y_name);
}

void plot_below(const struct plot *plot, double x, int line, const char *text)
{
    write_text(plot, x, plot->bottom + LINE_HEIGHT * (line + 1), "middle", "tick", text);
}

void plot_line(const struct plot *plot, const double *xs, const double *ys, size_t count,
               const char *name)
{
    buffer_append_format(plot->out, "<path class=\"line %s\" d=\"", name);
    bool on = false;
    for (size_t i = 0; i < count; i++) {
        if (ys[i] >= 0)
            buffer_append_format(plot->out, "%c%.1f %.1f", on ? 'L' : 'M', plot_x(plot, xs[i]),
                                 plot_y(plot, ys[i]));
        on = ys[i] >= 0;
    }
    buffer_append_text(plot->out, "\"/>\n");
}

const char *plot_shape(size_t shape)
{
    static const char *const shapes[PLOT_SHAPES] = {
        "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z", // a disc
        "M-4 -4h8v8h-8z",                               // a square
        "M0-5.4L5.2 3.8h-10.4z",                        // a triangle
        "M0-5.8L5.2 0L0 5.8L-5.2 0z",                   // a diamond
        "M0 5.4L5.2 -3.8h-10.4z",                       // a triangle upside down
    };
    return shapes[shape % PLOT_SHAPES];
}

// What the pointer shows.
static void write_hover(const struct plot *plot, const char *hover)
{
    buffer_append_text(plot->out, "<title>");
    html_write_text(plot->out, hover);
    buffer_append_text(plot->out, "</title>");
}

void plot_marker(const struct plot *plot, double x, double y, size_t shape, const char *name,
                 const char *hover)
{
    if (y < 0)
        return;
    buffer_append_format(plot->out, "<g transform=\"translate(%.1f %.1f)\">", plot_x(plot, x),
                         plot_y(plot, y));
    write_hover(plot, hover);
    // The circle is what the pointer meets: markers alone are too small to be met.
    buffer_append_format(plot->out,
                         "<circle r=\"11\" class=\"meet\"/>"
                         "<path class=\"mark %s\" d=\"%s\"/></g>\n",
                         name, plot_shape(shape));
}

void plot_bar(const struct plot *plot, double left, double right, double low, double high,
              const char *name, const char *hover)
{
    double bottom = plot_y(plot, low), top = plot_y(plot, high);
    if (bottom - top < 1.5 && high > low) // few of many must still be seen
        top = bottom - 1.5;
    buffer_append_format(
        plot->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"bar %s\">",
        left, top, right - left > 0.5 ? right - left : 0.5, bottom - top, name);
    write_hover(plot, hover);
    buffer_append_text(plot->out, "</rect>\n");
}

// About as wide as the label is, set in bold.
static double label_width(const struct plot_upright *mark)
{
    return 7.4 * (double)strlen(mark->label);
}

// The label stands at the left of the line ("end"), at its right ("start") or over it ("middle").
static void draw_upright(const struct plot *plot, const struct plot_upright *mark, int line,
                         const char *anchor)
{
    char classes[60];
    double at = plot_x(plot, mark->x), y = plot->top - 6 - (1 - line) * (LINE_HEIGHT - 2);
    double aside = anchor[0] == 'e' ? -5 : anchor[0] == 's' ? 5 : 0;
    snprintf(classes, sizeof classes, "upright %s", mark->name);
    write_line(plot, at, aside == 0 ? y + 3 : y - 9, at, plot->bottom, classes);
    write_text(plot, at + aside, y, anchor, "label", mark->label);
}

void plot_uprights(const struct plot *plot, const struct plot_upright *marks, size_t count)
{
    if (count == 1) {
        double at = plot_x(plot, marks[0].x), half = label_width(&marks[0]) / 2;
        draw_upright(plot, &marks[0], 1,
                     at - half < plot->left    ? "start"
                     : at + half > plot->width ? "end"
                                               : "middle");
    }
    if (count != 2)
        return;
    const struct plot_upright *left = &marks[marks[1].x < marks[0].x];
    const struct plot_upright *right = left == &marks[0] ? &marks[1] : &marks[0];
    bool left_fits = plot_x(plot, left->x) - 5 - label_width(left) >= plot->left;
    bool right_fits = plot_x(plot, right->x) + 5 + label_width(right) <= plot->width;
    if (left_fits) { // both outwards; else the right one above, where the left one's line is not
        draw_upright(plot, right, right_fits ? 1 : 0, right_fits ? "start" : "end");
        draw_upright(plot, left, 1, "end");
    } else {
        draw_upright(plot, left, 0, "start");
        draw_upright(plot, right, 1, right_fits ? "start" : "end");
    }
}
