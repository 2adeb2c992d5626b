#include "case.h"

#include "form.h"

static void expect_form(const char *bytes, bool complete, const char *name, enum input_form form,
                        size_t skip)
{
    size_t skipped = 99;
    enum input_form found = form_of(bytes, strlen(bytes), complete, name, is_test_image, &skipped);
    if (found != form || skipped != skip)
        fail_msg("\"%s\": form %d, skip %zu", bytes, (int)found, skipped);
}

static void tells_forms_by_their_first_bytes(void **state)
{
    (void)state;
    expect_form("  \n[", false, "a.csv", FORM_ARRAY, 0);
    expect_form("\xef\xbb\xbf{", false, "-", FORM_OBJECTS, 3);
    expect_form("id,ima", false, "a.csv", FORM_UNCLEAR, 0);
    expect_form("id,ima", true, "a.csv", FORM_OTHER, 0);
    expect_form("id,image", false, "a.csv", FORM_UNCLEAR, 0);
    expect_form("id,image", true, "a.csv", FORM_CSV, 0);
    expect_form("id,\"Image-URL\"\n", false, "-", FORM_CSV, 0);
    expect_form("id;image b64;x\r\n", false, "-", FORM_CSV, 0);
    expect_form("id,picture\n", false, "a.csv", FORM_OTHER, 0);
    expect_form("oops\n", false, "a.jsonl", FORM_LINES, 0);
    expect_form("oops\n", false, "a.json", FORM_OTHER, 0);
    expect_form("\x89PNG\n", false, "a.csv", FORM_IMAGE, 0);
    expect_form("", false, "-", FORM_UNCLEAR, 0);
    expect_form("", true, "-", FORM_OTHER, 0);
    expect_form("dear reader of image,", true, "a.txt", FORM_OTHER, 0);
}

static void stays_within_its_bytes(void **state)
{
    (void)state;
    // Not NUL-terminated: the address sanitizer sees a step too far.
    for (size_t length = 1; length < 80; length++) {
        char *bytes = malloc(length);
        assert_non_null(bytes);
        memset(bytes, 'x', length);
        struct error why = {0};
        assert_false(form_refuse(bytes, length, "name", &why));
        assert_int_equal(why.kind, ERR_INPUT);
        size_t skip;
        form_of(bytes, length, true, "name", is_test_image, &skip);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_forms_by_their_first_bytes),
        cmocka_unit_test(stays_within_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
