// Charts as inline SVG: axes with round ticks, lines, bars, markers. Colours, fonts and dark mode
// come from the page's style sheet (tune_style.c) by class; s0 to s7 are the colours of series.
//
// A chart is drawn twice, wide and narrow, and the style sheet shows the one that fits: text in an
// SVG that is scaled down would be too small to read on a telephone.
#ifndef VQAGEN_PLOT_H
#define VQAGEN_PLOT_H

#include "buffer.h"

enum { PLOT_TICKS = 24, PLOT_COLOURS = 8, PLOT_SHAPES = 5 };

enum plot_scale {
    PLOT_LINEAR,
    PLOT_LOG,  // equal factors are equally far apart
    PLOT_BANDS // 0, 1, 2...: each value has a band of its own; the caller writes the labels
};

struct plot_axis {
    enum plot_scale scale;
    double low, high;
    double ticks[PLOT_TICKS];
    size_t tick_count;
};

// From 0 to a round number at or above `high`, in steps of 1, 2 or 5 times a power of ten, about
// `steps` of them.
void plot_axis_linear(struct plot_axis *axis, double high, int steps);

// Powers of two (base 2) or 1, 2 and 5 times powers of ten (base 10) as ticks, with some room
// outside low and high; no more than `most` ticks.
void plot_axis_log(struct plot_axis *axis, double low, double high, int base, int most);

void plot_axis_bands(struct plot_axis *axis, size_t count);

// "0.5", "20", "1,500", "20k"
enum { PLOT_TEXT = 40 };
char *plot_number(double value, char text[PLOT_TEXT]);

struct plot {
    struct buffer *out;
    bool narrow;
    double width, height, left, right, top, bottom; // of the view, and of the plane in it
    struct plot_axis x, y;
};

// Opens the SVG: title and description are for readers of screens. x and y are set by the caller.
// bottom_lines: lines of text below the plane beside the axis' name.
void plot_open(struct plot *plot, struct buffer *out, bool narrow, int bottom_lines);
void plot_begin(struct plot *plot, const char *title, const char *description);
void plot_axes(const struct plot *plot, const char *x_name, const char *y_name);
void plot_end(const struct plot *plot);

double plot_x(const struct plot *plot, double value); // in the view; clamped to the plane
double plot_y(const struct plot *plot, double value);

// A polyline; negative ys interrupt it. name: its class beside "line".
void plot_line(const struct plot *plot, const double *xs, const double *ys, size_t count,
               const char *name);

// A marker of one of the shapes with a text for the pointer. name: its class beside "mark".
void plot_marker(const struct plot *plot, double x, double y, size_t shape, const char *name,
                 const char *hover);

// The outline of a marker round 0, 0, as SVG path data.
const char *plot_shape(size_t shape);

// A bar from low to high, between left and right in the view.
void plot_bar(const struct plot *plot, double left, double right, double low, double high,
              const char *name, const char *hover);

// A line from bottom to top at x with a label above the plane.
struct plot_upright {
    double x;
    const char *name; // its class beside "upright"
    char label[80];
};

// One or two of them, with labels that no line crosses and that do not cover each other.
void plot_uprights(const struct plot *plot, const struct plot_upright *marks, size_t count);

// A label below the plane, at x, in line 0, 1...
void plot_below(const struct plot *plot, double x, int line, const char *text);

#endif
