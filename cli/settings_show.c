// Settings for people (--show-settings) and for run.json.
#include "json.h"
#include "secret.h"
#include "settings.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 60 };

static bool is_shown(const struct settings *settings, const struct option_entry *option)
{
    return (option->commands & settings->command) != 0 && (option->flags & OPTION_HIDDEN) == 0 &&
           option->id != OPTION_HELP && option->id != OPTION_SHOW_SETTINGS;
}

// "http://user:password@host" as "http://***@host".
static void write_url(const char *url, struct buffer *out)
{
    const char *scheme = strstr(url, "://");
    const char *host = scheme != NULL ? scheme + 3 : url;
    const char *at = memrchr(host, '@', strcspn(host, "/?#"));
    if (at != NULL) {
        buffer_append(out, url, (size_t)(host - url));
        buffer_append_text(out, "***");
        url = at;
    }
    // A query may carry a key.
    size_t length = strcspn(url, "?#");
    buffer_append(out, url, length);
    if (url[length] != '\0')
        buffer_append_text(out, "?***");
}

void settings_write_shown(const struct settings *settings, enum option_id id, struct buffer *out)
{
    const struct option_entry *option = option_at(id);
    const char *text = settings->list[id].text;
    char brief[16];
    if (text == NULL)
        return;
    if ((option->flags & OPTION_SECRET) != 0)
        buffer_append_text(out, secret_shorten(text, brief));
    else if (option->type == TYPE_URL || id == OPTION_ENDPOINT || id == OPTION_PROXY)
        write_url(text, out);
    else
        buffer_append_text(out, text);
}

// One line of at most SHOWN_BYTES.
static void write_cell(const struct settings *settings, enum option_id id, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, out->ceiling);
    settings_write_shown(settings, id, &text);
    char *line = buffer_take(&text);
    if (line == NULL) {
        out->failed = true;
        return;
    }
    secret_hide(text_one_line(line));
    size_t length = text_cut(line, SHOWN_BYTES);
    buffer_append_format(out, "%.*s%s", (int)length, line, line[length] != '\0' ? "..." : "");
    free(line);
}

static void pad(struct buffer *out, size_t line_begin, size_t column)
{
    do
        buffer_append_char(out, ' ');
    while (!out->failed && text_characters(out->data + line_begin) < column);
}

static void write_line(struct buffer *out, const char *name, const char *from,
                       const struct settings *settings, enum option_id id)
{
    size_t begin = out->length;
    buffer_append_text(out, name);
    pad(out, begin, 22);
    if (id == OPTION_COUNT)
        buffer_append_text(out, settings->operand != NULL ? settings->operand : "-");
    else if (settings->list[id].text == NULL)
        buffer_append_text(out, "-");
    else
        write_cell(settings, id, out);
    pad(out, begin, 62);
    buffer_append_format(out, "%s\n", from);
}

// "capability            model: qwen*  vision: no".
static void write_capability(struct capability *row, struct buffer *out)
{
    size_t begin = out->length;
    buffer_append_text(out, "capability");
    pad(out, begin, 20);
    for (size_t key = 0; key < CAPABILITY_KEYS; key++)
        if (*capability_at(row, key) != NULL)
            buffer_append_format(out, "  %s: %s", capability_key(key), *capability_at(row, key));
    buffer_append_char(out, '\n');
}

void settings_write_table(const struct settings *settings, struct buffer *out)
{
    if (settings->operand != NULL)
        write_line(out, "INPUT", "command line", settings, OPTION_COUNT);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const struct option_entry *option = option_at(id);
        const struct setting *setting = &settings->list[id];
        if (is_shown(settings, option))
            write_line(out, option->name, setting->text != NULL ? setting->from : "not set",
                       settings, id);
    }
    for (size_t i = 0; i < settings->own_topic_count; i++)
        buffer_append_format(out, "own topic             %s\n", settings->own_topics[i].name);
    for (size_t i = 0; i < settings->capability_count; i++)
        write_capability(&settings->capabilities[i], out);
}

static void write_value(const struct settings *settings, enum option_id id, struct buffer *out)
{
    const struct setting *setting = &settings->list[id];
    struct buffer shown;
    switch (option_at(id)->type) {
    case TYPE_SWITCH:
        json_write_bool_field(out, "value", setting->value.yes);
        break;
    case TYPE_WHOLE:
        if ((option_at(id)->flags & OPTION_OR_AUTO) != 0 && setting->value.number == 0) {
            json_write_string_field(out, "value", "auto");
            break;
        }
        // As digits: the largest seeds do not fit a signed number.
        json_write_name(out, "value");
        buffer_append_format(out, "%llu", (unsigned long long)setting->value.number);
        break;
    case TYPE_REAL:
        if (setting->value.real >= 0) {
            json_write_real_field(out, "value", setting->value.real);
            break;
        } // else "none": fall through
        // fall through
    default:
        buffer_init(&shown, out->ceiling);
        settings_write_shown(settings, id, &shown);
        json_write_string_field(out, "value", buffer_text(&shown));
        buffer_clear(&shown);
    }
}

void settings_write_json(const struct settings *settings, struct buffer *out)
{
    buffer_append_char(out, '{');
    if (settings->operand != NULL) {
        json_write_name(out, "input");
        buffer_append_char(out, '{');
        json_write_string_field(out, "value", settings->operand);
        json_write_string_field(out, "from", "command line");
        buffer_append_char(out, '}');
    }
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        if (!is_shown(settings, option_at(id)) || settings->list[id].text == NULL)
            continue;
        json_write_name(out, option_at(id)->name);
        buffer_append_char(out, '{');
        write_value(settings, id, out);
        json_write_string_field(out, "from", settings->list[id].from);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, '}');
}
