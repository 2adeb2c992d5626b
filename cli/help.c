#include "help.h"

#include "endpoint.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NARROWEST = 50, WIDEST = 100, TEXT_CEILING = 1024 * 1024, HELP_COLUMN = 30 };

// Words flow into lines of at most width characters; lines after the first begin with `indent`
// blanks. column: where the first word stands. Ends with a line break.
static void write_wrapped(struct buffer *out, const char *text, size_t column, size_t indent,
                          size_t width)
{
    bool first = true;
    while (*text != '\0') {
        size_t length = strcspn(text, " \n");
        char *word = text_copy_length(text, length);
        size_t wide = word != NULL ? text_characters(word) : length;
        free(word);
        if (!first && column + 1 + wide > width) {
            buffer_append_format(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            buffer_append_char(out, ' ');
            column++;
        }
        buffer_append(out, text, length);
        column += wide;
        first = false;
        text += length;
        if (text[0] == '\n' && text[1] == '\n') {
            buffer_append_format(out, "\n\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        text += strspn(text, " \n");
    }
    buffer_append_char(out, '\n');
}

static void write_examples(struct buffer *out, const struct command *command)
{
    buffer_append_text(out, "Examples\n");
    for (const struct command_example *example = command->examples; example->what != NULL;
         example++)
        buffer_append_format(out, "  # %s\n  %s\n%s", example->what, example->line,
                             example[1].what != NULL ? "\n" : "");
}

void help_write_endpoints(struct buffer *out, const char *between)
{
    const struct endpoint_preset *preset;
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL; i++)
        buffer_append_format(out, "%s%s", preset->name, between);
    buffer_append_text(out, "builtin");
}

void help_write_topics(struct buffer *out, const char *between)
{
    size_t count;
    const struct topic *topics = topic_table(&count);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, "%s%s", i > 0 ? between : "", topics[i].name);
}

void help_write_remarks(struct buffer *out, const struct option_entry *option)
{
    char phrase[VALUE_PHRASE_BYTES];
    if (option->type == TYPE_CHOICE)
        buffer_append_format(out, " One of %s.", value_phrase(option, phrase));
    if (option->id == OPTION_ENDPOINT) {
        buffer_append_text(out, " Names: ");
        help_write_endpoints(out, ", ");
        buffer_append_char(out, '.');
    }
    if (option->id == OPTION_TOPICS) {
        buffer_append_text(out, " Topics: ");
        help_write_topics(out, ", ");
        buffer_append_char(out, '.');
    }
    if (option->initial != NULL && option->argument != NULL)
        buffer_append_format(out, " Default: %s.", option->initial);
}

static void write_option(struct buffer *out, const struct option_entry *option, size_t width)
{
    char left[80], letter[8] = "    ";
    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "  %s--%s%s%s", letter, option->name,
             option->argument != NULL ? " " : "", option->argument != NULL ? option->argument : "");
    buffer_append_text(out, left);
    if (strlen(left) + 2 > HELP_COLUMN)
        buffer_append_format(out, "\n%*s", HELP_COLUMN, "");
    else
        buffer_append_format(out, "%*s", (int)(HELP_COLUMN - strlen(left)), "");
    struct buffer text;
    buffer_init(&text, TEXT_CEILING);
    buffer_append_text(&text, option->help);
    help_write_remarks(&text, option);
    write_wrapped(out, buffer_text(&text), HELP_COLUMN, HELP_COLUMN, width);
    buffer_clear(&text);
}

static void write_group(struct buffer *out, const struct command *command, enum option_group group,
                        size_t width)
{
    const struct option_entry *option = option_next(NULL, group, command->bit);
    if (option != NULL)
        buffer_append_format(out, "\n%s\n", option_group_title(group));
    for (; option != NULL; option = option_next(option, group, command->bit))
        write_option(out, option, width);
}

static void write_paragraph(struct buffer *out, const char *title, const char *text, size_t width)
{
    buffer_append_format(out, "\n%s\n  ", title);
    write_wrapped(out, text, 2, 2, width);
}

// What a user of generate must know beside the options.
static void write_settings_notes(struct buffer *out, size_t width)
{
    struct buffer text;
    buffer_init(&text, TEXT_CEILING);
    buffer_append_text(
        &text,
        "Every option is also a variable (--per-image is VQAGEN_PER_IMAGE) and a key of the "
        "settings file (per_image: 6). The command line goes before variables, these before "
        "the settings file, that before defaults; --show-settings tells what holds. A switch "
        "is turned off by --no-NAME.");
    write_paragraph(out, "Where settings come from", buffer_text(&text), width);
    buffer_empty(&text);
    buffer_append_text(&text, "The key comes from VQAGEN_API_KEY, from --api-key-file, or from the "
                              "variable of the provider:");
    const struct endpoint_preset *preset;
    const char *before = " ";
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL; i++)
        if (preset->key_variable != NULL) {
            buffer_append_format(&text, "%s%s (%s)", before, preset->key_variable, preset->name);
            before = ", ";
        }
    buffer_append_text(&text, ". It is never taken from the command line. Local servers need "
                              "none.");
    write_paragraph(out, "Keys", buffer_text(&text), width);
    buffer_clear(&text);
}

