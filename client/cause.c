#include "cause.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct cause causes[] = {
#define CAUSE_ROW(name, what, fix) [CAUSE_##name] = {#name, what, fix},
    CAUSES(CAUSE_ROW)
#undef CAUSE_ROW
};

const struct cause *cause_at(enum cause_id id)
{
    return &causes[id];
}

// Kinds (fault_table.h), and words of the message that make a cause of them; the first row that
// fits wins. Certificates are told apart by OpenSSL's words as libcurl passes them on.
static const struct {
    const char *kind, *words; // "a|b|c", lower case; NULL: any
    enum cause_id cause;
} rules[] = {
    {"key_missing", NULL, CAUSE_key_missing},
    {"key_wrong", "expired|revoked|disabled|已过期", CAUSE_key_expired},
    {"key_wrong", NULL, CAUSE_key_wrong},
    {"key_forbidden", "leaked", CAUSE_key_expired},
    {"key_forbidden", "model|无权访问|套餐", CAUSE_model_forbidden},
    {"key_forbidden", NULL, CAUSE_key_forbidden},
    {"no_money", NULL, CAUSE_no_money},
    {"quota_exhausted", NULL, CAUSE_quota_exhausted},
    {"region", NULL, CAUSE_region},
    {"model_unknown", "not have access to model|no access to|has not activated",
     CAUSE_model_forbidden},
    {"model_unknown", NULL, CAUSE_model_unknown},
    {"no_vision", NULL, CAUSE_no_vision},
    {"not_found", NULL, CAUSE_path_wrong},
    {"method_wrong", NULL, CAUSE_path_wrong},
    {"image_too_large", "dimension|pixel|px|width|height|side", CAUSE_image_pixels},
    {"image_too_large", "byte|mb|mib|kb|kib", CAUSE_image_bytes},
    {"image_too_large", NULL, CAUSE_image_size},
    {"image_rejected", NULL, CAUSE_image_rejected},
    {"image_url_unreachable", NULL, CAUSE_image_rejected},
    {"body_too_large", NULL, CAUSE_image_bytes},
    {"context_exceeded", NULL, CAUSE_context_exceeded},
    {"request_over_limit", NULL, CAUSE_context_exceeded},
    {"parameter_rejected", NULL, CAUSE_parameter_refused},
    {"structured_rejected", NULL, CAUSE_structured_refused},
    {"content_filtered", NULL, CAUSE_content_filtered},
    {"rate_limited", NULL, CAUSE_rate_limited},
    {"overloaded", NULL, CAUSE_overloaded},
    {"server_error", NULL, CAUSE_server_error},
    {"gateway_error", NULL, CAUSE_gateway_error},
    {"model_loading", NULL, CAUSE_model_loading},
    {"engine_dead", NULL, CAUSE_engine_dead},
    {"not_supported", NULL, CAUSE_not_supported},
    {"redirected", "plain http request|http request to an https", CAUSE_http_at_https_port},
    {"redirected", NULL, CAUSE_redirected},
    {"html_reply", NULL, CAUSE_web_page},
    {"reply_unreadable", NULL, CAUSE_reply_unreadable},
    {"dns", NULL, CAUSE_dns},
    {"connection_refused", NULL, CAUSE_connection_refused},
    {"tls", "wrong version number|packet length too long|http request", CAUSE_https_at_http_port},
    {"tls", "certificate has expired|not yet valid", CAUSE_tls_expired},
    {"tls", "no alternative certificate|does not match|subject name", CAUSE_tls_name},
    {"tls",
     "self-signed|self signed|unable to get local issuer|unable to get issuer|untrusted|"
     "unable to verify|certificate problem",
     CAUSE_tls_untrusted},
    {"tls", NULL, CAUSE_tls},
    {"connect_timeout", NULL, CAUSE_connect_timeout},
    {"first_byte_timeout", NULL, CAUSE_slow_first_byte},
    {"idle_timeout", NULL, CAUSE_stalled},
    {"timeout", NULL, CAUSE_slow_first_byte},
    {"connection_reset", NULL, CAUSE_connection_reset},
    {"reply_cut", NULL, CAUSE_reply_cut},
    {"proxy", NULL, CAUSE_proxy},
    {"transport_other", "http/0.9|weird server reply|unsupported protocol", CAUSE_not_http},
    {"empty_reply", NULL, CAUSE_reply_empty},
    {"budget_too_small", NULL, CAUSE_answer_cut},
    {"answer_unreadable", NULL, CAUSE_answer_unreadable},
    {"refused", NULL, CAUSE_content_filtered},
    // Kinds of items that failed without a call.
    {"image_unusable", NULL, CAUSE_images_unusable},
    {"image_unreachable", NULL, CAUSE_images_unreachable},
    {"image_unreadable", NULL, CAUSE_images_unreachable},
    {"bad_record", NULL, CAUSE_records_unusable},
};

// Whether one of the alternatives occurs in the text, whatever its case.
static bool says(const char *text, const char *alternatives)
{
    while (*alternatives != '\0') {
        size_t length = strcspn(alternatives, "|");
        for (const char *at = text; *at != '\0'; at++)
            if (strncasecmp(at, alternatives, length) == 0)
                return true;
        alternatives += length;
        alternatives += *alternatives == '|';
    }
    return false;
}

enum cause_id cause_of_kind(const char *kind, const char *message)
{
    for (size_t i = 0; kind != NULL && i < sizeof rules / sizeof *rules; i++)
        if (strcmp(kind, rules[i].kind) == 0 &&
            (rules[i].words == NULL || says(message != NULL ? message : "", rules[i].words)))
            return rules[i].cause;
    return CAUSE_unexplained;
}

enum cause_id cause_of_fault(const struct fault *fault)
{
    return cause_of_kind(fault->kind, fault->message);
}
