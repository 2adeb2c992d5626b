// Refusals by what they are about and what they say of it, and by their bare status.
#include "fault_lexicon.h"
#include "fault_table.h"

#define KIND(word) .kind = FAULT_KIND_##word
#define STATUS(a, b) .from = a, .to = b

// clang-format off
static const struct fault_rule ideas[] = {
    // Money, quotas, accounts. quota_or_rate() of fault.c tells a day's quota that rolls on.
    {.about = ABOUT_PERIOD, .says = SAYS_QUOTA_REACHED, KIND(rate_limited)},
    {.about = ABOUT_MONEY, .says = SAYS_SHORT, KIND(no_money)},
    {.says = SAYS_PAY, KIND(no_money)},
    {STATUS(400, 403), .about = "quota|usage limit|配额|用量|限额", .says = "out of|exceed|exhaust|used up|reached|用完|用尽|耗尽|超", KIND(quota_exhausted)},
    {STATUS(400, 429), .about = ABOUT_ACCOUNT, .says = SAYS_CLOSED, KIND(key_forbidden),
     .fix = "The provider has closed or not yet opened the account or project; see its console or its mail."},

    // A 429 is about load now, whatever it says of tokens and requests.
    {STATUS(429, 429), .about = ABOUT_SERVER, .says = SAYS_STARTING, KIND(model_loading)},
    {STATUS(429, 429), .says = SAYS_OVERLOADED, KIND(overloaded), .verdict = FAULT_WAIT},
    {STATUS(429, 429), KIND(rate_limited)},

    // And a 413 about size, be it counted in tokens.
    {STATUS(413, 413), .about = "token|context|prompt", .says = SAYS_TOO_MUCH, KIND(context_exceeded), .lesson = LESSON_CAP},
    {STATUS(413, 413), .about = ABOUT_IMAGE, .says = SAYS_TOO_MUCH, KIND(image_too_large)},
    {STATUS(413, 413), KIND(body_too_large)},

    // Where the call comes from.
    {STATUS(400, 451), .about = ABOUT_REGION, .says = SAYS_UNSUPPORTED "|" SAYS_FORBIDDEN "|block|not serve|not~serve|限制|受限", KIND(region)},
    {STATUS(400, 403), .about = ABOUT_ADDRESS, .says = SAYS_FORBIDDEN "|denied|block|not in|not~in |rules|不在|拒绝", KIND(key_forbidden),
     .fix = "The endpoint lets only some addresses in; call from one of them, or add this one in its console."},

    // Keys.
    {STATUS(401, 403), .about = ABOUT_MODEL, .says = SAYS_FORBIDDEN, KIND(key_forbidden)},
    {STATUS(400, 403), .about = ABOUT_KEY, .says = SAYS_EXPIRED, KIND(key_wrong)},
    {STATUS(400, 403), .about = ABOUT_KEY, .says = SAYS_WRONG, KIND(key_wrong)},
    {STATUS(400, 403), .about = ABOUT_KEY, .says = SAYS_MISSING, KIND(key_missing)},
    {STATUS(401, 403), .about = ABOUT_TOKEN, .says = SAYS_EXPIRED "|" SAYS_WRONG, KIND(key_wrong)},
    {STATUS(401, 403), .about = ABOUT_TOKEN, .says = SAYS_MISSING, KIND(key_missing)},
    {STATUS(401, 401), .says = "permission|lacks|member|archived|not have access|not granted|无权|权限|授权", KIND(key_forbidden)},
    {STATUS(400, 403), .about = ABOUT_IDENTITY, .says = SAYS_FAILED, KIND(key_wrong)},
    {STATUS(400, 401), .about = ABOUT_KEY, .says = SAYS_FAILED, KIND(key_wrong)},

    {STATUS(400, 404), .about = "service|feature|product|function|服务|功能|产品", .says = "not activated|not~activated|not subscribed|not opened|未开通|未激活|申请开通", KIND(key_forbidden),
     .fix = "The account has not opened this service; do so in the provider's console."},

    {STATUS(400, 404), .about = ABOUT_PLAN, .says = SAYS_NOT_INCLUDED, KIND(key_forbidden)},

    // The content filter.
    {STATUS(400, 499), .says = SAYS_FILTERED, KIND(content_filtered)},
    {STATUS(400, 499), .about = ABOUT_CONTENT, .says = SAYS_REFUSED_BY_RULES, KIND(content_filtered)},

    // Images. What breaks on the way is no word about them.
    {STATUS(500, 599), .says = "out of memory|gpu memory|cuda|oom ", KIND(server_error)},
    {STATUS(400, 500), .about = ABOUT_IMAGE, .says = SAYS_COUNT, KIND(image_rejected),
     .fix = "The endpoint takes fewer images in one request."},
    {STATUS(400, 500), .about = ABOUT_IMAGE, .says = SAYS_FORMAT, KIND(image_rejected)},
    {STATUS(400, 500), .about = SAYS_PIXELS, .says = "too small|minimum|must be larger|must be greater|smaller than|min |过小|太小|小于", KIND(image_rejected)},
    {STATUS(400, 500), .about = SAYS_PIXELS, .says = SAYS_TOO_MUCH, KIND(image_too_large)},
    {STATUS(400, 500), .words = "image|picture|media|图片|图像|file|base64|文件", .about = SAYS_BYTES, .says = SAYS_TOO_MUCH, KIND(image_too_large)},
    {STATUS(400, 500), .about = ABOUT_IMAGE, .says = SAYS_TOO_LARGE, KIND(image_too_large)},
    {STATUS(400, 500), .about = ABOUT_IMAGE, .says = SAYS_FETCH, KIND(image_url_unreachable)},
    {STATUS(400, 501), .about = ABOUT_VISION, .says = SAYS_UNSUPPORTED, KIND(no_vision)},
    {STATUS(400, 422), .says = SAYS_TEXT_ONLY, KIND(no_vision)},
    {STATUS(400, 500), .about = ABOUT_IMAGE, .says = SAYS_UNREADABLE, KIND(image_rejected)},

    // Structured output, streams, other parameters.
    {STATUS(400, 500), .about = ABOUT_STRUCTURED, .says = SAYS_UNSUPPORTED "|" SAYS_UNKNOWN "|" SAYS_FAILED "|compile|convert", KIND(structured_rejected),
     .lesson = LESSON_STRUCTURED},
    {STATUS(400, 500), .about = "schema|grammar", .says = "constraint|complex|nest|too many|too deep|depth|states|unsupported|not support|keyword|compile|convert",
     KIND(structured_rejected), .lesson = LESSON_STRUCTURED},
    {STATUS(400, 422), .says = SAYS_STREAM_ONLY, KIND(parameter_rejected), .lesson = LESSON_STREAM,
     .fix = "The endpoint answers only with streams: give --stream."},
    {STATUS(400, 501), .about = ABOUT_STREAM, .says = SAYS_UNSUPPORTED, KIND(parameter_rejected), .lesson = LESSON_PARAMETER},
    {STATUS(400, 422), .about = ABOUT_CAP, .says = SAYS_TOO_MUCH "|range|between|取值|范围", KIND(parameter_rejected), .lesson = LESSON_CAP},
    {STATUS(400, 422), .about = ABOUT_PARAMETER, .says = SAYS_UNKNOWN, KIND(parameter_rejected), .lesson = LESSON_PARAMETER},
    {STATUS(400, 422), .about = ABOUT_ANY_PARAMETER, .says = SAYS_UNTAKEN, KIND(parameter_rejected), .lesson = LESSON_PARAMETER},

    // Sizes.
    {STATUS(400, 500), .about = ABOUT_CONTEXT, .says = SAYS_TOO_MUCH, KIND(context_exceeded), .lesson = LESSON_CAP},
    {STATUS(400, 500), .about = ABOUT_TEXT, .says = "too long|max length|maximum length|过长|太长|超长", KIND(context_exceeded), .lesson = LESSON_CAP},
    {STATUS(400, 500), .about = ABOUT_BODY, .says = SAYS_TOO_LARGE "|size limit|max~size|max~bytes|bytes", KIND(body_too_large)},

    // What is asked of the last turn is about --prefix.
    {STATUS(400, 422), .about = "prefill|prefix|assistant message|last message|final message|partial", .says = SAYS_UNSUPPORTED "|must be|must end", KIND(bad_request)},

    // Models.
    {STATUS(400, 404), .about = ABOUT_MODEL, .says = SAYS_ABSENT, KIND(model_unknown)},
    {STATUS(422, 422), .about = ABOUT_MODEL, .says = SAYS_ABSENT, KIND(model_unknown)},
    {STATUS(500, 503), .about = ABOUT_MODEL, .says = "no such|not found|not exist|不存在|no~channel|未找到|unknown model|not configured|未配置", KIND(model_unknown)},
    {STATUS(400, 404), .about = ABOUT_MODEL, .says = SAYS_FORBIDDEN, KIND(key_forbidden)},

    // Load.
    {STATUS(400, 599), .about = ABOUT_SERVER, .says = SAYS_STARTING, KIND(model_loading)},
    {STATUS(400, 599), .says = SAYS_OVERLOADED, KIND(overloaded)},
    {STATUS(400, 599), .says = SAYS_LIMITED_BY_RATE, KIND(rate_limited)},
    {STATUS(400, 499), .says = SAYS_BROKEN, KIND(server_error)},

    // Paths, where no 404 says it.
    {STATUS(400, 404), .about = "api version", .says = SAYS_UNSUPPORTED "|" SAYS_WRONG, KIND(not_found),
     .fix = "The server does not know the API version of the base URL or the headers; correct it there."},
    {STATUS(400, 400), .about = ABOUT_PATH, .says = "not found|no route|invalid url|unknown url|unknown path|not exist|no such", KIND(not_found)},
};

