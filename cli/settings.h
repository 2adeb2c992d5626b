// The settings of one command: each option's value and where it came from.
//
// Layers, from the highest: command line, environment, settings file, defaults. Every value is
// checked in whatever layer it stands; a value of a lower layer never replaces one of a higher.
#ifndef VQAGEN_SETTINGS_H
#define VQAGEN_SETTINGS_H

#include "buffer.h"
#include "capability.h"
#include "topic.h"
#include "value.h"

enum setting_source { FROM_NOWHERE, FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_ARGUMENTS };

struct setting {
    char *text; // as given; owned; NULL while it has no value
    char *from; // for people: "default", "environment VQAGEN_SEED", "s.yaml line 3"; owned
    enum setting_source source;
    struct value value; // of typed options
};

struct settings {
    unsigned command; // enum option_command
    struct setting list[OPTION_COUNT];
    char **operands; // as given; owned with their texts
    size_t operand_count;
    const char *operand; // the first: INPUT of generate, COMMAND of help; NULL: none is given
    struct topic_definition *own_topics; // of the settings file; owned with their strings
    size_t own_topic_count;
    struct capability *capabilities; // the same; checked
    size_t capability_count;
};

void settings_init(struct settings *settings, unsigned command);
void settings_clear(struct settings *settings);

// All layers. arguments[0] is the command's name. environment: as environ. False: ERR_USAGE for the
// command line, ERR_SETTINGS for the others. When --help is given, nothing else is read.
bool settings_read(struct settings *settings, int count, char **arguments, char *const *environment,
                   struct error *why);

// The layers one by one: arguments.c, settings_environment.c, settings_file.c, settings_read.c.
bool settings_read_arguments(struct settings *settings, int count, char **arguments,
                             struct error *why);
bool settings_read_environment(struct settings *settings, char *const *environment,
                               struct error *why);
bool settings_read_file(struct settings *settings, const char *path, struct error *why);
bool settings_read_defaults(struct settings *settings, struct error *why);

// "@FILE" in prose and JSON becomes the file's text ("@@" stands for one "@" at the beginning);
// JSON must be an object; options that contradict each other are refused. Part of settings_read.
bool settings_complete(struct settings *settings, struct error *why);

// Checks a value and keeps it unless a higher layer has set one. from: see struct setting. A
// further value of the same layer is added to a list, and replaces anything else.
bool settings_offer(struct settings *settings, enum option_id id, const char *text,
                    enum setting_source source, const char *from, struct error *why);

// Takes a value away.
void settings_drop(struct settings *settings, enum option_id id);

const char *settings_text(const struct settings *settings, enum option_id id); // NULL: none
bool settings_switch(const struct settings *settings, enum option_id id);
uint64_t settings_number(const struct settings *settings, enum option_id id); // 0: none
double settings_real(const struct settings *settings, enum option_id id);

// A variable's value; NULL: not set.
const char *settings_variable(char *const *environment, const char *name);

// The value as it may be shown: secrets and passwords in URLs shortened. Appends it.
void settings_write_shown(const struct settings *settings, enum option_id id, struct buffer *out);

// For --show-settings: "name  value  from" lines in columns.
void settings_write_table(const struct settings *settings, struct buffer *out);

// For run.json: {"per-image":{"value":4,"from":"default"},...}.
void settings_write_json(const struct settings *settings, struct buffer *out);

#endif
