// Completion scripts for bash, zsh and fish. They need nothing but the shell itself.
#include "help.h"

#include <string.h>

static void write_bash(struct buffer *out);
static void write_zsh(struct buffer *out);
static void write_fish(struct buffer *out);

void shell_completion_write(struct buffer *out, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        write_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        write_zsh(out);
    else
        write_fish(out);
}

// The words that an option's value may be, blanks between; nothing when it may be anything.
static void write_words(struct buffer *out, const struct option_entry *option)
{
    if (option->id == OPTION_ENDPOINT)
        help_write_endpoints(out, " ");
    else if (option->id == OPTION_TOPICS)
        help_write_topics(out, " ");
    else if (option->type == TYPE_SHARES)
        buffer_append_text(out, "multiple_choice fill_in_blank");
    else if (option->type == TYPE_CHOICE)
        for (const char *c = option->choices; *c != '\0'; c++)
            buffer_append_char(out, *c == '|' ? ' ' : *c);
}

static bool has_words(const struct option_entry *option)
{
    return option->type == TYPE_CHOICE || option->type == TYPE_SHARES ||
           option->id == OPTION_ENDPOINT || option->id == OPTION_TOPICS;
}

static void write_command_names(struct buffer *out)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        buffer_append_format(out, "%s%s", i > 0 ? " " : "", command_at(i)->name);
}

// ---- bash ----

static void write_bash_value(struct buffer *out, const struct option_entry *option)
{
    buffer_append_format(out, "        --%s", option->name);
    if (option->letter != 0)
        buffer_append_format(out, " | -%c", option->letter);
    buffer_append_text(out, ") ");
    if (has_words(option)) {
        buffer_append_text(out, "_vqagen_words '");
        write_words(out, option);
        buffer_append_char(out, '\'');
    } else if (option->type == TYPE_DIRECTORY) {
        buffer_append_text(out, "_vqagen_files -d");
    } else if (option->type == TYPE_FILE) {
        buffer_append_text(out, "_vqagen_files -f");
    } else {
        buffer_append_char(out, ':'); // anything: nothing can be offered
    }
    buffer_append_text(out, "; return ;;\n");
}

static void write_bash_command(struct buffer *out, const struct command *command)
{
    buffer_append_format(out, "    %s)\n        case $previous in\n", command->name);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_entry *option = option_at((enum option_id)id);
        if (option_is_listed(option, command->bit) && option->argument != NULL)
            write_bash_value(out, option);
    }
    buffer_append_text(out, "        esac\n"
                            "        case $current in\n"
                            "        -*) _vqagen_words '");
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (option_is_listed(option_at((enum option_id)id), command->bit))
            buffer_append_format(out, "--%s ", option_at((enum option_id)id)->name);
    buffer_truncate(out, out->length - 1);
    buffer_append_text(out, "' ;;\n");
    if (command->reads_files)
        buffer_append_text(out, "        *) _vqagen_files -f ;;\n");
    if (command->bit == FOR_HELP) {
        buffer_append_text(out, "        *) _vqagen_words '");
        write_command_names(out);
        buffer_append_text(out, "' ;;\n");
    }
    buffer_append_text(out, "        esac\n        ;;\n");
}