static const struct fault_rule statuses[] = {
    {STATUS(400, 400), KIND(bad_request)},
    {STATUS(401, 401), KIND(key_wrong)},
    {STATUS(403, 403), .page = true, KIND(html_reply), .verdict = FAULT_RUN,
     .fix = "A firewall or proxy refuses the call with a page of its own; ask who runs it, or correct the base URL."},
    {STATUS(403, 403), KIND(key_forbidden)},
    {STATUS(404, 404), .words = "/v1/v1", KIND(not_found), .fix = "The path holds /v1 twice; strip one from the base URL."},
    {STATUS(404, 404), KIND(not_found)},
    {STATUS(405, 405), KIND(method_wrong)},
    {STATUS(407, 407), KIND(proxy), .verdict = FAULT_RUN},
    {STATUS(408, 408), KIND(timeout)},
    {STATUS(409, 409), KIND(http_other), .verdict = FAULT_RETRY},
    {STATUS(410, 410), KIND(model_unknown)},
    {STATUS(413, 413), KIND(body_too_large)},
    {STATUS(415, 415), KIND(bad_request)},
    {STATUS(422, 422), KIND(unprocessable)},
    {STATUS(425, 425), KIND(http_other), .verdict = FAULT_RETRY},
    {STATUS(429, 429), KIND(rate_limited)},
    {STATUS(501, 501), KIND(not_supported)},
    {STATUS(503, 503), .page = true, KIND(gateway_error)},
    {STATUS(503, 503), .words = "nginx|cloudflare", KIND(gateway_error)},
    {STATUS(503, 503), KIND(overloaded)},
    {STATUS(502, 504), KIND(gateway_error)},
    {STATUS(520, 524), KIND(gateway_error)},
    {STATUS(525, 526), KIND(tls), .fix = "Cloudflare does not trust the server's certificate; its owner must act."},
    {STATUS(529, 529), KIND(overloaded)},
    {STATUS(530, 530), KIND(gateway_error)},
    {STATUS(500, 599), KIND(server_error)},
    {STATUS(400, 499), KIND(http_other)},
};
// clang-format on

const struct fault_rules fault_ideas = {ideas, sizeof ideas / sizeof *ideas};
const struct fault_rules fault_statuses = {statuses, sizeof statuses / sizeof *statuses};
