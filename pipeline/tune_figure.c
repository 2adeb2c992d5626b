#include "tune_figure.h"

#include "html.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

const char *tune_colour(size_t index)
{
    static const char *const names[PLOT_COLOURS] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};
    return names[index % PLOT_COLOURS];
}

struct tune_key tune_key(const char *name, const char *style, int shape, bool dashed)
{
    struct tune_key key = {.shape = shape, .dashed = dashed};
    snprintf(key.name, sizeof key.name, "%s", name);
    snprintf(key.style, sizeof key.style, "%s", style);
    return key;
}

bool tune_has_levels(const struct tune_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->results[i]->level_count > 0)
            return true;
    return false;
}

static void write_key(const struct tune_key *key, struct buffer *out)
{
    buffer_append_text(out, "<li><svg class=\"key\" viewBox=\"0 0 26 14\" aria-hidden=\"true\" "
                            "xmlns=\"http://www.w3.org/2000/svg\">");
    if (key->shape == TUNE_KEY_BOX) {
        buffer_append_format(
            out, "<rect x=\"6\" y=\"1\" width=\"14\" height=\"12\" class=\"bar %s\"/>", key->style);
    } else {
        buffer_append_format(out, "<path d=\"M1 7h24\" class=\"line %s%s\"/>", key->style,
                             key->dashed ? " dashed" : "");
        if (key->shape >= 0)
            buffer_append_format(out,
                                 "<path transform=\"translate(13 7)\" d=\"%s\" class=\"mark %s\"/>",
                                 plot_shape((size_t)key->shape), key->style);
    }
    buffer_append_text(out, "</svg>");
    html_write_text(out, key->name);
    buffer_append_text(out, "</li>");
}

void tune_figure_write(const struct tune_set *set, const char *title, const char *note,
                       const struct tune_key *keys, size_t key_count, int bottom_lines,
                       tune_draw *draw, const void *context, struct buffer *out)
{
    buffer_append_text(out, "<figure>\n<figcaption><h2>");
    html_write_text(out, title);
    buffer_append_text(out, "</h2><p>");
    html_write_text(out, note);
    buffer_append_text(out, "</p></figcaption>\n");
    if (key_count > 0)
        buffer_append_text(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < key_count; i++)
        write_key(&keys[i], out);
    if (key_count > 0)
        buffer_append_text(out, "</ul>\n");
    for (int narrow = 0; narrow < 2; narrow++) {
        struct plot plot;
        plot_open(&plot, out, narrow == 1, bottom_lines);
        plot_begin(&plot, title, note);
        draw(set, &plot, context);
        plot_end(&plot);
    }
    buffer_append_text(out, "</figure>\n");
}

const char *tune_dense(size_t markers)
{
    return markers > 24 ? " dense" : "";
}

size_t tune_result_keys(const struct tune_set *set, int shape, struct tune_key *keys, size_t most)
{
    size_t count = set->count < most ? set->count : most;
    for (size_t i = 0; i < count; i++) {
        size_t length = text_cut(set->names[i], sizeof keys[i].name - 1);
        keys[i] = (struct tune_key){.shape = shape < 0 ? shape : (int)(i % PLOT_SHAPES)};
        memcpy(keys[i].name, set->names[i], length);
        snprintf(keys[i].style, sizeof keys[i].style, "%s", tune_colour(i));
    }
    return count;
}

void tune_level_axis(const struct tune_set *set, struct plot *plot)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct tune_result *result = set->results[i];
        for (size_t k = 0; k < result->level_count; k++) {
            double at = result->levels[k].concurrency;
            low = low == 0 || at < low ? at : low;
            high = at > high ? at : high;
        }
        high = result->knee > high ? result->knee : high;
    }
    plot_axis_log(&plot->x, low > 0 ? low : 1, high > 1 ? high : 1, 2, plot->narrow ? 8 : 13);
}

void tune_mark_knee(const struct tune_result *result, const struct plot *plot)
{
    struct plot_upright marks[2];
    size_t count = 0;
    bool same = result->knee == result->concurrency;
    if (result->knee > 0 && !same) {
        marks[count] = (struct plot_upright){.x = result->knee, .name = "knee"};
        snprintf(marks[count++].label, sizeof marks->label, "knee: %u", result->knee);
    }
    if (result->concurrency > 0) {
        marks[count] = (struct plot_upright){.x = result->concurrency, .name = "recommended"};
        snprintf(marks[count++].label, sizeof marks->label, "%srecommended: %u",
                 same ? "knee, " : "", result->concurrency);
    }
    plot_uprights(plot, marks, count);
}