bool help_next_exit_code(size_t *index, int *code, const char **meaning)
{
    // The kinds that name a whole command's end, in the order of their codes.
    static const struct {
        enum error_kind kind;
        const char *meaning; // NULL: the kind's own
    } ends[] = {
        {ERR_NONE, "all done"},
        {ERR_ITEMS, NULL},
        {ERR_USAGE, NULL},
        {ERR_SETTINGS, NULL},
        {ERR_ENDPOINT, NULL},
        {ERR_DISK, "disk or memory gave out"},
        {ERR_STOPPED, "stopped by a fault that no retry heals (no money, key revoked)"},
        {ERR_UNEXPLAINED, NULL},
        {ERR_INTERRUPTED, "interrupted; the same command goes on"},
    };
    if (*index == sizeof ends / sizeof ends[0])
        return false;
    *code = error_exit_code(ends[*index].kind);
    *meaning =
        ends[*index].meaning != NULL ? ends[*index].meaning : error_meaning(ends[*index].kind);
    ++*index;
    return true;
}

static void write_exit_codes(struct buffer *out, size_t width)
{
    size_t index = 0;
    int code;
    const char *meaning;
    buffer_append_text(out, "\nExit codes\n");
    while (help_next_exit_code(&index, &code, &meaning)) {
        buffer_append_format(out, "  %3d  ", code);
        write_wrapped(out, meaning, 7, 7, width);
    }
}

void help_write_command(struct buffer *out, const struct command *command, size_t width)
{
    buffer_append_format(out, "%s\n\nUsage\n  vqagen %s %s\n\n", command->summary, command->name,
                         command->synopsis);
    write_examples(out, command);
    buffer_append_char(out, '\n');
    write_wrapped(out, command->description, 0, 0, width);
    for (enum option_group group = 0; group < GROUP_COUNT; group++)
        write_group(out, command, group, width);
    if (command->bit == FOR_GENERATE) {
        write_settings_notes(out, width);
        write_exit_codes(out, width);
    } else if (command->bit == FOR_PREPARE || command->bit == FOR_DIAGNOSE ||
               command->bit == FOR_TUNE || command->bit == FOR_SHOW) {
        write_exit_codes(out, width);
    } else if (command->bit == FOR_SIMULATE) {
        write_paragraph(out, "Where settings come from",
                        "Every option is also a variable: --latency is VQAGEN_SIMULATOR_LATENCY. "
                        "The command line goes before it.",
                        width);
    }
}

void help_write_overview(struct buffer *out, size_t width)
{
    write_wrapped(
        out,
        "vqagen turns a folder of images into a visual-question-answering dataset: "
        "multiple-choice and fill-in items that a vision model drafted and answered, each "
        "checked, each traceable to the reply it came from.",
        0, 0, width);
    buffer_append_text(out,
                       "\nBegin here\n"
                       "  # Without key or network, with the model inside vqagen\n"
                       "  vqagen generate photos -o out --endpoint builtin\n"
                       "\n"
                       "  # With a provider: the key comes from the environment\n"
                       "  export OPENAI_API_KEY=...\n"
                       "  vqagen generate photos -o out --endpoint openai --model gpt-4o-mini\n"
                       "\n"
                       "  # What would be asked, and what it costs in tokens\n"
                       "  vqagen generate photos --dry-run\n"
                       "\n"
                       "  # How many calls at once, and in what batches?\n"
                       "  vqagen tune photos --endpoint openai --model gpt-4o-mini\n"
                       "\n"
                       "  # Why does it answer 400 or 401?\n"
                       "  vqagen diagnose --endpoint openai --model gpt-4o-mini\n"
                       "\nCommands\n");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        buffer_append_format(out, "  %-10s ", command_at(i)->name);
        write_wrapped(out, command_at(i)->summary, 13, 13, width);
    }
    buffer_append_text(out, "\n`vqagen help COMMAND` explains one; `vqagen --version` tells the "
                            "version.\n");
    write_exit_codes(out, width);
}

static size_t terminal_width(void)
{
    struct winsize size;
    size_t width = 80;
    const char *columns = getenv("COLUMNS");
    long long number;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    else if (columns != NULL && text_to_integer(columns, &number) && number > 0)
        width = (size_t)number;
    return width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : width;
}

static bool print(struct buffer *out, struct error *why)
{
    bool good = buffer_check(out, "the help text", why);
    if (good)
        fputs(buffer_text(out), stdout);
    buffer_clear(out);
    return good;
}

bool help_print(const struct command *command, struct error *why)
{
    struct buffer out;
    buffer_init(&out, TEXT_CEILING);
    help_write_command(&out, command, terminal_width());
    return print(&out, why);
}

bool help_run(struct settings *settings, char *const *environment, int *exit_code,
              struct error *why)
{
    (void)environment;
    (void)exit_code;
    struct buffer out;
    buffer_init(&out, TEXT_CEILING);
    const char *shell = settings_text(settings, OPTION_COMPLETION);
    if (settings_switch(settings, OPTION_MAN)) {
        manual_write(&out);
    } else if (settings_switch(settings, OPTION_MARKDOWN)) {
        manual_write_markdown(&out);
    } else if (shell != NULL) {
        shell_completion_write(&out, shell);
    } else if (settings->operand == NULL) {
        help_write_overview(&out, terminal_width());
    } else {
        const struct command *command = command_find(settings->operand);
        if (command == NULL)
            return command_refuse(settings->operand, why);
        help_write_command(&out, command, terminal_width());
    }
    return print(&out, why);
}
