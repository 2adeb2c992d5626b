#include "cause.h"
#include "fault_table.h"

#include "unit.h"

#include <string.h>

static void kinds_and_words_make_causes(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *message;
        enum cause_id cause;
    } cases[] = {
        {"key_wrong", "Incorrect API key provided", CAUSE_key_wrong},
        {"key_wrong", "API key expired. Please renew", CAUSE_key_expired},
        {"key_wrong", "身份验证已过期", CAUSE_key_expired},
        {"key_forbidden", "Project does not have access to model `x`", CAUSE_model_forbidden},
        {"key_forbidden", "You may not do this", CAUSE_key_forbidden},
        {"image_too_large", "image dimensions exceed 8000 pixels", CAUSE_image_pixels},
        {"image_too_large", "image exceeds 5 MB maximum", CAUSE_image_bytes},
        {"image_too_large", "too large", CAUSE_image_size},
        {"tls", "SSL certificate problem: self-signed certificate", CAUSE_tls_untrusted},
        {"tls", "SSL certificate problem: certificate has expired", CAUSE_tls_expired},
        {"tls", "SSL: no alternative certificate subject name matches target host name 'a'",
         CAUSE_tls_name},
        {"tls", "error:0A00010B:SSL routines::wrong version number", CAUSE_https_at_http_port},
        {"tls", "handshake failure", CAUSE_tls},
        {"redirected", "400 The plain HTTP request was sent to HTTPS port",
         CAUSE_http_at_https_port},
        {"redirected", "HTTP 301, to https://a/v1", CAUSE_redirected},
        {"transport_other", "Received HTTP/0.9 when not allowed", CAUSE_not_http},
        {"bad_request", "?", CAUSE_unexplained},
        {"budget_too_small", "the reply ended at the limit of output tokens", CAUSE_answer_cut},
        {"answer_unreadable", "no JSON object", CAUSE_answer_unreadable},
        {"no_such_kind", "", CAUSE_unexplained},
        {NULL, NULL, CAUSE_unexplained},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum cause_id cause = cause_of_kind(cases[i].kind, cases[i].message);
        if (cause != cases[i].cause)
            fail_msg("%s, \"%s\": %s in place of %s", cases[i].kind, cases[i].message,
                     cause_at(cause)->name, cause_at(cases[i].cause)->name);
    }
}

// Kinds that say nothing more than a status, or end a transfer of ours.
static bool says_nothing(const char *kind)
{
    static const char *const known[] = {"bad_request", "unprocessable", "transport_other",
                                        "http_other",  "aborted",       "reply_too_large"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i]) == 0)
            return true;
    return false;
}

static void every_other_kind_has_a_cause(void **state)
{
    (void)state;
    for (size_t i = 0; i <= FAULT_KIND_http_other; i++)
        if ((cause_of_kind(fault_kinds[i].name, "") == CAUSE_unexplained) !=
            says_nothing(fault_kinds[i].name))
            fail_msg("%s", fault_kinds[i].name);
}

static void every_cause_says_what_and_what_to_do(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const struct cause *cause = cause_at((enum cause_id)i);
        assert_true(strlen(cause->name) > 2 && strchr(cause->name, ' ') == NULL);
        assert_int_equal(cause->what[strlen(cause->what) - 1], '.');
        assert_int_equal(cause->fix[strlen(cause->fix) - 1], '.');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_words_make_causes),
        cmocka_unit_test(every_other_kind_has_a_cause),
        cmocka_unit_test(every_cause_says_what_and_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
