#include "kept_images.h"

#include "../dataset/case.h"
#include "file.h"

#include <sys/stat.h>

static char *one, *other;

static int set_up(void **state)
{
    (void)state;
    one = make_scratch();
    other = make_scratch();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_scratch(one);
    remove_scratch(other);
    return 0;
}

static void take(void)
{
    struct error why = {0};
    if (!kept_images_take(one, other, &why))
        fail_msg("%s", why.message);
}

static void expect_text(const char *name, const char *text)
{
    struct error why = {0};
    struct buffer bytes;
    buffer_init(&bytes, 1000);
    if (!file_read(in_scratch(other, name), &bytes, &why))
        fail_msg("%s", why.message);
    assert_string_equal(buffer_text(&bytes), text);
    buffer_clear(&bytes);
}

static void each_image_is_given_once(void **state)
{
    (void)state;
    struct stat here, there;
    mkdir(in_scratch(one, "images"), 0700);
    mkdir(in_scratch(other, "images"), 0700);
    put_text(in_scratch(one, "images/aa.jpg"), "first");
    put_text(in_scratch(one, "images/bb.png"), "second");
    put_text(in_scratch(one, "images/.hidden"), "no image");
    put_text(in_scratch(other, "images/bb.png"), "as it was here");
    take();
    take(); // again, with all of them there
    expect_text("images/aa.jpg", "first");
    expect_text("images/bb.png", "as it was here"); // the name is its content's
    assert_int_equal(access(in_scratch(other, "images/.hidden"), F_OK), -1);
    assert_int_equal(stat(in_scratch(one, "images/aa.jpg"), &here), 0);
    assert_int_equal(stat(in_scratch(other, "images/aa.jpg"), &there), 0);
    assert_int_equal(here.st_ino, there.st_ino); // it takes no room
}

// Where nothing can be linked a copy does: /dev/shm is another file system, where it is mounted.
static void what_cannot_be_linked_is_copied(void **state)
{
    (void)state;
    char *far = strdup("/dev/shm/vqagen-test-XXXXXX");
    struct stat here, there;
    if (mkdtemp(far) == NULL || stat(far, &there) != 0 || stat(one, &here) != 0 ||
        here.st_dev == there.st_dev) {
        rmdir(far);
        free(far);
        skip();
    }
    mkdir(in_scratch(far, "images"), 0700);
    put_text(in_scratch(far, "images/aa.jpg"), "from afar");
    struct error why = {0};
    bool taken = kept_images_take(far, other, &why);
    remove_scratch(far);
    if (!taken)
        fail_msg("%s", why.message);
    expect_text("images/aa.jpg", "from afar");
}

static void a_run_without_kept_images_gives_none(void **state)
{
    (void)state;
    take();
    assert_int_equal(access(in_scratch(other, "images"), F_OK), -1);
}

// Images that a dataset names must not be missing from it without a word.
static void images_that_cannot_be_had_are_an_error(void **state)
{
    (void)state;
    struct error why = {0};
    put_text(in_scratch(one, "images"), "not a folder");
    assert_false(kept_images_take(one, other, &why));
    assert_int_equal(why.kind, ERR_INPUT);
    assert_non_null(strstr(why.message, one));
    error_clear(&why);
    remove(in_scratch(one, "images"));
    mkdir(in_scratch(one, "images"), 0700);
    put_text(in_scratch(one, "images/aa.jpg"), "first");
    put_text(in_scratch(other, "images"), "not a folder");
    assert_false(kept_images_take(one, other, &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_image_is_given_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_linked_is_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_without_kept_images_gives_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(images_that_cannot_be_had_are_an_error, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
