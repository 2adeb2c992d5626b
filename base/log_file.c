#include "log_file.h"

#include "clock.h"
#include "json.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LINE = 16 << 10 };

// Set while the process starts, and at its end.
static int file = -1;
static atomic_bool told; // that the file cannot be written

bool log_file_open(const char *path, struct error *why)
{
    file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    return file >= 0 || error_set_errno(why, ERR_DISK, "cannot write the log %s", path);
}

void log_file_close(void)
{
    if (file >= 0)
        close(file);
    file = -1;
}

bool log_file_is_open(void)
{
    return file >= 0;
}

const char *log_component_name(enum log_component component)
{
    return component == LOG_CLIENT ? "client" : component == LOG_RETRY ? "retry" : "pace";
}

static void begin_line(struct buffer *line, const char *level)
{
    char time[32];
    int64_t wall_ms = clock_wall_ms();
    clock_format_utc(wall_ms, time);
    char *zone = strchr(time, 'Z');
    if (zone != NULL)
        snprintf(zone, sizeof time - (size_t)(zone - time), ".%03dZ", (int)(wall_ms % 1000));
    buffer_init(line, MAX_LINE);
    buffer_append_char(line, '{');
    json_write_string_field(line, "time", time);
    json_write_string_field(line, "level", level);
}

// A line that does not fit or cannot be written is missing; the run is worth more than its log.
static void end_line(struct buffer *line)
{
    buffer_append_text(line, "}\n");
    if (!line->failed && write(file, line->data, line->length) != (ssize_t)line->length &&
        !atomic_exchange(&told, true))
        fprintf(stderr, "warning: the log file cannot be written (%s); it is not whole\n",
                strerror(errno));
    buffer_clear(line);
}

void log_file_message(const char *level, const char *message)
{
    struct buffer line;
    if (file < 0)
        return;
    begin_line(&line, level);
    json_write_string_field(&line, "message", message);
    end_line(&line);
}

// Texts of events may come from outside.
static void write_text(struct buffer *line, const char *name, const char *text)
{
    char *copy = strdup(text);
    if (copy != NULL)
        json_write_string_field(line, name, secret_hide_base64(secret_hide(copy)));
    free(copy);
}

void log_file_event(const struct log_event *event)
{
    struct buffer line;
    if (file < 0)
        return;
    begin_line(&line, "trace");
    json_write_string_field(&line, "component", log_component_name(event->component));
    if (event->item != NULL)
        write_text(&line, "item", event->item);
    if (event->call != NULL)
        json_write_string_field(&line, "call", event->call);
    json_write_string_field(&line, "event", event->what);
    for (const struct log_field *field = event->fields; field->name != NULL; field++)
        if (field->text == NULL)
            json_write_integer_field(&line, field->name, field->number);
        else if (*field->text != '\0')
            write_text(&line, field->name, field->text);
    end_line(&line);
}
