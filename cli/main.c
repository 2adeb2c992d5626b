// vqagen: a folder of images in, a visual-question-answering dataset out.
#include "command.h"
#include "memory.h"
#include "secret.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

// Messages carry texts from files and endpoints, which must not steer the terminal.
static void print_error(char *message)
{
    for (char *c = secret_hide(message); *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t')
            *c = '?';
    fprintf(stderr, "vqagen: %s\n", message);
}

int main(int count, char **arguments)
{
    struct error why = {0};
    int exit_code = 0;
    memory_watch_json();
    memory_watch_new();
    if (!memory_settle(command_run(count, arguments, environ, &exit_code, &why), &why)) {
        if (why.kind == ERR_NONE)
            error_set(&why, ERR_INTERNAL, "the command failed and left no reason");
        exit_code = error_exit_code(why.kind);
        print_error(why.message);
    }
    errno = 0;
    // A full disk shows here at the latest. Who has stopped reading (`vqagen help | head`) does not
    // mind.
    if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE && exit_code == 0) {
        error_set_errno(&why, ERR_DISK, "cannot write to standard output");
        exit_code = error_exit_code(why.kind);
        print_error(why.message);
    }
    return exit_code;
}
