#include "cause.h"

#include "fault_lexicon.h"
#include "phrase.h"

#include <string.h>

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
// fits wins, looked for as phrase_says() does. Certificates are told apart by OpenSSL's words as
// libcurl passes them on.
static const struct {
    const char *kind, *words; // "a|b|c"; NULL: any
    enum cause_id cause;
} rules[] = {
    {"key_missing", NULL, CAUSE_key_missing},
    {"key_wrong", SAYS_EXPIRED, CAUSE_key_expired},
    {"key_wrong", NULL, CAUSE_key_wrong},
    {"key_forbidden", "leaked", CAUSE_key_expired},
    {"key_forbidden", ABOUT_MODEL "|无权访问|套餐", CAUSE_model_forbidden},
    {"key_forbidden", NULL, CAUSE_key_forbidden},
    {"no_money", NULL, CAUSE_no_money},
    {"quota_exhausted", NULL, CAUSE_quota_exhausted},
    {"region", NULL, CAUSE_region},
    {"model_unknown", "not have access to model|no access to|not activated|未开通|未激活",
     CAUSE_model_forbidden},
    {"model_unknown", NULL, CAUSE_model_unknown},
    {"no_channel", NULL, CAUSE_model_unknown},
    {"no_vision", NULL, CAUSE_no_vision},
    {"not_found", NULL, CAUSE_path_wrong},
    {"method_wrong", NULL, CAUSE_path_wrong},
    {"image_too_large", SAYS_PIXELS, CAUSE_image_pixels},
    {"image_too_large", SAYS_BYTES, CAUSE_image_bytes},
    {"image_too_large", NULL, CAUSE_image_size},
    {"image_rejected", NULL, CAUSE_image_rejected},
    {"image_url_unreachable", NULL, CAUSE_image_rejected},
    {"body_too_large", NULL, CAUSE_image_bytes},
    {"context_exceeded", NULL, CAUSE_context_exceeded},
    {"request_over_limit", NULL, CAUSE_context_exceeded},
    {"parameter_rejected", SAYS_STREAM_ONLY, CAUSE_stream_required},
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
     "self signed|unable to get local issuer|unable to get issuer|untrusted|"
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
    {"transport_other", "http 0 9|weird server reply|unsupported protocol", CAUSE_not_http},
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

static enum cause_id find_cause(const char *kind, const char *sentences)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(kind, rules[i].kind) == 0 &&
            (rules[i].words == NULL || phrase_says(sentences, NULL, rules[i].words)))
            return rules[i].cause;
    return CAUSE_unexplained;
}

enum cause_id cause_of_kind(const char *kind, const char *message)
{
    enum { LONGEST = 4000 };
    struct buffer sentences;
    if (kind == NULL)
        return CAUSE_unexplained;
    buffer_init(&sentences, LONGEST);
    phrase_append(&sentences, message != NULL ? message : "");
    enum cause_id cause = find_cause(kind, buffer_text(&sentences));
    buffer_clear(&sentences);
    return cause;
}

enum cause_id cause_of_fault(const struct fault *fault)
{
    return cause_of_kind(fault->kind, fault->message);
}
