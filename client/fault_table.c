#include "fault_table.h"

const struct fault_kind_row fault_kinds[] = {
#define FAULT_KIND_ROW(kind, verdict, fix) [FAULT_KIND_##kind] = {#kind, verdict, fix},
    FAULT_KINDS(FAULT_KIND_ROW)
#undef FAULT_KIND_ROW
};

#define KIND(word) .kind = FAULT_KIND_##word
#define ON(t) .transport = TRANSPORT_##t
#define STATUS(a, b) .from = a, .to = b

// Wordings are from the providers' error pages (OpenAI "Error codes", Anthropic "Errors", Gemini
// "Troubleshooting", DeepSeek "Error Codes", Zhipu docs.bigmodel.cn "api-code", Model Studio "Error
// messages"), from the servers' sources (vLLM, llama.cpp, Ollama), and from refusals that other
// clients keep as test fixtures. Gateways pass them on under any status, so few rules insist on
// one.
// clang-format off
static const struct fault_rule wordings[] = {
    // No HTTP answer.
    {ON(DNS), KIND(dns)},
    {ON(REFUSED), KIND(connection_refused)},
    {ON(TLS), .words = "wrong version number|packet length too long|http request", KIND(tls),
     .fix = "The port does not speak https; use http:// in the base URL."},
    {ON(TLS), KIND(tls)},
    {ON(CONNECT_TIMEOUT), KIND(connect_timeout)},
    {ON(FIRST_BYTE_TIMEOUT), KIND(first_byte_timeout)},
    {ON(IDLE_TIMEOUT), KIND(idle_timeout)},
    {ON(TIMEOUT), KIND(timeout)},
    {ON(RESET), KIND(connection_reset)},
    {ON(CUT), KIND(reply_cut)},
    {ON(TOO_LARGE), KIND(reply_too_large)},
    {ON(PROXY), .words = "response 407", KIND(proxy), .verdict = FAULT_RUN},
    {ON(PROXY), KIND(proxy)},
    {ON(ABORTED), KIND(aborted)},
    {ON(OTHER), KIND(transport_other)},

    // Redirects, and plain HTTP at a port that wants TLS.
    {STATUS(300, 399), KIND(redirected)},
    {.words = "plain http request was sent to https port|client sent an http request to an https "
              "server", KIND(redirected), .fix = "The port speaks https; use https:// in the base URL."},

    // Money and quotas. Gemini says "exceeded your current quota" of a minute's quota too, and
    // Model Studio says insufficient_quota of its token rate, so these stand first.
    {.words = "fewer max_tokens", KIND(no_money),
     .fix = "Top up the account, or lower --max-tokens: an answer of that length must be affordable."},
    {STATUS(402, 402), KIND(no_money)},
    {.codes = "resource_exhausted", .words = "perday|per day|requests_per_day", KIND(quota_exhausted)},
    {.codes = "resource_exhausted", .words = "limit: 0", KIND(quota_exhausted),
     .fix = "The plan has no quota at all for this model; enable billing or choose another model."},
    {.codes = "resource_exhausted", .words = "prepayment credits are depleted", KIND(no_money)},
    {STATUS(429, 429), .codes = "resource_exhausted", KIND(rate_limited)},
    {.words = "allocated quota exceeded|error-code#token-limit", KIND(rate_limited)},
    {.codes = "insufficient_quota|billing_not_active|billing_error|billing_hard_limit_reached|"
              "enforced_spend_limit_reached|arrearage|1113|accountoverdueerror|budget_exceeded|"
              "exceeded_current_quota_error|insufficient_user_quota", KIND(no_money)},
    {.words = "credit balance is too low|insufficient balance|insufficient credits|"
              "insufficient_quota|insufficient account balance|account balance is insufficient", KIND(no_money)},
    {.words = "exceeded your current quota", .also = "billing", KIND(no_money)},
    {.words = "spend limit|spending limit|usage limits|billing hard limit", KIND(no_money)},
    {.words = "have any credits|overdue balance|budget has been exceeded", KIND(no_money)},
    {.words = "欠费|余额不足|账户余额|额度不足|额度已用尽", KIND(no_money)},
    {.words = "allocationquota.freetieronly|free tier of the model has been exhausted|free quota has been exhausted",
     KIND(no_money),
     .fix = "The model's free tier is used up; allow paid use in the console (\"use free tier only\"), or choose another."},
    {.codes = "1304|1308|1310|1313|setlimitexceeded", KIND(quota_exhausted)},
    {.words = "free-models-per-day|calls / month|daily limit|daily quota|今日|使用上限", KIND(quota_exhausted)},
    {.words = "request too large|request is too large", .also = "requested|tokens per min|tpm", KIND(request_over_limit)},

    // Regions and hosts.
    {.codes = "unsupported_country_region_territory|incorrect_hostname", KIND(region)},
    {.words = "country, region|user location is not supported|geography restrictions|"
              "not available in your country|incorrect regional hostname", KIND(region)},

    // API Gateway says so of paths that it does not have.
    {STATUS(403, 403), .words = "missing authentication token", KIND(not_found),
     .fix = "AWS's API Gateway says so of paths that it does not have; check the base URL first, then the key."},
    // Keys. Gemini answers a bad key with 400.
    {.codes = "api_key_invalid|invalid_api_key|incorrect_api_key", KIND(key_wrong)},
    {STATUS(400, 403), .words = "api key not valid|api key expired|incorrect api key|invalid api key|"
                                "invalid api-key|invalid x-api-key|authentication fails|user not found",
     KIND(key_wrong)},
    {STATUS(400, 403), .words = "provide an api key|no api key|missing api key|api key is missing|"
                                "api key is required|missing bearer|no auth credentials|"
                                "no cookie auth|missing authentication|authorization header|"
                                "without established identity|x-api-key header is required|"
                                "未收到authorization", KIND(key_missing)},
    {STATUS(401, 401), .codes = "1001", KIND(key_missing)},
    {.words = "login fail", .also = "secret key", KIND(key_wrong)},
    {.codes = "1000|1002|1003|1004", KIND(key_wrong)},
    {.codes = "1005|1110|1111|1112|1120|1121", KIND(key_forbidden),
     .fix = "The account is locked, inactive or wants a second check; see the provider's console."},
    {.codes = "1220|1309|1311", KIND(key_forbidden)},
    {STATUS(400, 401), .words = "member of an organization|not authorized", KIND(key_forbidden)},
    {STATUS(400, 403), .words = "reported as leaked", KIND(key_forbidden),
     .fix = "The provider has blocked the key, as it was found in public; make a new one."},
    {STATUS(400, 403), .words = "data retention", KIND(key_forbidden)},
    {STATUS(403, 403), .words = "security token included in the request is expired", KIND(key_wrong)},
    {STATUS(400, 403), .words = "organization has been disabled|has been deactivated", KIND(key_forbidden),
     .fix = "The provider has closed the account; see its console or its mail."},
    {STATUS(400, 403), .words = "not allowed to access model", KIND(key_forbidden)},
    {.words = "matching your data policy", KIND(key_forbidden),
     .fix = "The account's privacy settings rule out everybody who serves this model; change them, or the model."},

    // The content filter.
    {STATUS(400, 499), .codes = "image_content_policy_violation|content_policy_violation|invalid_prompt|content_filter|"
              "data_inspection_failed|datainspectionfailed|responsibleaipolicyviolation|1301|moderation_blocked",
     KIND(content_filtered)},
    {STATUS(400, 499), .words = "content exists risk|敏感内容|unsafe or sensitive|inappropriate content|"
                                "blocked by content filtering|content management policy|"
                                "content policy|prohibited_content|data_inspection_failed",
     KIND(content_filtered)},
    {STATUS(400, 403), .words = "moderation", .also = "flagged", KIND(content_filtered)},

    // Images where none are taken: llama.cpp and Ollama say so with a 500.
    {.words = "image input is not supported|mmproj", KIND(no_vision),
     .fix = "Start llama.cpp's server with the model's projector file (--mmproj)."},
    {.words = "image=0", KIND(no_vision), .fix = "Start vLLM with --limit-mm-per-prompt image=1."},
    {.words = "missing data required for image input", KIND(no_vision),
     .fix = "Ollama's model has no vision part; pull a vision model."},
    {.words = "vision add-on is not loaded|vision model is not loaded", KIND(no_vision),
     .fix = "Load the model in LM Studio together with its vision part (mmproj)."},
    {.words = "content.type", .also = "['text']", KIND(no_vision)},
    {.words = "unknown variant", .also = "image_url", KIND(no_vision),
     .fix = "This model takes no images; on DeepSeek choose deepseek-flash."},
    {.words = "is not a multimodal model|multimodal inputs are not supported|at most 0 image|does not support multimodal", KIND(no_vision),
     .fix = "The server's model takes no images; serve a vision-language model."},
    {.words = "image_url is only supported by certain models|does not support image|"
              "not support images|support image input|only text input|only supports text|"
              "does not support vision|not a vision model|model is not a vlm|vision is not supported|"
              "image inputs are not supported|images are not supported|image content is not supported",
     KIND(no_vision)},
    {.codes = "string_above_max_length", KIND(context_exceeded)},
    {STATUS(400, 422), .words = "content", .also = "input should be a valid string|must be a string|"
                                                   "expected a string|str type expected",
     KIND(no_vision)},

    // Models.
    {STATUS(401, 403), .words = "must be verified to", KIND(key_forbidden)},
    {.codes = "deploymentnotfound", KIND(model_unknown),
     .fix = "The resource has no deployment of that name; --model takes the deployment's name, not the model's."},
    {.codes = "modelnotopen", KIND(model_unknown), .fix = "Activate the model in the provider's console."},
    // One API and New API say it with 503 of a model that they never had, and while all channels of
    // one are switched off, which they do by themselves after failures, and undo.
    {STATUS(500, 599), .words = "无可用渠道|no available channel", KIND(no_channel)},
    {.words = "无可用渠道|no available channel", KIND(model_unknown),
     .fix = "The gateway has no channel for this model; check its name, and the gateway's channels and groups."},
    {.words = "on-demand throughput", KIND(model_unknown), .fix = "Give --model the name or ARN of an inference profile that holds the model."},
    {.words = "not a chat model", KIND(model_unknown), .fix = "The model takes no chat; choose a chat model with vision."},
    {.words = "no models loaded|no models are currently loaded", KIND(model_unknown), .fix = "Load the model in the server first."},
    {.codes = "model_not_found|modelnotfound|model_not_supported|1211|1221|invalidendpointormodel.notfound|"
              "model_not_available",
     KIND(model_unknown)},
    {STATUS(404, 404), .words = "not found for account", KIND(model_unknown)},
    {.words = "requires a newer version", KIND(not_supported), .fix = "Update the server; the model is newer than it."},
    {.codes = "1212|1222", KIND(model_unknown), .fix = "The model is not served by this call; see the provider's list of models."},
    {.words = "model not exist|模型不存在|try pulling it|is not found for api version|"
              "not a valid model|no endpoints found|invalid model name|unknown model|model not found|"
              "no such model|you do not have access to it", KIND(model_unknown)},
    {STATUS(400, 404), .words = "the model|model ", .also = "does not exist", KIND(model_unknown)},
    {STATUS(404, 404), .words = "model:|no longer available", KIND(model_unknown)},
    {STATUS(404, 404), .words = "model '|model \"", .also = "not found", KIND(model_unknown)},
    {STATUS(404, 404), .codes = "not_found", .words = "models/", KIND(model_unknown)},

    // Structured output.
    {.codes = "json_validate_failed", KIND(server_error), .fix = "The model wrote no JSON, which is its own failure; a stronger model fails less."},
    {STATUS(400, 422), .codes = "invalid_json_schema|response_format", KIND(structured_rejected), .lesson = LESSON_STRUCTURED},
    {STATUS(400, 500), .words = "response_format|json_schema|json_object|structured output|structured_output|guided_json|"
                                "guided decoding|response_schema|responseschema|response_json_schema|responsejsonschema|"
                                "output_config.format|output_format|output format|responsemimetype|response_mime_type|"
                                "response mime type|json mode",
     .also = "not enabled|not support|unsupported|unavailable|invalid|must be|should be|not allowed|not permitted|unrecognized|unknown|"
             "failed|cannot|not available|unexpected|must contain",
     KIND(structured_rejected), .lesson = LESSON_STRUCTURED},
    {STATUS(400, 500), .words = "parse grammar|grammar error|convert the grammar|failed to initialize samplers|json schema conversion|xgrammar",
     KIND(structured_rejected), .lesson = LESSON_STRUCTURED},
    {STATUS(400, 422), .words = "must contain the word 'json'|must contain the word \"json\"",
     KIND(structured_rejected), .lesson = LESSON_STRUCTURED},

    // The cap on the answer, and the context.
    {STATUS(400, 500), .about = "prompt|input length|input tokens|total number of tokens|context length|context window",
     .says = "too long|too many tokens|can not exceed|too large for model|exceed context|longer than", KIND(context_exceeded), .lesson = LESSON_CAP},
    {STATUS(400, 422), .words = "max_tokens|max_completion_tokens|max_output_tokens|max tokens|maxoutputtokens",
     .also = "too large|at most|greater than|less than or equal|maximum allowed|valid range|supported range|range of|exceed|maximum is|"
             "<=|out of range|larger than",
     KIND(parameter_rejected), .lesson = LESSON_CAP},
    {.codes = "context_length_exceeded|exceed_context_size_error|1261", KIND(context_exceeded), .lesson = LESSON_CAP},
    {STATUS(400, 500), .words = "maximum context length|context length is only|prompt is too long|exceed context limit|"
                                "exceeds the maximum number of tokens|prompt 超长|available context size|"
                                "context window|exceeds the context|range of input length|input is too long|"
                                "longer than the maximum model length|maximum model length|longer than the model's context",
     KIND(context_exceeded), .lesson = LESSON_CAP},
    {STATUS(400, 422), .words = "max_new_tokens", .also = "must be <=", KIND(context_exceeded)},
    {.words = "too large to process", .also = "batch size", KIND(context_exceeded),
     .fix = "Start llama.cpp's server with a larger batch (-b and -ub), or send smaller images."},

    // Other parameters.
    {STATUS(400, 422), .codes = "unsupported_parameter|unsupported_value|unknown_parameter", KIND(parameter_rejected),
     .lesson = LESSON_PARAMETER},
    {STATUS(400, 422), .words = "unsupported parameter|only the default|unrecognized request argument|unknown parameter|"
                                "extra inputs are not permitted|deprecated for this model|is not supported with this model|"
                                "not supported for this model|unsupported value|unknown field|unrecognized field|unknown name|"
                                "does not support parameter|does not support the parameter|unexpected keyword|not a valid parameter",
     KIND(parameter_rejected), .lesson = LESSON_PARAMETER},
    // Some gateways pass a refusal on as a failure of their own.
    {STATUS(500, 502), .words = "unsupported parameter|unsupported value|unrecognized request argument|"
                                "extra inputs are not permitted|deprecated for this model",
     KIND(parameter_rejected), .lesson = LESSON_PARAMETER},
    {STATUS(400, 422), .words = "temperature|max_tokens|max_completion_tokens|maxoutputtokens", .also = "not support|unsupported|not allowed|invalid|must be|"
                                                                "range|should be|deprecated|cannot|may only|不支持|非法|不合法|无效", KIND(parameter_rejected),
     .lesson = LESSON_PARAMETER},

    {STATUS(400, 422), .words = "stream_options|include_usage", KIND(parameter_rejected), .lesson = LESSON_PARAMETER},
    {STATUS(400, 501), .words = FAULT_NO_STREAM, KIND(parameter_rejected), .lesson = LESSON_PARAMETER},

    {STATUS(400, 422), .words = "reasoning_effort|thinking|chat_template_kwargs|output_config.effort", .also = "not support|unsupported|not allowed|invalid|must be|"
                                "should be|cannot|not available|expected", KIND(parameter_rejected), .lesson = LESSON_PARAMETER},

    // Images that are not liked.
    {.codes = "image_too_large|image_file_too_large", KIND(image_too_large)},
    {STATUS(400, 422), .words = "image exceeds|image dimensions exceed|many-image requests|patches after processing|"
                                "image is too large|image too large|image size|file size is too large|image file is too large",
     KIND(image_too_large)},
    {.words = "encoder cache size", KIND(image_too_large),
     .fix = "Make images smaller with --max-side, or tell vLLM of larger ones (--limit-mm-per-prompt)."},
    {.codes = "invalid_image_url|failed_to_download_image", KIND(image_url_unreachable)},
    {STATUS(400, 500), .words = "error while downloading|timeout while downloading|unable to download the file|"
                                "failed to fetch media|blocked address|one of the allowed domains|failed to download multimodal|"
                                "failed to download image", KIND(image_url_unreachable)},
    {.codes = "invalid_base64_image|image_parse_error|invalid_image|invalid_image_format|image_too_small|empty_image_file|"
              "unsupported_image_media_type|invalid_image_mode|invalidparameter.unsupportedimageformat", KIND(image_rejected)},
    {STATUS(400, 500), .words = "failed to apply", .also = "processor", KIND(image_rejected)},
    {.words = "could not process image|unable to process input image|provided image is not valid|failed to load image|"
              "unsupported image|unsupported mime type|图片格式|图片输入格式|图片数量超过|cannot identify image|invalid data url|only base64 data urls|"
              "does not match the provided media type|failed to process image|invalid image|image_parse_error|"
              "incorrect padding|illegal base64|image length and width|could not decode image|failed to decode image|"
              "aspect ratio must be", KIND(image_rejected)},

    // Size of the body.
    {STATUS(400, 500), .words = "maximum allowed number of bytes|request entity too large|payload too large|payload size exceeds|body too large|"
                                "request body is too large|exceeded limit on max bytes|maximum request body size",
     KIND(body_too_large)},

    // Limits and load.
    {.words = "enginecore|enginedead|engine is dead|engine loop|background loop has errored", KIND(engine_dead)},
    {.words = "failed to load model|error loading model|could not load model|requires more system memory", KIND(engine_dead),
     .fix = "The server cannot load the model, often for want of memory; see its log, or serve a smaller model."},
    {.words = "loading model|model is loading|currently loading|model is still loading", KIND(model_loading)},
    {.codes = "overloaded_error|1305|1312", KIND(overloaded)},
    {.codes = "rate_limit_exceeded|rate_limit_error|1302|1303", KIND(rate_limited)},
    {STATUS(500, 599), .words = "overloaded|high demand|server busy|server is busy|slow down|maximum pending requests|服务繁忙|访问量过大",
     KIND(overloaded)},
    {.words = "rate limit exceeded|rate limit reached|too many requests", KIND(rate_limited)},
    {STATUS(400, 499), .codes = "1231", KIND(rate_limited)},

    {STATUS(500, 599), .words = "upstream connect error|no healthy upstream|reset before headers|"
                                "url could not be retrieved", KIND(gateway_error)},

    // Paths that are refused with a 200.
    {.words = "unexpected endpoint or method", KIND(not_found)},
    {.codes = "500", .words = "404 not_found", KIND(not_found)},
};
// clang-format on

const struct fault_rules fault_wordings = {wordings, sizeof wordings / sizeof *wordings};