static void write_bash(struct buffer *out)
{
    buffer_append_text(out,
                       "# bash completion for vqagen, made by `vqagen help --completion bash`\n"
                       "_vqagen_words() {\n"
                       "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n"
                       "}\n"
                       "_vqagen_files() {\n"
                       "    compopt -o filenames 2> /dev/null\n"
                       "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n"
                       "}\n"
                       "_vqagen() {\n"
                       "    local current=${COMP_WORDS[COMP_CWORD]}\n"
                       "    local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
                       "    COMPREPLY=()\n"
                       "    if ((COMP_CWORD == 1)); then\n"
                       "        _vqagen_words '");
    write_command_names(out);
    buffer_append_text(out, " --help --version'\n"
                            "        return\n"
                            "    fi\n"
                            "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; command_at(i) != NULL; i++)
        write_bash_command(out, command_at(i));
    buffer_append_text(out, "    esac\n}\ncomplete -F _vqagen vqagen\n");
}

// ---- zsh ----

// The first sentence without its full stop, inside single quotes. `escaped`: characters that take a
// backslash.
static void write_brief(struct buffer *out, const char *help, const char *escaped)
{
    const char *end = strstr(help, ". ");
    size_t length = end != NULL ? (size_t)(end - help) : strlen(help) - 1;
    for (size_t i = 0; i < length; i++) {
        if (help[i] == '\'') {
            buffer_append_text(out, "'\\''");
            continue;
        }
        if (strchr(escaped, help[i]) != NULL)
            buffer_append_char(out, '\\');
        buffer_append_char(out, help[i]);
    }
}

static void write_zsh_option(struct buffer *out, const struct option_entry *option)
{
    const char *star = option->type == TYPE_LIST || option->type == TYPE_ENDPOINTS ? "*" : "";
    buffer_append_text(out, "            ");
    if (option->letter != 0 && star[0] == '\0')
        buffer_append_format(out, "'(-%c --%s)'{-%c,--%s}'", option->letter, option->name,
                             option->letter, option->name);
    else
        buffer_append_format(out, "'%s--%s", star, option->name);
    buffer_append_char(out, '[');
    write_brief(out, option->help, "[]\\");
    buffer_append_char(out, ']');
    if (option->argument != NULL) {
        buffer_append_char(out, ':');
        for (const char *c = option->argument; *c != '\0'; c++) {
            if (*c == ':')
                buffer_append_char(out, '\\');
            buffer_append_char(out, *c);
        }
        buffer_append_char(out, ':');
        if (has_words(option)) {
            buffer_append_char(out, '(');
            write_words(out, option);
            buffer_append_char(out, ')');
        } else if (option->type == TYPE_FILE) {
            buffer_append_text(out, "_files");
        } else if (option->type == TYPE_DIRECTORY) {
            buffer_append_text(out, "_files -/");
        }
    }
    buffer_append_text(out, "' \\\n");
}

static void write_zsh(struct buffer *out)
{
    buffer_append_text(out, "#compdef vqagen\n"
                            "# zsh completion for vqagen, made by `vqagen help --completion zsh`\n"
                            "_vqagen() {\n"
                            "    if ((CURRENT == 2)); then\n"
                            "        local -a commands=(\n");
    for (size_t i = 0; command_at(i) != NULL; i++)
        buffer_append_format(out, "            '%s:%s'\n", command_at(i)->name,
                             command_at(i)->summary);
    buffer_append_text(out, "        )\n"
                            "        _describe command commands\n"
                            "        return\n"
                            "    fi\n"
                            "    local command=$words[2]\n"
                            "    shift words\n"
                            "    ((CURRENT--))\n"
                            "    case $command in\n");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const struct command *command = command_at(i);
        buffer_append_format(out, "    %s)\n        _arguments -s \\\n", command->name);
        for (size_t id = 0; id < OPTION_COUNT; id++)
            if (option_is_listed(option_at((enum option_id)id), command->bit))
                write_zsh_option(out, option_at((enum option_id)id));
        if (command->reads_files)
            buffer_append_format(out, "            '1:%s:_files'\n", command->operand);
        else if (command->bit == FOR_HELP) {
            buffer_append_text(out, "            '1:command:(");
            write_command_names(out);
            buffer_append_text(out, ")'\n");
        } else
            buffer_append_text(out, "            ':: :'\n");
        buffer_append_text(out, "        ;;\n");
    }
    // Autoloaded from a folder of $fpath the file is the function; sourced, it must be announced.
    buffer_append_text(out, "    esac\n"
                            "}\n"
                            "if [ \"$funcstack[1]\" = _vqagen ]; then\n"
                            "    _vqagen \"$@\"\n"
                            "else\n"
                            "    compdef _vqagen vqagen\n"
                            "fi\n");
}

// ---- fish ----

static void write_fish_option(struct buffer *out, const struct option_entry *option,
                              const char *command)
{
    buffer_append_format(out, "complete -c vqagen -n '__fish_seen_subcommand_from %s' -l %s",
                         command, option->name);
    if (option->letter != 0)
        buffer_append_format(out, " -s %c", option->letter);
    if (has_words(option)) {
        buffer_append_text(out, " -x -a '");
        write_words(out, option);
        buffer_append_char(out, '\'');
    } else if (option->type == TYPE_FILE) {
        buffer_append_text(out, " -r -F");
    } else if (option->type == TYPE_DIRECTORY) {
        buffer_append_text(out, " -x -a '(__fish_complete_directories)'");
    } else if (option->argument != NULL) {
        buffer_append_text(out, " -x");
    }
    buffer_append_text(out, " -d '");
    write_brief(out, option->help, "\\");
    buffer_append_text(out, "'\n");
}

static void write_fish(struct buffer *out)
{
    buffer_append_text(out,
                       "# fish completion for vqagen, made by `vqagen help --completion fish`\n"
                       "complete -c vqagen -f\n");
    for (size_t i = 0; command_at(i) != NULL; i++)
        buffer_append_format(out, "complete -c vqagen -n __fish_use_subcommand -a %s -d '%s'\n",
                             command_at(i)->name, command_at(i)->summary);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const struct command *command = command_at(i);
        if (command->reads_files)
            buffer_append_format(out, "complete -c vqagen -n '__fish_seen_subcommand_from %s' -F\n",
                                 command->name);
        if (command->bit == FOR_HELP) {
            buffer_append_text(out,
                               "complete -c vqagen -n '__fish_seen_subcommand_from help' -a '");
            write_command_names(out);
            buffer_append_text(out, "'\n");
        }
        for (size_t id = 0; id < OPTION_COUNT; id++)
            if (option_is_listed(option_at((enum option_id)id), command->bit))
                write_fish_option(out, option_at((enum option_id)id), command->name);
    }
}
