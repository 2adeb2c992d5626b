#include "case.h"

#include "walk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const struct source_settings settings = {.is_image = is_test_image, .max_record_bytes = 0};

static void put_image(const char *folder, const char *name)
{
    put_text(in_scratch(folder, name), "\x89PNG...");
}

static void make_folder(const char *folder, const char *name)
{
    assert_int_equal(mkdir(in_scratch(folder, name), 0777), 0);
}

// The ids in their order, with ';' behind each; a fault behind '!'.
static void list_walk(const char *root, size_t names_held, char *list, size_t room)
{
    struct error why = {0};
    struct walk *walk = walk_open(root, &settings, names_held, &why);
    if (walk == NULL)
        fail_msg("%s", why.message);
    struct question question;
    int got;
    list[0] = '\0';
    while ((got = walk_next(walk, &question, &why)) == 1) {
        size_t used = strlen(list);
        snprintf(list + used, room - used, "%s%s%s;", question.id,
                 question.fault != NULL ? "!" : "", question.fault != NULL ? question.fault : "");
        if (question.fault == NULL)
            assert_int_equal(access(question.image, R_OK), 0);
        question_clear(&question);
    }
    if (got != 0)
        fail_msg("%s", why.message);
    walk_close(walk);
}

static void goes_depth_first_in_byte_order(void **state)
{
    (void)state;
    char *root = make_scratch(), list[4096];
    make_folder(root, "b");
    make_folder(root, "b/x");
    make_folder(root, "B");
    make_folder(root, ".hidden");
    make_folder(root, "empty");
    static const char *const names[] = {"a.png",   "b.png", "b/2.jpg",     "b/10.jpg",      "b/x/y",
                                        "B/z.png", "é.png", ".secret.png", ".hidden/a.png", "b-c"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        put_image(root, names[i]);
    put_text(in_scratch(root, "notes.txt"), "text");
    put_text(in_scratch(root, "none"), "");
    list_walk(root, WALK_NAMES_HELD, list, sizeof list);
    const char *expected = "B/z.png;a.png;b/10.jpg;b/2.jpg;b/x/y;b-c;b.png;é.png;";
    assert_string_equal(list, expected);
    // With few names in memory the order is the same.
    for (size_t held = 1; held < 9; held++) {
        char again[4096];
        list_walk(root, held, again, sizeof again);
        assert_string_equal(again, expected);
    }
    remove_scratch(root);
}

static void counts_what_is_no_image(void **state)
{
    (void)state;
    char *root = make_scratch();
    put_text(in_scratch(root, "a.txt"), "text");
    put_text(in_scratch(root, "drawing.svg"), "<svg/>");
    put_text(in_scratch(root, "empty"), "");
    put_image(root, "z.png");
    assert_int_equal(mkfifo(in_scratch(root, "pipe"), 0666), 0);
    struct error why = {0};
    struct walk *walk = walk_open(root, &settings, 10, &why);
    struct question question;
    assert_int_equal(walk_next(walk, &question, &why), 1);
    assert_string_equal(question.id, "z.png");
    assert_true(question.image_only);
    assert_int_equal(question.origin, IMAGE_FILE);
    assert_int_equal(question.line, 0);
    question_clear(&question);
    assert_int_equal(walk_next(walk, &question, &why), 0);
    assert_int_equal(walk_skipped(walk), 3);
    walk_close(walk);
    remove_scratch(root);
}

// A page saved as .jpg and an empty download are told of by whoever reads them.
static void takes_in_what_is_named_like_an_image(void **state)
{
    (void)state;
    char *root = make_scratch(), list[4096];
    put_text(in_scratch(root, "page.JPG"), "<html>");
    put_text(in_scratch(root, "empty.png"), "");
    put_text(in_scratch(root, "jpg"), "text");
    put_text(in_scratch(root, "b.jpg.txt"), "text");
    assert_int_equal(symlink("/nowhere/at/all.png", in_scratch(root, "gone.png")), 0);
    list_walk(root, 10, list, sizeof list);
    assert_string_equal(list, "empty.png;gone.png!gone.png: a link that leads nowhere;page.JPG;");
    remove_scratch(root);
}

static void follows_links_once(void **state)
{
    (void)state;
    char *root = make_scratch(), list[4096];
    make_folder(root, "a");
    make_folder(root, "b");
    put_image(root, "a/1.png");
    put_image(root, "b/2.png");
    assert_int_equal(symlink("..", in_scratch(root, "a/up")), 0);
    assert_int_equal(symlink("../b", in_scratch(root, "a/to-b")), 0);
    assert_int_equal(symlink("../a", in_scratch(root, "b/to-a")), 0);
    assert_int_equal(symlink("a", in_scratch(root, "again")), 0);
    assert_int_equal(symlink("a/1.png", in_scratch(root, "file")), 0);
    assert_int_equal(symlink("nowhere", in_scratch(root, "dangling")), 0);
    assert_int_equal(symlink("self", in_scratch(root, "self")), 0);
    list_walk(root, 100, list, sizeof list);
    // b is met through a link and as itself; a link to a folder leads there the first time only.
    assert_string_equal(list, "a/1.png;a/to-b/2.png;again/1.png;b/2.png;file;");
    remove_scratch(root);
}

static void repairs_names_that_are_not_utf8(void **state)
{
    (void)state;
    char *root = make_scratch(), list[4096];
    put_image(root, "x\xff.png");
    put_image(root, "x\xfe.png");
    list_walk(root, 100, list, sizeof list);
    // Both look alike once repaired; their ids differ, and both can be opened (see list_walk).
    const char *first = "x\xef\xbf\xbd.png;x\xef\xbf\xbd.png@";
    assert_memory_equal(list, first, strlen(first));
    assert_int_equal(strlen(list), strlen(first) + 8 + 1);
    remove_scratch(root);
}

static void stops_at_its_depth(void **state)
{
    (void)state;
    char *root = make_scratch(), path[4096] = "", list[8192];
    for (int i = 0; i < WALK_MAX_DEPTH + 2; i++) {
        strcat(path, i > 0 ? "/d" : "d");
        make_folder(root, path);
    }
    strcat(path, "/deep.png");
    put_image(root, path);
    put_image(root, "shallow.png");
    list_walk(root, 100, list, sizeof list);
    assert_non_null(strstr(list, "not entered: folders are nested more than 64 deep;shallow.png;"));
    assert_null(strstr(list, "deep.png;s"));
    remove_scratch(root);
}

// As a user whom permissions bind; the tests may be run by root.
static int list_forbidden(const char *root)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 2;
    char list[8192];
    list_walk(root, 100, list, sizeof list);
    return strstr(list, "closed!closed: cannot open the folder: Permission denied;") != NULL &&
                   strstr(list, "no.png!no.png: cannot read it: Permission denied;") != NULL &&
                   strstr(list, "yes.png;") != NULL
               ? 0
               : 1;
}

