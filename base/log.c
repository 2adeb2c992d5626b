#include "log.h"

#include "log_file.h"
#include "secret.h"
#include "text.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_level level = LOG_NORMAL; // set while the process starts
static unsigned traced;                   // components; set while the process starts
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
    const char *kind = getenv("TERM"); // a dumb one cannot rewrite a line
    return isatty(STDERR_FILENO) == 1 && (kind == NULL || strcmp(kind, "dumb") != 0);
}

// Written in one call, so that lines of several processes do not mix.
static void write_all(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(STDERR_FILENO, text, left);
        if (written < 0 && errno == EINTR)
            continue; // the signal that stops a run comes while its line is written
        if (written <= 0)
            return; // nobody reads: nothing better can be done with a log line
        text += written;
        left -= (size_t)written;
    }
}

static void show_line(char *line)
{
    size_t length = strlen(line);
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

static void write_line(enum log_level least, const char *name, const char *prefix,
                       const char *format, va_list arguments)
{
    char line[2048];
    if (level < least && !log_file_is_open())
        return;
    int begin = snprintf(line, sizeof line, "%s", prefix);
    vsnprintf(line + begin, sizeof line - (size_t)begin - 1, format, arguments);
    secret_hide_base64(secret_hide(line));
    line[text_cut(line, sizeof line - 2)] = '\0';
    log_file_message(name, line + begin);
    if (level >= least)
        show_line(line);
}

void log_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(LOG_NORMAL, "warning", "warning: ", format, arguments);
    va_end(arguments);
}

void log_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(LOG_NORMAL, "note", "", format, arguments);
    va_end(arguments);
}

void log_detail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(LOG_VERBOSE, "detail", "", format, arguments);
    va_end(arguments);
}

bool log_set_trace(const char *names, struct error *why)
{
    for (const char *at = names; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        unsigned found = 0;
        for (unsigned bit = LOG_CLIENT; bit <= LOG_PACE; bit <<= 1)
            if (strlen(log_component_name(bit)) == length &&
                strncmp(log_component_name(bit), at, length) == 0)
                found = bit;
        if (found == 0)
            return error_set(why, ERR_USAGE, "--trace: \"%.*s\" is not one of client, retry, pace",
                             (int)(length < 80 ? length : 80), at);
        traced |= found;
        at += length;
        at += *at == ',';
    }
    return true;
}

bool log_wants(enum log_component component)
{
    return (traced & component) != 0 || log_file_is_open();
}

void log_trace(const struct log_event *event)
{
    log_file_event(event);
    if ((traced & event->component) == 0)
        return;
    struct buffer line;
    buffer_init(&line, 4096);
    buffer_append_format(&line, "%s%s%s%s%s: %s", log_component_name(event->component),
                         event->item != NULL ? " " : "", event->item != NULL ? event->item : "",
                         event->call != NULL ? " " : "", event->call != NULL ? event->call : "",
                         event->what);
    for (const struct log_field *field = event->fields; field->name != NULL; field++)
        if (field->text == NULL)
            buffer_append_format(&line, " %s=%lld", field->name, (long long)field->number);
        else if (*field->text != '\0')
            buffer_append_format(&line, " %s=%s", field->name, field->text);
    if (buffer_reserve(&line, 2) != NULL) { // for the line's end
        secret_hide_base64(secret_hide(line.data));
        show_line(line.data);
    }
    buffer_clear(&line);
}

// How much of the text a line of so many columns holds: whole parts, which two blanks divide.
static size_t fitting(const char *text, size_t columns)
{
    size_t length = text_cut(text, columns);
    if (text[length] == '\0')
        return length;
    for (size_t end = length; end > 0; end--)
        if (text[end] == ' ' && text[end + 1] == ' ')
            return end;
    return length;
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
    size_t length = fitting(text, columns < sizeof progress - 1 ? columns : sizeof progress - 1);
    memcpy(progress, text, length);
    progress[length] = '\0';
    write_all("\r");
    write_all(progress);
    write_all("\x1b[K");
    pthread_mutex_unlock(&lock);
}
