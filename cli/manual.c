// The man page and the Markdown table of settings.
#include "endpoint.h"
#include "help.h"

#include <string.h>

// Text that roff takes as it stands: '-' is a hyphen to it unless escaped, '\' begins an escape,
// and a line must not begin with '.' or '\''.
static void write_roff(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bool line_begins = out->length == 0 || out->data[out->length - 1] == '\n';
        if (line_begins && (*text == '.' || *text == '\''))
            buffer_append_text(out, "\\&");
        if (*text == '\\')
            buffer_append_text(out, "\\e");
        else if (*text == '-')
            buffer_append_text(out, "\\-");
        else if (*text == '~')
            buffer_append_text(out, "\\(ti");
        else if (*text == '^')
            buffer_append_text(out, "\\(ha");
        else if (*text == '\'')
            buffer_append_text(out, "\\(aq");
        else if (*text == '`')
            buffer_append_text(out, "\\(ga");
        else if (*text == '\n' && text[1] == '\n')
            buffer_append_text(out, "\n.PP\n"), text++;
        else
            buffer_append_char(out, *text);
    }
}

static void write_section(struct buffer *out, const char *macro, const char *title)
{
    // Titles stand in quotes, so that one with blanks is one argument.
    buffer_append_format(out, ".%s \"%s\"\n", macro, title);
}

static void write_option(struct buffer *out, const struct option_entry *option)
{
    buffer_append_text(out, ".TP\n\\fB");
    if (option->letter != 0)
        buffer_append_format(out, "\\-%c\\fR, \\fB", option->letter);
    buffer_append_text(out, "\\-\\-");
    write_roff(out, option->name);
    buffer_append_text(out, "\\fR");
    if (option->argument != NULL) {
        buffer_append_text(out, " \\fI");
        write_roff(out, option->argument);
        buffer_append_text(out, "\\fR");
    }
    buffer_append_char(out, '\n');
    struct buffer remarks;
    buffer_init(&remarks, out->ceiling);
    buffer_append_text(&remarks, option->help);
    help_write_remarks(&remarks, option);
    if ((option->flags & OPTION_DATASET) != 0)
        buffer_append_text(&remarks, " Part of what the dataset is: another value needs another "
                                     "DIR.");
    write_roff(out, buffer_text(&remarks));
    buffer_append_char(out, '\n');
    buffer_clear(&remarks);
}

static void write_command(struct buffer *out, const struct command *command)
{
    buffer_append_text(out, ".SH \"VQAGEN ");
    for (const char *c = command->name; *c != '\0'; c++)
        buffer_append_char(out, (char)(*c - 'a' + 'A'));
    buffer_append_text(out, "\"\n.B vqagen ");
    buffer_append_format(out, "%s\n", command->name);
    write_roff(out, command->synopsis);
    buffer_append_text(out, "\n.PP\n");
    write_roff(out, command->description);
    buffer_append_char(out, '\n');
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        const struct option_entry *option = option_next(NULL, group, command->bit);
        if (option != NULL)
            write_section(out, "SS", option_group_title(group));
        for (; option != NULL; option = option_next(option, group, command->bit))
            write_option(out, option);
    }
    write_section(out, "SS", "Examples");
    for (const struct command_example *example = command->examples; example->what != NULL;
         example++) {
        // The first paragraph of a section begins by itself.
        if (example != command->examples)
            buffer_append_text(out, ".PP\n");
        write_roff(out, example->what);
        buffer_append_text(out, ":\n.PP\n.nf\n.RS 4\n");
        write_roff(out, example->line);
        buffer_append_text(out, "\n.RE\n.fi\n");
    }
}

static void write_settings_file(struct buffer *out)
{
    write_section(out, "SH", "SETTINGS FILE");
    write_roff(out, "The file given with --settings is YAML: the long names of generate's options, "
                    "with dashes or underscores, and their values. Topics of your own stand under "
                    "own_topics, each with a name and an intent, and if need be answer_type, "
                    "constraints and example. What models take, where vqagen does not know it or "
                    "knows it wrongly, stands under capabilities: a model or an endpoint as a "
                    "pattern, and vision, temperature, stream, stream_usage, prefix (yes or no), "
                    "max_tokens (max_tokens, max_completion_tokens or none), structured (schema, "
                    "object or none), thinking_off, thinking_low, thinking_medium and "
                    "thinking_high (JSON objects to be sent for --thinking). Keys are refused "
                    "there: they do not belong into a "
                    "file that is kept with the data. For example:\n\n");
    buffer_append_text(out, ".nf\n.RS 4\n");
    write_roff(out, "endpoint: openai\n"
                    "model: gpt-4o-mini\n"
                    "per_image: 6\n"
                    "topics: [counting, position, material]\n"
                    "own_topics:\n"
                    "  - name: material\n"
                    "    intent: ask what something is made of\n"
                    "    answer_type: one or two words\n"
                    "capabilities:\n"
                    "  - model: \"my-model*\"\n"
                    "    temperature: no\n");
    buffer_append_text(out, ".RE\n.fi\n");
}