static void tells_what_it_may_not_read(void **state)
{
    (void)state;
    char *root = make_scratch();
    assert_int_equal(chmod(root, 0755), 0);
    make_folder(root, "closed");
    put_image(root, "closed/a.png");
    put_image(root, "no.png");
    put_image(root, "yes.png");
    assert_int_equal(chmod(in_scratch(root, "yes.png"), 0644), 0);
    assert_int_equal(chmod(in_scratch(root, "no.png"), 0), 0);
    assert_int_equal(chmod(in_scratch(root, "closed"), 0), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(list_forbidden(root));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    chmod(in_scratch(root, "closed"), 0700);
    remove_scratch(root);
}

static void refuses_what_is_no_folder(void **state)
{
    (void)state;
    struct error why = {0};
    assert_null(walk_open("/nowhere/at/all", &settings, 10, &why));
    assert_int_equal(why.kind, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_depth_first_in_byte_order),
        cmocka_unit_test(counts_what_is_no_image),
        cmocka_unit_test(takes_in_what_is_named_like_an_image),
        cmocka_unit_test(follows_links_once),
        cmocka_unit_test(repairs_names_that_are_not_utf8),
        cmocka_unit_test(stops_at_its_depth),
        cmocka_unit_test(tells_what_it_may_not_read),
        cmocka_unit_test(refuses_what_is_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
