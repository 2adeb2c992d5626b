#include "clock.h"

#include <time.h>

static int64_t read_clock(clockid_t which, int64_t second)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * second + now.tv_nsec / (1000000000 / second);
}

int64_t clock_now_ms(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000);
}

int64_t clock_now_us(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

int64_t clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}

char *clock_format_utc(int64_t wall_ms, char *text)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}
