#include "log.h"

#include "secret.h"
#include "text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_level level = LOG_NORMAL; // set while the process starts
static char progress[512];                // guarded by lock

void log_set_level(enum log_level wanted)
{
    level = wanted;
}

enum log_level log_level(void)
{
    return level;
}

bool log_is_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

// Written in one call, so that lines of several processes do not mix.
static void write_all(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(STDERR_FILENO, text, left);
        if (written <= 0)
            return; // nobody reads: nothing better can be done with a log line
        text += written;
        left -= (size_t)written;
    }
}

static void write_line(const char *prefix, const char *format, va_list arguments)
{
    char line[2048];
    int begin = snprintf(line, sizeof line, "%s", prefix);
    vsnprintf(line + begin, sizeof line - (size_t)begin - 1, format, arguments);
    secret_hide(line);
    size_t length = text_cut(line, sizeof line - 2);
    // Text from replies must not steer the terminal.
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20 && line[i] != '\t' && line[i] != '\n')
            line[i] = '?';
    line[length] = '\n';
    line[length + 1] = '\0';
    pthread_mutex_lock(&lock);
    if (progress[0] != '\0')
        write_all("\r\x1b[K");
    write_all(line);
    if (progress[0] != '\0')
        write_all(progress);
    pthread_mutex_unlock(&lock);
}

void log_warn(const char *format, ...)
{
    if (level < LOG_NORMAL)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("warning: ", format, arguments);
    va_end(arguments);
}

void log_note(const char *format, ...)
{
    if (level < LOG_NORMAL)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}

void log_detail(const char *format, ...)
{
    if (level < LOG_VERBOSE)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}

void log_progress(const char *text)
{
    if (!log_is_terminal() || level < LOG_NORMAL)
        return;
    struct winsize size;
    size_t columns = 80;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        columns = size.ws_col;
    // Room is left for the terminal's own "^C", which would wrap the line and leave it behind.
    columns = columns > 10 ? columns - 3 : columns - 1;
    pthread_mutex_lock(&lock);
    size_t length = text_cut(text, columns < sizeof progress - 1 ? columns : sizeof progress - 1);
    memcpy(progress, text, length);
    progress[length] = '\0';
    write_all("\r");
    write_all(progress);
    write_all("\x1b[K");
    pthread_mutex_unlock(&lock);
}