static void write_environment(struct buffer *out)
{
    char name[OPTION_VARIABLE_BYTES];
    const struct endpoint_preset *preset;
    write_section(out, "SH", "ENVIRONMENT");
    write_roff(out, "Every option of generate is also a variable, VQAGEN_ and its name in capitals "
                    "with underscores (VQAGEN_PER_IMAGE); those of simulate begin with "
                    "VQAGEN_SIMULATOR_. Further:\n");
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        if ((option->flags & OPTION_NO_ARGV) == 0 || option_variable(option, name)[0] == '\0')
            continue;
        buffer_append_format(out, ".TP\n.B %s\n", name);
        write_roff(out, option->help);
        buffer_append_char(out, '\n');
    }
    for (size_t i = 0; (preset = endpoint_preset_at(i)) != NULL; i++) {
        if (preset->key_variable == NULL)
            continue;
        buffer_append_format(out, ".TP\n.B %s\n", preset->key_variable);
        buffer_append_text(out, "The key for ");
        write_roff(out, preset->title);
        buffer_append_format(out, " (\\-\\-endpoint %s)", preset->name);
        if (preset->url_variable != NULL)
            buffer_append_format(out, ", whose address %s replaces", preset->url_variable);
        buffer_append_text(out, ".\n");
    }
}

static void write_files(struct buffer *out)
{
    static const char *const files[][2] = {
        {"DIR/dataset.jsonl", "Accepted items in input order, a JSON object a line."},
        {"DIR/dataset.jsonl.part", "The same while the run goes on, extended batch by batch."},
        {"DIR/failures.jsonl", "Every other item, with the reason."},
        {"DIR/run.json", "Settings with their origin, counts, tokens, times of the run."},
        {"DIR/run.db", "Replies and states (SQLite); what makes going on possible."},
        {"DIR/images/", "Images that came as base64 or by URL."},
    };
    write_section(out, "SH", "FILES");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        buffer_append_text(out, ".TP\n.I ");
        write_roff(out, files[i][0]);
        buffer_append_char(out, '\n');
        write_roff(out, files[i][1]);
        buffer_append_char(out, '\n');
    }
}

static void write_exit_status(struct buffer *out)
{
    size_t index = 0;
    int code;
    const char *meaning;
    write_section(out, "SH", "EXIT STATUS");
    while (help_next_exit_code(&index, &code, &meaning)) {
        buffer_append_format(out, ".TP\n.B %d\n", code);
        write_roff(out, meaning);
        buffer_append_char(out, '\n');
    }
}

void manual_write(struct buffer *out)
{
    buffer_append_text(out, ".\\\" Made by `vqagen help --man` from the tables of commands and "
                            "options.\n"
                            ".TH VQAGEN 1 \"\" \"vqagen " VQAGEN_VERSION "\" \"User Commands\"\n");
    write_section(out, "SH", "NAME");
    buffer_append_text(out, "vqagen \\- turn images into a visual question answering dataset\n");
    write_section(out, "SH", "SYNOPSIS");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        buffer_append_format(out, "%s.B vqagen %s\n", i > 0 ? ".br\n" : "", command_at(i)->name);
        write_roff(out, command_at(i)->synopsis);
        buffer_append_char(out, '\n');
    }
    write_section(out, "SH", "DESCRIPTION");
    write_roff(out, "vqagen sends images to a vision model over HTTP and makes multiple-choice and "
                    "fill-in items of its replies: a question is drafted unless one was given, "
                    "answered, and provided with wrong options that are plausible and really "
                    "wrong. Every item is checked, and every claim can be traced to the reply it "
                    "came from. Results are on standard output or in files, everything else is on "
                    "standard error.\n");
    for (size_t i = 0; command_at(i) != NULL; i++)
        write_command(out, command_at(i));
    write_settings_file(out);
    write_environment(out);
    write_files(out);
    write_exit_status(out);
}

// '|' would end a cell.
static void write_cell(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            buffer_append_char(out, '\\');
        buffer_append_char(out, *text);
    }
}

static void write_row(struct buffer *out, const struct option_entry *option)
{
    char variable[OPTION_VARIABLE_BYTES], phrase[VALUE_PHRASE_BYTES];
    buffer_append_text(out, "| `");
    if (option->letter != 0)
        buffer_append_format(out, "-%c`, `", option->letter);
    buffer_append_format(out, "--%s", option->name);
    if (option->argument != NULL) {
        buffer_append_char(out, ' ');
        write_cell(out, option->argument);
    }
    buffer_append_text(out, "` | ");
    if (option->initial != NULL && option->argument != NULL) {
        buffer_append_char(out, '`');
        write_cell(out, option->initial);
        buffer_append_char(out, '`');
    }
    option_variable(option, variable);
    buffer_append_format(out, " | %s%s%s | ", variable[0] != '\0' ? "`" : "", variable,
                         variable[0] != '\0' ? "`" : "");
    write_cell(out, option->help);
    if (option->type == TYPE_CHOICE)
        buffer_append_format(out, " One of %s.", value_phrase(option, phrase));
    if ((option->flags & OPTION_DATASET) != 0)
        buffer_append_text(out, " ¹");
    buffer_append_text(out, " |\n");
}

void manual_write_markdown(struct buffer *out)
{
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        const struct option_entry *option = option_next(NULL, group, FOR_GENERATE);
        if (option != NULL)
            buffer_append_format(out,
                                 "%s**%s**\n\n| option | default | variable | what it does "
                                 "|\n| --- | --- | --- | --- |\n",
                                 out->length > 0 ? "\n" : "", option_group_title(group));
        for (; option != NULL; option = option_next(option, group, FOR_GENERATE))
            if (option->id != OPTION_HELP)
                write_row(out, option);
    }
    buffer_append_text(out, "\n¹ Part of what the dataset is: another value needs another DIR.\n");
}
