// The answers of the clouds that speak OpenAI's protocol in words of their own.
//
// Sources: DeepSeek's "Error Codes" and "Rate Limit", Zhipu's docs.bigmodel.cn "api-code", Model
// Studio's "Error messages", OpenRouter's "Errors"; refusals that clients keep as fixtures or
// report (the prefix rule: litellm issue 4881).
#include "excuses.h"

#define DEEPSEEK PLAYER_DEEPSEEK
#define ZHIPU PLAYER_ZHIPU
#define ALIBABA PLAYER_ALIBABA
#define OPENROUTER PLAYER_OPENROUTER
#define INVALID .type = "invalid_request_error", .code = "invalid_request_error"

// clang-format off
const struct excuse excuses_clouds[] = {
    {"key-missing", DEEPSEEK, {.status = 401, .type = "authentication_error", .code = "invalid_request_error", .message =
        "Authentication Fails (auth header format should be Bearer sk-...)"}},
    {"key-wrong", DEEPSEEK, {.status = 401, .type = "authentication_error", .code = "invalid_request_error", .message =
        "Authentication Fails, Your api key: ****0000 is invalid"}},
    {"quota", DEEPSEEK, {.status = 402, .type = "unknown_error", .code = "invalid_request_error", .message = "Insufficient Balance"}},
    {"model-unknown", DEEPSEEK, {.status = 400, INVALID, .message = "Model Not Exist"}},
    {"no-vision", DEEPSEEK, {.status = 400, INVALID, .message =
        "Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text` at "
        "line 1 column 120"}},
    {"image-role", DEEPSEEK, {.status = 400, INVALID, .message =
        "Failed to process the image: an image may only stand in a message of the role user. Unsupported image."}},
    {"json-invalid", DEEPSEEK, {.status = 400, INVALID, .message =
        "Failed to deserialize the JSON body into the target type: expected value at line 1 column 1"}},
    {"cap", DEEPSEEK, {.status = 400, INVALID, .message = "Invalid max_tokens value, the valid range of max_tokens is [1, {limit}]"}},
    {"no-structured", DEEPSEEK, {.status = 400, INVALID, .message = "This response_format type is unavailable now"}},
    {"prefix", DEEPSEEK, {.status = 400, INVALID, .message =
        "prefix is only available when using beta api (set base_url=\"https://api.deepseek.com/beta\")"}},
    {"last-role", DEEPSEEK, {.status = 400, INVALID, .message =
        "The last message of {model} must be a user message, or an assistant message with prefix mode on (refer to "
        "https://api-docs.deepseek.com/guides/chat_prefix_completion)."}},
    {"context", DEEPSEEK, {.status = 400, INVALID, .message =
        "This model's maximum context length is {limit} tokens. However, you requested {actual} tokens ({actual} in the messages, 0 in "
        "the completion). Please reduce the length of the messages or completion."}},
    {"422", DEEPSEEK, {.status = 422, INVALID, .message = "Invalid parameters"}},
    {"filter", DEEPSEEK, {.status = 400, INVALID, .message = "Content Exists Risk"}},
    {"429", DEEPSEEK, {.status = 429, INVALID, .message = "Rate limit reached"}},
    {"rate-requests", DEEPSEEK, {.status = 429, INVALID, .message = "Rate limit reached"}},
    {"rate-tokens", DEEPSEEK, {.status = 429, INVALID, .message = "Rate limit reached"}},
    {"concurrency", DEEPSEEK, {.status = 429, INVALID, .message = "Rate limit reached"}},
    {"overloaded", DEEPSEEK, {.status = 503, .type = "service_unavailable_error", .code = "service_unavailable_error", .message =
        "Service is too busy. The server is overloaded. We advise users to temporarily switch to alternative LLM API service providers."}},
    {"503", DEEPSEEK, {.status = 503, .type = "service_unavailable_error", .code = "service_unavailable_error", .message =
        "Service is too busy. The server is overloaded."}},
    {"402", DEEPSEEK, {.status = 402, .type = "unknown_error", .code = "invalid_request_error", .message = "Insufficient Balance"}},

    {"key-missing", ZHIPU, {.status = 401, .code = "1001", .message = "Header中未收到Authorization参数，无法进行身份验证"}},
    {"key-wrong", ZHIPU, {.status = 401, .code = "1002", .message = "Authorization Token非法，请确认Authorization Token正确传递。"}},
    {"key-expired", ZHIPU, {.status = 401, .code = "1003", .message = "Authorization Token已过期，请重新生成/获取"}},
    {"key-check", ZHIPU, {.status = 401, .code = "1005", .message = "当前账号需要二次认证，请前往控制台完成认证"}},
    {"key-locked", ZHIPU, {.status = 429, .code = "1112", .message = "您的账户已被锁定，请联系客服解锁"}},
    {"key-inactive", ZHIPU, {.status = 401, .code = "1110", .message = "您的账户当前处于非活动状态。请检查账户信息"}},
    {"key-forbidden", ZHIPU, {.status = 403, .code = "1220", .message = "您无权访问{model}"}},
    {"plan", ZHIPU, {.status = 429, .code = "1311", .message = "当前订阅套餐暂未开放{model}权限"}},
    {"quota", ZHIPU, {.status = 429, .code = "1113", .message = "您的账户已欠费，请充值后重试"}},
    {"model-unknown", ZHIPU, {.status = 400, .code = "1211", .message = "模型不存在，请检查模型代码。"}},
    {"model-call", ZHIPU, {.status = 400, .code = "1212", .message = "当前模型不支持同步调用方式"}},
    {"model-retired", ZHIPU, {.status = 400, .code = "1221", .message = "API {model} 已下线"}},
    {"image-format", ZHIPU, {.status = 400, .code = "1210", .message = "图片输入格式/解析错误"}},
    {"image-broken", ZHIPU, {.status = 400, .code = "1210", .message = "图片输入格式/解析错误"}},
    {"image-count", ZHIPU, {.status = 400, .code = "1210", .message = "输入图片数量超过限制"}},
    {"no-vision", ZHIPU, {.status = 400, .code = "1210", .message = "API 调用参数有误，请检查文档：{model} does not support image input"}},
    {"parameter", ZHIPU, {.status = 400, .code = "1214", .message = "{name} 参数非法。Unsupported parameter: {name}。请检查文档。"}},
    {"context", ZHIPU, {.status = 400, .code = "1261", .message = "Prompt 超长"}},
    {"filter", ZHIPU, {.status = 400, .code = "1301", .details = "[{\"level\":0,\"role\":\"user\"}]", .message =
        "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。"}},
    {"429", ZHIPU, {.status = 429, .code = "1302", .message = "您的账户已达到速率限制，请您控制请求频率"}},
    {"rate-requests", ZHIPU, {.status = 429, .code = "1303", .message = "您当前使用该API的频率过高，请降低频率，或联系客服增加限额。"}},
    {"rate-tokens", ZHIPU, {.status = 429, .code = "1303", .message = "您当前使用该API的频率过高，请降低频率，或联系客服增加限额。"}},
    {"concurrency", ZHIPU, {.status = 429, .code = "1302", .message = "您当前使用该API的并发数过高，请降低并发，或联系客服增加限额。"}},
    {"quota-day", ZHIPU, {.status = 429, .code = "1304", .message = "该API今日调用次数已达上限"}},
    {"quota-period", ZHIPU, {.status = 429, .code = "1308", .message = "已达到 5 小时的使用上限。您的限额将在 2026-12-01 00:00:00 重置。"}},
    {"overloaded", ZHIPU, {.status = 429, .code = "1305", .message = "当前API访问量过大，请稍后再试"}},
    {"model-busy", ZHIPU, {.status = 429, .code = "1312", .message = "该模型当前访问量过大，请您稍后再试"}},
    {"fair-use", ZHIPU, {.status = 429, .code = "1313", .message = "您的账户当前使用模式不符合公平使用策略"}},
    {"duplicate", ZHIPU, {.status = 400, .code = "1231", .message = "您已有请求：simulated"}},
    {"500", ZHIPU, {.status = 500, .code = "1234", .message = "网络错误，错误id：simulated，请联系客服。"}},
    {"error-in-200", ZHIPU, {.status = 200, .raw = "{\"code\":500,\"msg\":\"404 NOT_FOUND\",\"success\":false}"}},
    {"not-found", ZHIPU, {.status = 404, .raw =
        "{\"timestamp\":\"2026-11-01T00:00:00.000+00:00\",\"status\":404,\"error\":\"Not Found\",\"path\":\"{path}\"}"}},

    {"key-missing", ALIBABA, {.status = 401, .type = "invalid_request_error", .message =
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. "
        "Authorization: Bearer YOUR_KEY)."}},
    {"key-wrong", ALIBABA, {.status = 401, .type = "invalid_request_error", .code = "invalid_api_key", .message =
        "Incorrect API key provided."}},
    {"key-forbidden", ALIBABA, {.status = 403, .type = "Model.AccessDenied", .code = "Model.AccessDenied", .message = "Model access denied."}},
    {"quota", ALIBABA, {.status = 400, .type = "Arrearage", .code = "Arrearage", .message =
        "Access denied, please make sure your account is in good standing."}},
    {"free-tier", ALIBABA, {.status = 403, .type = "AllocationQuota.FreeTierOnly", .code = "AllocationQuota.FreeTierOnly", .message =
        "The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable "
        "the \"use free tier only\" mode in the management console."}},
    {"model-unknown", ALIBABA, {.status = 404, .type = "invalid_request_error", .code = "model_not_found", .message =
        "The model `{model}` does not exist or you do not have access to it."}},
    {"cap", ALIBABA, {.status = 400, .type = "invalid_request_error", .code = "invalid_parameter_error", .message =
        "Range of max_tokens should be [1, {limit}]"}},
    {"context", ALIBABA, {.status = 400, .type = "invalid_request_error", .code = "invalid_parameter_error", .message =
        "Range of input length should be [1, {limit}]"}},
    {"image-side", ALIBABA, {.status = 400, .type = "invalid_request_error", .code = "invalid_parameter_error", .message =
        "The image length and width do not meet the model restrictions."}},
    {"image-url", ALIBABA, {.status = 400, .type = "invalid_request_error", .code = "invalid_parameter_error", .message =
        "Failed to download multimodal content"}},
    {"filter", ALIBABA, {.status = 400, .type = "data_inspection_failed", .code = "data_inspection_failed", .message =
        "Input data may contain inappropriate content."}},
    {"429", ALIBABA, {.status = 429, .type = "limit_requests", .code = "limit_requests", .message =
        "You exceeded your current requests list. For details, see: https://help.aliyun.com/zh/model-studio/error-code#rate-limit"}},
    {"rate-requests", ALIBABA, {.status = 429, .type = "limit_requests", .code = "limit_requests", .message =
        "You exceeded your current requests list. For details, see: https://help.aliyun.com/zh/model-studio/error-code#rate-limit"}},
    {"rate-tokens", ALIBABA, {.status = 429, .type = "insufficient_quota", .code = "insufficient_quota", .message =
        "You exceeded your current quota, please check your plan and billing details. For details, see: "
        "https://help.aliyun.com/zh/model-studio/error-code#token-limit"}},

    {"key-missing", OPENROUTER, {.status = 401, .message = "No auth credentials found"}},
    {"key-wrong", OPENROUTER, {.status = 401, .message = "User not found."}},
    {"quota", OPENROUTER, {.status = 402, .message =
        "Insufficient credits. Add more using https://openrouter.ai/settings/credits"}},
    {"402", OPENROUTER, {.status = 402, .message = "Insufficient credits"}},
    {"model-unknown", OPENROUTER, {.status = 400, .message = "{model} is not a valid model ID"}},
    {"model-none", OPENROUTER, {.status = 404, .message = "No endpoints found for {model}."}},
    {"no-vision", OPENROUTER, {.status = 404, .message = "No endpoints found that support image input"}},
    {"filter", OPENROUTER, {.status = 403, .message = "Your input was flagged by moderation", .details =
        "{\"reasons\":[\"violence\"],\"flagged_input\":\"...\",\"provider_name\":\"Simulated\"}"}},
    {"429", OPENROUTER, {.status = 429, .message = "Provider returned error", .details =
        "{\"raw\":\"{model} is temporarily rate-limited upstream. Please retry shortly.\",\"provider_name\":\"Simulated\"}"}},
    {"rate-requests", OPENROUTER, {.status = 429, .message = "Rate limit exceeded: free-models-per-min."}},
    {"rate-tokens", OPENROUTER, {.status = 429, .message = "Rate limit exceeded: tokens-per-min."}},
    {"quota-day", OPENROUTER, {.status = 429, .message =
        "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"}},
    {"error-in-200", OPENROUTER, {.status = 429, .message = "Provider returned error", .details =
        "{\"raw\":\"{\\\"error\\\":{\\\"message\\\":\\\"slow down, retry after 5 seconds\\\"}}\"}"}},
    {"stream-error", OPENROUTER, {.status = 502, .raw =
        "{\"id\":\"gen-simulated\",\"object\":\"chat.completion.chunk\",\"model\":\"{model}\",\"error\":{\"code\":502,\"message\":"
        "\"Provider disconnected\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}"}},
    {"503", OPENROUTER, {.status = 503, .message = "There is no available model provider that meets your routing requirements; all are overloaded"}},
    {0},
};
