// Helpers of the settings tests: command lines as one text, files in a folder of their own.
#ifndef VQAGEN_TEST_CASE_H
#define VQAGEN_TEST_CASE_H

#include "settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CASE_WORDS = 80 };

static char case_folder[64];

// Tests run in a folder that is gone afterwards, so that relative names are short.
static inline int case_enter(void **state)
{
    (void)state;
    strcpy(case_folder, "/tmp/vqagen-test-XXXXXX");
    return mkdtemp(case_folder) == NULL || chdir(case_folder) != 0;
}

static inline int case_leave(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", case_folder);
    return chdir("/") != 0 || system(command) != 0;
}

static inline void case_file(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(name, mode), 0);
}

// Reads a command line (words with single blanks between; '_' in a word stays) and variables
// ("A=1", NULL ends) into settings; the caller clears them.
static inline bool case_read(struct settings *settings, unsigned command, const char *line,
                             const char *const *variables, struct error *why)
{
    static const char *const none[] = {NULL};
    char text[1000], *words[CASE_WORDS + 1], *rest = text;
    int count = 0;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " "))
        words[count++] = word;
    words[count] = NULL;
    settings_init(settings, command);
    *why = (struct error){0};
    char *environment[CASE_WORDS + 1];
    size_t length = 0;
    for (variables = variables != NULL ? variables : none; *variables != NULL; variables++)
        environment[length++] = strdup(*variables);
    environment[length] = NULL;
    bool good = settings_read(settings, count, words, environment, why);
    while (length > 0)
        free(environment[--length]);
    return good;
}

#define VARIABLES(...) ((const char *const[]){__VA_ARGS__, NULL})

// Reads and expects a refusal of that kind whose message holds all the given texts.
static inline void case_refused(unsigned command, const char *line, const char *const *variables,
                                enum error_kind kind, const char *says)
{
    struct settings settings;
    struct error why;
    bool good = case_read(&settings, command, line, variables, &why);
    print_message("%s: %s\n", line, why.message);
    assert_false(good);
    assert_int_equal(why.kind, kind);
    if (strstr(why.message, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why.message, says);
    settings_clear(&settings);
}

#endif
