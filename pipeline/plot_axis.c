#include "plot.h"

#include <math.h>
#include <stdio.h>

// The largest number that charts tell apart from infinity; hostile results hold larger ones.
#define LARGEST 1e15

static double bounded(double value, double low)
{
    return value > LARGEST ? LARGEST : value > low ? value : low;
}

// 1, 2 or 5 times a power of ten, at or above value.
static double round_up(double value)
{
    double power = pow(10, floor(log10(value)));
    static const double steps[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (steps[i] * power >= value * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

void plot_axis_linear(struct plot_axis *axis, double high, int steps)
{
    high = high > 0 ? bounded(high, 1e-9) : 1;
    double step = round_up(high / steps);
    int count = (int)ceil(high / step - 1e-9);
    *axis = (struct plot_axis){.scale = PLOT_LINEAR, .high = step * count};
    for (int i = 0; i <= count && axis->tick_count < PLOT_TICKS; i++)
        axis->ticks[axis->tick_count++] = step * i;
}

// Ticks at base's powers, and at 2 and 5 times them for base 10 when `fine`; every stride-th.
static void set_ticks(struct plot_axis *axis, int base, bool fine, int stride)
{
    static const double parts[] = {1, 2, 5};
    axis->tick_count = 0;
    int from = (int)floor(log(axis->low) / log(base)) - 1, seen = 0;
    for (int power = from; pow(base, power) <= axis->high; power++)
        for (int part = 0; part < (base == 10 && fine ? 3 : 1); part++) {
            double tick = parts[part] * pow(base, power);
            if (tick < axis->low || tick > axis->high)
                continue;
            if (seen++ % stride == 0 && axis->tick_count < PLOT_TICKS)
                axis->ticks[axis->tick_count++] = tick;
        }
}

void plot_axis_log(struct plot_axis *axis, double low, double high, int base, int most)
{
    low = bounded(low, 1e-6);
    high = bounded(high, low);
    double room = pow(high / low, 0.04) * (base == 2 ? 1.1 : 1.05);
    *axis = (struct plot_axis){.scale = PLOT_LOG, .low = low / room, .high = high * room};
    if (high <= low * 2) // one level: a power of the base on both sides
        axis->low = low / 2, axis->high = high * 2;
    set_ticks(axis, base, true, 1);
    if (base == 10 && (int)axis->tick_count > most)
        set_ticks(axis, base, false, 1);
    for (int stride = 2; (int)axis->tick_count > most && stride < 64; stride++)
        set_ticks(axis, base, false, stride);
}

void plot_axis_bands(struct plot_axis *axis, size_t count)
{
    *axis = (struct plot_axis){.scale = PLOT_BANDS, .low = -0.5, .high = (double)count - 0.5};
}

char *plot_number(double value, char text[PLOT_TEXT])
{
    static const struct {
        double from;
        const char *unit;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (value >= units[i].from) {
            double scale = units[i].from == 1e4 ? 1e3 : units[i].from;
            snprintf(text, PLOT_TEXT, "%.4g%s", value / scale, units[i].unit);
            return text;
        }
    if (value >= 1000)
        snprintf(text, PLOT_TEXT, "%d,%03d", (int)value / 1000, (int)value % 1000);
    else
        snprintf(text, PLOT_TEXT, "%.4g", value);
    return text;
}
