// Help texts, all from the tables of commands and options.
#ifndef VQAGEN_HELP_H
#define VQAGEN_HELP_H

#include "command.h"

// Prints a command's help on standard output, as wide as the terminal.
bool help_print(const struct command *command, struct error *why);

// The same, and the overview, into a buffer; lines of at most `width` characters where words allow.
void help_write_command(struct buffer *out, const struct command *command, size_t width);
void help_write_overview(struct buffer *out, size_t width);

// The man page (roff, man macros). See manual.c.
void manual_write(struct buffer *out);

// The settings of generate as a Markdown table. See manual.c.
void manual_write_markdown(struct buffer *out);

// A completion script: "bash", "zsh" or "fish". See shell_completion.c.
void shell_completion_write(struct buffer *out, const char *shell);

// What stands behind an option's help: "One of a, b or c. Default: 4." Appends it, beginning with a
// blank, or nothing.
void help_write_remarks(struct buffer *out, const struct option_entry *option);

// The words that --endpoint and --topics take, joined by `between`; the topics are the built-in
// ones.
void help_write_endpoints(struct buffer *out, const char *between);
void help_write_topics(struct buffer *out, const char *between);

// The next error kind with a new exit code, for tables of exit codes: *index begins at 0. False at
// the end.
bool help_next_exit_code(size_t *index, int *code, const char **meaning);

#endif
