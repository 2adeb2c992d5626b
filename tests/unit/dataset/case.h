// What the tests of this folder share: a scratch folder, and when bytes count as an image.
#ifndef VQAGEN_TEST_CASE_H
#define VQAGEN_TEST_CASE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

__attribute__((unused)) static bool is_test_image(const void *bytes, size_t length)
{
    return length >= 4 &&
           (memcmp(bytes, "\xff\xd8\xff", 3) == 0 || memcmp(bytes, "\x89PNG", 4) == 0);
}

// A new folder in /tmp; the caller removes it with remove_scratch.
__attribute__((unused)) static char *make_scratch(void)
{
    char *path = strdup("/tmp/vqagen-test-XXXXXX");
    assert_non_null(path);
    assert_non_null(mkdtemp(path));
    return path;
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    (void)facts;
    (void)type;
    (void)where;
    return remove(path);
}

__attribute__((unused)) static void remove_scratch(char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

// folder/name, in one of four turning static buffers.
__attribute__((unused)) static const char *in_scratch(const char *folder, const char *name)
{
    static char paths[4][4096];
    static unsigned turn;
    // Not written in place: folder or name may be one of the four.
    char fresh[sizeof paths[0]];
    snprintf(fresh, sizeof fresh, "%s/%s", folder, name);
    return memcpy(paths[turn++ % 4], fresh, sizeof fresh);
}

__attribute__((unused)) static void put_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

__attribute__((unused)) static void put_text(const char *path, const char *text)
{
    put_file(path, text, strlen(text));
}

#endif
