// The commands: one constant table, from which dispatch, help, man page and completion come.
#ifndef VQAGEN_COMMAND_H
#define VQAGEN_COMMAND_H

#include "settings.h"

struct command_example {
    const char *what; // a sentence without a full stop; NULL ends the list
    const char *line; // what to type
};

enum { COMMAND_MAX_EXAMPLES = 7 };

struct command {
    const char *name;
    unsigned bit;        // enum option_command
    const char *operand; // "INPUT", or NULL
    bool operand_optional;
    bool operand_repeats;    // it may be given several times
    bool reads_files;        // the operand is a path, for completion
    const char *synopsis;    // behind the name
    const char *summary;     // one line
    const char *description; // paragraphs, with line breaks between
    struct command_example examples[COMMAND_MAX_EXAMPLES + 1];

    // Does the work. True: the process ends with *exit_code. environment: as environ.
    bool (*run)(struct settings *settings, char *const *environment, int *exit_code,
                struct error *why);
};

const struct command *command_at(size_t index);           // NULL past the end
const struct command *command_of(unsigned bit);           // by enum option_command
const struct command *command_find(const char *name);     // NULL: none of that name
bool command_refuse(const char *name, struct error *why); // the error for an unknown name

// The whole program but for printing the error. arguments[0] is the program's name.
bool command_run(int count, char **arguments, char *const *environment, int *exit_code,
                 struct error *why);

// The commands' functions, one file each.
bool generate_run(struct settings *settings, char *const *environment, int *exit_code,
                  struct error *why);
bool prepare_run(struct settings *settings, char *const *environment, int *exit_code,
                 struct error *why);
bool merge_run(struct settings *settings, char *const *environment, int *exit_code,
               struct error *why);
bool salvage_run(struct settings *settings, char *const *environment, int *exit_code,
                 struct error *why);
bool diagnose_run(struct settings *settings, char *const *environment, int *exit_code,
                  struct error *why);
bool show_run(struct settings *settings, char *const *environment, int *exit_code,
              struct error *why);
bool tune_run(struct settings *settings, char *const *environment, int *exit_code,
              struct error *why);
bool simulate_run(struct settings *settings, char *const *environment, int *exit_code,
                  struct error *why);
bool help_run(struct settings *settings, char *const *environment, int *exit_code,
              struct error *why);

#endif
