"""A holdout set: what endpoints answer when they refuse, and what should be made of it.

Written without a look at the rules or their cases: wordings from providers' documentation, from users' reports
and from the servers' sources; expectations from what they mean. Each row: name, provider whose reader is used,
status, headers, body, kinds that are right, verdicts that are right, wait in ms (None: not looked at).
"""
import json

ROWS = []
HTML = "text/html"


def row(name, provider, status, body, kinds, verdicts, wait=None, headers=None, content="application/json"):
    if not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False)
    ROWS.append((name, provider, status, {"Content-Type": content, **(headers or {})}, body,
                 kinds.split("|"), verdicts.split("|"), wait))


def err(message, type=None, code=None, **more):
    return {"error": {"message": message, "type": type, "param": more.pop("param", None), "code": code, **more}}


def flat(message, type="BadRequestError", code=400):
    return {"object": "error", "message": message, "type": type, "param": None, "code": code}


def anthropic(type, message):
    return {"type": "error", "error": {"type": type, "message": message}, "request_id": "req_011C"}


def gemini(code, message, status, *details):
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def page(title, more=""):
    return f"<!DOCTYPE html>\r\n<html><head><title>{title}</title></head><body><h1>{title}</h1>{more}</body></html>"


# OpenAI and Azure.
row("openai-no-member", "openai", 401, err("You must be a member of an organization to use the API.", "invalid_request_error"), "key_forbidden", "run")
row("openai-host-region", "openai", 401, err("Attempted to access resource with incorrect regional hostname. Please make your request to us.api.openai.com", "invalid_request_error", "incorrect_hostname"), "region", "run")
row("openai-country", "openai", 403, err("Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"), "region", "run")
row("openai-one-request-over", "openai", 429, err("Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 42312. The input or output tokens must be reduced in order to run successfully.", "tokens", "rate_limit_exceeded"), "request_over_limit", "item")
row("openai-tpm", "openai", 429, err("Rate limit reached for gpt-4o-mini in organization org-x on tokens per min (TPM): Limit 200000, Used 199000, Requested 3820. Please try again in 1.146s.", "tokens", "rate_limit_exceeded"), "rate_limited", "wait", 1146)
row("openai-cap", "openai", 400, err("max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.", "invalid_request_error", "invalid_value", param="max_tokens"), "parameter_rejected", "adapt")
row("openai-no-chat-model", "openai", 404, err("This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?", "invalid_request_error", param="model"), "model_unknown", "run")
row("openai-project-model", "openai", 403, err("Project `proj_x` does not have access to model `gpt-4o`", "invalid_request_error", "model_not_found"), "model_unknown|key_forbidden", "run")
row("openai-no-vision", "openai", 400, err("Invalid content type. image_url is only supported by certain models.", "invalid_request_error", param="messages.[1].content.[0].type"), "no_vision", "run")
row("openai-format", "openai", 400, err("You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].", "invalid_request_error", "invalid_image_format"), "image_rejected", "item")
row("openai-image-policy", "openai", 400, err("Your input image may contain content that is not allowed by our safety system.", "invalid_request_error", "content_policy_violation"), "content_filtered", "item")
row("openai-hard-limit", "openai", 400, err("Billing hard limit has been reached", "invalid_request_error", "billing_hard_limit_reached"), "no_money", "run")
row("openai-not-active", "openai", 429, err("Your account is not active, please check your billing details on our website.", "billing_not_active", "billing_not_active"), "no_money", "run")
row("openai-deactivated", "openai", 401, err("The OpenAI account associated with this API key has been deactivated. Please check your email for more information.", "invalid_request_error", "account_deactivated"), "key_forbidden|key_wrong", "run")
row("openai-empty-image", "openai", 400, err("The image file is empty.", "invalid_request_error", "empty_image_file"), "image_rejected", "item")
row("openai-patches", "openai", 400, err("Invalid image: 20164 patches after processing, exceeding the limit of 10000.", "invalid_request_error", "invalid_value"), "image_too_large", "item")
row("azure-deployment", "openai", 404, {"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}, "model_unknown", "run")
row("azure-resource", "openai", 404, {"error": {"code": "404", "message": "Resource not found"}}, "not_found", "run")
row("azure-filter", "openai", 400, err("The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.", None, "content_filter", param="prompt", status=400), "content_filtered", "item")
row("azure-key", "openai", 401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription."}}, "key_wrong", "run")
row("azure-tier", "openai", 429, {"error": {"code": "429", "message": "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-06-01 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 27 seconds."}}, "rate_limited", "wait", 27000)

# Anthropic.
row("anthropic-disabled", "anthropic", 400, anthropic("invalid_request_error", "This organization has been disabled."), "key_forbidden", "run")
row("anthropic-oauth", "anthropic", 401, anthropic("authentication_error", "OAuth authentication is currently not allowed for this organization."), "key_wrong|key_forbidden", "run")
row("anthropic-tier-spend", "anthropic", 429, {"type": "error", "error": {"type": "rate_limit_error", "message": "This request would exceed your organization's monthly spend.", "details": {"error_code": "enforced_spend_limit_reached"}}}, "no_money", "run")
row("anthropic-own-limit", "anthropic", 400, anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."), "no_money|quota_exhausted", "run")
row("anthropic-side", "anthropic", 400, anthropic("invalid_request_error", "messages.0.content.0.image.source.base64.data: At least one of the image dimensions exceed max allowed size: 8000 pixels"), "image_too_large", "item")
row("anthropic-media-type", "anthropic", 400, anthropic("invalid_request_error", "messages.0.content.0.image.source.base64.data: Image does not match the provided media type image/jpeg"), "image_rejected", "item")
row("anthropic-thinking", "anthropic", 400, anthropic("invalid_request_error", "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" instead."), "parameter_rejected", "adapt")
row("anthropic-overload-in-200", "anthropic", 200, anthropic("overloaded_error", "Overloaded"), "overloaded", "retry")
row("anthropic-413-page", "anthropic", 413, page("413 Request Entity Too Large", "<hr><center>cloudflare</center>"), "body_too_large", "item", content=HTML)
row("anthropic-format-extra", "anthropic", 400, anthropic("invalid_request_error", "output_config.format: Extra inputs are not permitted"), "structured_rejected", "adapt")
row("anthropic-filter", "anthropic", 400, anthropic("invalid_request_error", "Output blocked by content filtering policy"), "content_filtered", "item")
row("anthropic-prefill", "anthropic", 400, anthropic("invalid_request_error", "This model does not support assistant message prefill. The conversation must end with a user message."), "parameter_rejected|bad_request", "adapt|item")
row("bedrock-image", "anthropic", 400, {"message": "messages.0.content.0.image.source.base64: image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes"}, "image_too_large", "item")
row("bedrock-expired", "anthropic", 403, {"message": "The security token included in the request is expired"}, "key_wrong|key_forbidden", "run")
row("bedrock-throttled", "anthropic", 429, {"message": "Too many requests, please wait before trying again."}, "rate_limited", "wait")

# Gemini.
row("gemini-key-array", "gemini", 400, [gemini(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"})], "key_wrong", "run")
row("gemini-nested", "gemini", 503, {"error": {"message": json.dumps(gemini(503, "The model is overloaded. Please try again later.", "UNAVAILABLE")), "code": 503, "status": "Service Unavailable"}}, "overloaded", "retry")
row("gemini-location", "gemini", 400, gemini(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"), "region", "run")
row("gemini-per-day", "gemini", 429, gemini(429, "You exceeded your current quota, please check your plan and billing details.", "RESOURCE_EXHAUSTED", {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "20"}]}, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "41s"}), "quota_exhausted", "run")
row("gemini-per-minute", "gemini", 429, gemini(429, "You exceeded your current quota, please check your plan and billing details.", "RESOURCE_EXHAUSTED", {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier"}]}, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38.2s"}), "rate_limited", "wait", 38200)
row("gemini-limit-zero", "gemini", 429, gemini(429, "You exceeded your current quota, please check your plan and billing details. * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-3.1-pro\nPlease retry in 56.42777108s.", "RESOURCE_EXHAUSTED", {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "56s"}), "quota_exhausted|no_money", "run")
row("gemini-leaked", "gemini", 403, gemini(403, "Your API key was reported as leaked. Please use another API key.", "PERMISSION_DENIED"), "key_wrong|key_forbidden", "run")
row("gemini-disabled", "gemini", 403, gemini(403, "Generative Language API has not been used in project 123 before or it is disabled.", "PERMISSION_DENIED", {"reason": "SERVICE_DISABLED"}), "key_forbidden", "run")
row("gemini-image", "gemini", 400, gemini(400, "Unable to process input image. Please retry or report in https://developers.generativeai.google/guide/troubleshooting", "INVALID_ARGUMENT"), "image_rejected", "item")
row("gemini-image-nested", "openai", 400, err("openai error: Unable to process input image. Please retry or report in https://developers.generativeai.google/guide/troubleshooting", None, 400), "image_rejected", "item")
row("gemini-unknown-field", "gemini", 400, gemini(400, "Invalid JSON payload received. Unknown name \"thinkingConfig\" at 'generation_config': Cannot find field.", "INVALID_ARGUMENT"), "parameter_rejected", "adapt")
row("gemini-schema-field", "gemini", 400, gemini(400, "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'generation_config.response_schema': Cannot find field.", "INVALID_ARGUMENT"), "structured_rejected", "adapt")
row("gemini-tokens", "gemini", 400, gemini(400, "The input token count (2097152) exceeds the maximum number of tokens allowed (1048576).", "INVALID_ARGUMENT"), "context_exceeded", "item")
row("gemini-payload", "gemini", 400, gemini(400, "Request payload size exceeds the limit: 20971520 bytes.", "INVALID_ARGUMENT"), "body_too_large|image_too_large", "item")
row("gemini-model", "gemini", 404, gemini(404, "models/gemini-9-flash is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models.", "NOT_FOUND"), "model_unknown", "run")
row("gemini-budget", "gemini", 400, gemini(400, "Budget 0 is invalid. This model only works in thinking mode.", "INVALID_ARGUMENT"), "parameter_rejected", "adapt")

# DeepSeek.
row("deepseek-balance", "openai", 402, err("Insufficient Balance", "unknown_error", "invalid_request_error"), "no_money", "run")
row("deepseek-model", "openai", 400, err("Model Not Exist", "invalid_request_error", "invalid_request_error"), "model_unknown", "run")
row("deepseek-variant-422", "openai", 422, "Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text` at line 1 column 204", "no_vision", "run", content="text/plain")
row("deepseek-format", "openai", 400, err("This response_format type is unavailable now", "invalid_request_error", "invalid_request_error"), "structured_rejected", "adapt")
row("deepseek-cap", "openai", 400, err("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", "invalid_request_error", "invalid_request_error"), "parameter_rejected", "adapt")
row("deepseek-resources", "openai", 200, {"id": "1", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "insufficient_system_resource"}], "usage": {"prompt_tokens": 9, "completion_tokens": 0}}, "overloaded|server_error", "retry")

# Zhipu, in its own language.
row("zhipu-arrears", "openai", 429, {"error": {"code": "1113", "message": "您的账户已欠费，请充值后重试。"}}, "no_money", "run")
row("zhipu-concurrency", "openai", 429, {"error": {"code": "1302", "message": "您当前使用该API的并发数过高，请降低并发，或联系客服增加限额。"}}, "rate_limited", "wait")
row("zhipu-crowded", "openai", 429, {"error": {"code": "1305", "message": "该模型当前访问量过大，请您稍后再试"}}, "overloaded|rate_limited", "retry|wait")
row("zhipu-day", "openai", 429, {"error": {"code": "1304", "message": "该API已达今日调用次数限额，如有更多请求，请联系客服购买"}}, "quota_exhausted", "run")
row("zhipu-period", "openai", 429, {"error": {"code": "1308", "message": "已达到5小时的使用上限。您的限额将在 2026-11-22 18:00:00 重置。"}}, "quota_exhausted", "run")
row("zhipu-model", "openai", 400, {"error": {"code": "1211", "message": "模型不存在，请检查模型代码。"}}, "model_unknown", "run")
row("zhipu-text-only", "openai", 400, {"error": {"code": "1210", "message": "messages.content.type 参数非法，取值范围 ['text']"}}, "no_vision", "run")
row("zhipu-sensitive", "openai", 400, {"contentFilter": [{"level": 1, "role": "user"}], "error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。"}}, "content_filtered", "item")
row("zhipu-expired", "openai", 401, {"error": {"code": "1003", "message": "身份验证令牌已过期，请重新生成"}}, "key_wrong", "run")
row("zhipu-no-code-expired", "openai", 401, {"error": {"message": "令牌已过期或验证不正确"}}, "key_wrong", "run")
row("zhipu-long", "openai", 400, {"error": {"code": "1261", "message": "Prompt 超长"}}, "context_exceeded", "item")
row("zhipu-image", "openai", 400, {"error": {"code": "1210", "message": "图片输入格式/解析错误"}}, "image_rejected", "item")
row("zhipu-net", "openai", 500, {"error": {"code": "1234", "message": "网络错误，错误id：202611221530，请联系客服"}}, "server_error", "retry")
row("zhipu-locked", "openai", 429, {"error": {"code": "1112", "message": "您的账户已被锁定，请联系客服解锁。"}}, "key_forbidden", "run")
row("zhipu-plan-over", "openai", 429, {"error": {"code": "1309", "message": "您的GLM Coding Plan套餐已到期，暂无法使用"}}, "no_money|key_forbidden|quota_exhausted", "run")
row("zhipu-path", "openai", 404, {"timestamp": "2026-11-22T07:00:00.000+00:00", "status": 404, "error": "Not Found", "path": "/v4/v1/chat/completions"}, "not_found", "run")
row("zhipu-path-in-200", "openai", 200, {"code": 500, "msg": "404 NOT_FOUND", "success": False}, "not_found", "run")

# Alibaba Model Studio.
row("dashscope-arrears", "openai", 400, err("Access denied, please make sure your account is in good standing.", "Arrearage", "Arrearage"), "no_money", "run")
row("dashscope-free-tier", "openai", 403, err("The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the \"use free tier only\" mode in the management console.", "AllocationQuota.FreeTierOnly", "AllocationQuota.FreeTierOnly"), "quota_exhausted|no_money", "run")
row("dashscope-tpm", "openai", 429, err("You exceeded your current quota, please check your plan and billing details. For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit", "insufficient_quota", "insufficient_quota"), "rate_limited", "wait")
row("dashscope-rpm", "openai", 429, err("You have exceeded your current request limit. For details, see: https://help.aliyun.com/zh/model-studio/error-code#rate-limit", "limit_requests", "limit_requests"), "rate_limited", "wait")
row("dashscope-length", "openai", 400, err("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]", "invalid_request_error", "invalid_parameter_error"), "context_exceeded", "item")
row("dashscope-small-image", "openai", 400, err("<400> InternalError.Algo.InvalidParameter: The image length and width do not meet the model restrictions. [height:5 or width:5 must be larger than 10]", "invalid_request_error", "invalid_parameter_error"), "image_rejected", "item")
row("dashscope-data-uri", "openai", 400, err("<400> InternalError.Algo.InvalidParameter: Exceeded limit on max bytes per data-uri item : 10485760", "invalid_request_error", "invalid_parameter_error"), "image_too_large", "item")
row("dashscope-inspection", "openai", 400, err("<400> InternalError.Algo.DataInspectionFailed: Output data may contain inappropriate content.", "data_inspection_failed", "data_inspection_failed"), "content_filtered", "item")
row("dashscope-model-denied", "openai", 403, err("Model access denied.", "access_denied", "Model.AccessDenied"), "key_forbidden|model_unknown", "run")
row("dashscope-native", "openai", 400, {"request_id": "8a90", "code": "InvalidParameter", "message": "url error, please check url！"}, "bad_request|not_found|no_vision|image_rejected", "item|run")

# Gateways that resell.
row("openrouter-afford", "openai", 402, {"error": {"message": "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 3395. To increase, visit https://openrouter.ai/settings/credits and upgrade to a paid account", "code": 402, "metadata": {"provider_name": None}}, "user_id": "user_x"}, "no_money", "run")
row("openrouter-upstream", "openai", 429, {"error": {"message": "Provider returned error", "code": 429, "metadata": {"raw": "z-ai/glm-5.3-flash is temporarily rate-limited upstream. Please retry shortly, or add your own key to accumulate your rate limits", "provider_name": "BaseTen"}}}, "rate_limited|overloaded", "wait|retry")
row("openrouter-no-image", "openai", 404, {"error": {"message": "No endpoints found that support image input", "code": 404}}, "no_vision", "run")
row("openrouter-policy", "openai", 404, {"error": {"message": "No endpoints found matching your data policy. Configure: https://openrouter.ai/settings/privacy", "code": 404}}, "key_forbidden|model_unknown", "run")
row("openrouter-user", "openai", 401, {"error": {"message": "User not found.", "code": 401}}, "key_wrong", "run")
row("openrouter-model", "openai", 400, {"error": {"message": "qwen/qwen2.5-vl-7b is not a valid model ID", "code": 400}}, "model_unknown", "run")
row("openrouter-502", "openai", 502, {"error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": "error code: 502"}}}, "gateway_error|server_error", "retry")
row("openrouter-429-in-200", "openai", 200, {"error": {"message": "Rate limit exceeded", "code": 429}}, "rate_limited", "wait")
row("openrouter-choice-error", "openai", 200, {"id": "gen-1", "choices": [{"index": 0, "finish_reason": "error", "error": {"code": 502, "message": "Upstream error from Chutes: worker died"}, "message": {"role": "assistant", "content": ""}}]}, "gateway_error|server_error", "retry")
row("openrouter-moderation", "openai", 403, {"error": {"message": "openai/gpt-4o requires moderation on OpenAI. Your input was flagged for \"violence/graphic\".", "code": 403, "metadata": {"reasons": ["violence/graphic"], "flagged_input": "..."}}}, "content_filtered", "item")
row("openrouter-free-day", "openai", 429, {"error": {"message": "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day", "code": 429, "metadata": {"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0"}}}}, "quota_exhausted", "run")
row("moonshot-suspended", "openai", 429, err("Your account org-446a <ak-f8> is suspended due to insufficient balance, please recharge your account or check your plan and billing details", "exceeded_current_quota_error"), "no_money", "run")
row("moonshot-inactive", "openai", 403, err("Your account org-1<ak-2> is not active, organization <org-1> exceeded current quota, please check your plan and billing details", "exceeded_current_quota_error"), "no_money|quota_exhausted", "run")
row("moonshot-rpm", "openai", 429, err("Your account org-e6<ak-f8> request reached organization max RPM: 3, please try again after 1 seconds", "rate_limit_reached_error"), "rate_limited", "wait", 1000)
row("moonshot-tpd", "openai", 429, err("Your account org-78 request reached organization TPD rate limit, current: 1526210, limit: 1500000", "rate_limit_reached_error"), "quota_exhausted", "run")
row("groq-413", "openai", 413, err("Request too large for model `llama-4-scout` in organization `org_x` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing", "tokens", "rate_limit_exceeded"), "request_over_limit", "item")
row("groq-tpd", "openai", 429, err("Rate limit reached for model `llama-4-scout` in organization `org_x` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing", "tokens", "rate_limit_exceeded"), "rate_limited|quota_exhausted", "wait|run")
row("xai-key", "openai", 400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: gs***tF. You can obtain an API key from https://console.x.ai."}, "key_wrong", "run")
row("xai-credits", "openai", 403, {"code": "The caller does not have permission to execute the specified operation", "error": "Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai/team/481c."}, "no_money", "run")
row("xai-model", "openai", 404, {"code": "Some requested entity was not found", "error": "The model grok-9-vision does not exist or your team 481c does not have access to it."}, "model_unknown", "run")
row("ark-model", "openai", 404, {"code": "InvalidEndpointOrModel.NotFound", "message": "The model or endpoint doubao-vision does not exist or you do not have access to it. Request id: 02178", "param": "", "type": "Not Found"}, "model_unknown", "run")
row("ark-image", "openai", 400, err("The request failed because the image format is not supported by the API. Request id: 021", "BadRequest", "InvalidParameter.UnsupportedImageFormat", param="image_url"), "image_rejected", "item")
row("ark-paused", "openai", 429, err("Your account [2100334555] has reached the set inference limit for the [doubao-seed-1-6-flash] model, and the model service has been paused. To continue using this model, please visit the Model Activation page to adjust or close the \"Safe Experience Mode\"", "TooManyRequests", "SetLimitExceeded"), "quota_exhausted|no_money", "run")
row("ark-overdue", "openai", 403, err("The request failed because your account has an overdue balance.", "Forbidden", "AccountOverdueError"), "no_money", "run")
row("ark-not-open", "openai", 404, err("Your account 2100 has not activated the model doubao-vision. Please activate the model service in the Ark Console.", "NotFound", "ModelNotOpen"), "key_forbidden|model_unknown", "run")
row("silicon-model", "openai", 400, {"code": 20012, "message": "Model does not exist. Please check it carefully.", "data": None}, "model_unknown", "run")
row("silicon-no-vlm", "openai", 400, {"code": 20041, "message": "The model is not a VLM (Vision Language Model). Please use text-only prompts.", "data": None}, "no_vision", "run")
row("silicon-balance", "openai", 403, {"code": 30001, "message": "Sorry, your account balance is insufficient", "data": None}, "no_money", "run")
row("silicon-overload", "openai", 503, {"code": 50505, "message": "Model service overloaded. Please try again later.", "data": None}, "overloaded", "retry")
row("silicon-token", "openai", 401, "\"Invalid token\"", "key_wrong", "run")
row("mistral-extra", "openai", 422, {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted", "input": 32000}]}, "type": "invalid_request_error", "param": None, "code": None}, "parameter_rejected", "adapt")
row("mistral-rate", "openai", 429, {"message": "Requests rate limit exceeded"}, "rate_limited", "wait")
row("mistral-capacity", "openai", 429, flat("Service tier capacity exceeded for this model.", "service_tier_capacity_exceeded", "3505"), "rate_limited|overloaded", "wait|retry")
row("mistral-key", "openai", 401, {"detail": "Unauthorized"}, "key_wrong|key_missing", "run")
row("fireworks-suspended", "openai", 412, err("Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices. Please go to https://fireworks.ai/account/billing for more information.", "error", "PRECONDITION_FAILED"), "no_money", "run")
row("hf-credits", "openai", 402, {"error": "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits."}, "no_money|quota_exhausted", "run")
row("hf-loading", "openai", 503, {"error": "Model Qwen/Qwen2-VL-2B-Instruct is currently loading", "estimated_time": 176.7}, "model_loading", "retry")
row("tgi-tokens", "openai", 422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 8740 `inputs` tokens and 500 `max_new_tokens`", "error_type": "validation"}, "context_exceeded", "item")
row("tgi-body", "openai", 413, "Failed to buffer the request body: length limit exceeded", "body_too_large", "item", content="text/plain")
row("github-tokens", "openai", 413, {"error": {"code": "tokens_limit_reached", "message": "Request body too large for gpt-4.1 model. Max size: 8000 tokens.", "details": "Request body too large for gpt-4.1 model. Max size: 8000 tokens."}}, "context_exceeded|request_over_limit|body_too_large", "item")

# Gateways of one's own.
row("oneapi-channel", "openai", 503, err("当前分组 default 下对于模型 gpt-4o-mini 无可用渠道 (request id: 2026)", "one_api_error"), "model_unknown", "run")
row("newapi-channel", "openai", 503, {"error": {"message": "No available channels for model gpt-4o in group default (request id: 1)", "message_zh": "当前分组 default 下对于模型 gpt-4o 无可用渠道", "type": "new_api_error"}}, "model_unknown", "run")
row("newapi-quota", "openai", 403, err("用户额度不足, 剩余额度: ＄0.000000 (request id: 2026)", "new_api_error", "insufficient_user_quota"), "no_money", "run")
row("oneapi-token", "openai", 401, err("无效的令牌 (request id: 2026)", "one_api_error"), "key_wrong", "run")
row("oneapi-used-up", "openai", 401, err("该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = 0", "one_api_error"), "no_money|quota_exhausted", "run")
row("oneapi-saturated", "openai", 429, err("当前分组上游负载已饱和，请稍后再试 (request id: 2026)", "one_api_error"), "overloaded|rate_limited", "retry|wait")
row("litellm-token", "openai", 401, err("Authentication Error, Invalid proxy server token passed. Received API Key = sk-...8aSP, Key Hash (Token) =569909. Unable to find token in cache or `LiteLLM_VerificationTokenTable`", "token_not_found_in_db", "401", param="key"), "key_wrong", "run")
row("litellm-budget", "openai", 400, err("Budget has been exceeded! Current cost: 10.2, Max budget: 10.0", "budget_exceeded", "400"), "no_money", "run")
row("litellm-model", "openai", 400, err("/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.", "invalid_request_error", "400"), "model_unknown", "run")
row("litellm-key-model", "openai", 401, err("key not allowed to access model. This key can only access models=['a']. Tried to access b", "key_model_access_denied", "401", param="model"), "key_forbidden|model_unknown", "run")
row("litellm-wrapped-overload", "openai", 500, err("litellm.InternalServerError: AnthropicException - {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}. Received Model Group=claude", None, "500"), "overloaded", "retry")
row("litellm-cooldown", "openai", 429, err("No deployments available for selected model, Try again in 60 seconds. Passed model=gpt-4o. pre-call-checks=False", "None", "429"), "rate_limited|overloaded", "wait|retry", 60000)
row("litellm-params", "openai", 400, err("litellm.UnsupportedParamsError: openai does not support parameters: ['temperature'], for model=o3. To drop these, set `litellm.drop_params=True`", "None", "400"), "parameter_rejected", "adapt")
row("litellm-wrapped-max-tokens", "openai", 400, err("litellm.BadRequestError: OpenAIException - Error code: 400 - {'error': {'message': \"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.\", 'code': 'unsupported_parameter'}}", None, "400"), "parameter_rejected", "adapt")
row("kong-route", "openai", 404, {"message": "no Route matched with those values", "request_id": "2ba0"}, "not_found", "run")
row("kong-key", "openai", 401, {"message": "No API key found in request"}, "key_missing", "run")
row("apisix-route", "openai", 404, {"error_msg": "404 Route Not Found"}, "not_found", "run")
row("envoy-reset", "openai", 503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure", "gateway_error", "retry", content="text/plain")
row("envoy-none", "openai", 503, "no healthy upstream", "gateway_error", "retry", content="text/plain")
row("alb-504", "openai", 504, page("504 Gateway Time-out"), "gateway_error", "retry", content=HTML)
row("cloudflare-524", "openai", 524, page("api.example.org | 524: A timeout occurred", "cloudflare"), "gateway_error", "retry", content=HTML)
row("cloudflare-blocked", "openai", 403, page("Attention Required! | Cloudflare", "Sorry, you have been blocked. You are unable to access example.org"), "html_reply|key_forbidden|region", "run", content=HTML, headers={"CF-RAY": "8a1"})
row("cloudflare-1015", "openai", 429, "error code: 1015", "rate_limited", "wait", content="text/plain")
row("squid-dns", "openai", 503, page("ERROR: The requested URL could not be retrieved", "Unable to determine IP address from host name. Generated by proxy (squid/5.7)"), "gateway_error|proxy|html_reply", "retry", content=HTML)
row("zscaler", "openai", 403, page("Zscaler", "Not allowed to browse AI and ML Applications category. Your organization has selected Zscaler to protect you from internet threats."), "html_reply|proxy|key_forbidden", "run", content=HTML)
row("portal", "openai", 200, page("Sign in - Guest WLAN", "<form><input type=password></form>"), "html_reply", "retry|run", content=HTML)
row("portal-302", "openai", 302, "", "redirected", "run", headers={"Location": "https://login.corp.example/?u=x"})
row("proxy-407", "openai", 407, page("407 Proxy Authentication Required"), "proxy", "run", content=HTML)
row("nginx-411", "openai", 411, page("411 Length Required"), "http_other|bad_request|method_wrong", "item|run", content=HTML)
row("spring-405", "openai", 405, {"status": 405, "error": "Method Not Allowed", "path": "/v1"}, "method_wrong", "run")
row("nginx-413-cn", "openai", 413, "{\"msg\":\"请求体过大\"}", "body_too_large", "item")

# Servers of one's own.
row("vllm-encoder", "openai", 400, err("The decoder prompt contains a(n) image item with length 4200, which exceeds the pre-allocated encoder cache size 3721. Please reduce the input size or increase the encoder cache size by setting --limit-mm-per-prompt at startup.", "BadRequestError", 400), "image_too_large|context_exceeded", "item")
row("vllm-decoder", "openai", 400, flat("The decoder prompt (length 10127) is longer than the maximum model length of 8192. Make sure that `max_model_len` is no smaller than the number of text tokens plus multimodal tokens."), "context_exceeded", "item")
row("vllm-old-length", "openai", 400, flat("Prompt length of 16601 is longer than the maximum model length of 10000."), "context_exceeded", "item")
row("vllm-text", "openai", 400, flat("/models/qwen2.5-7b is not a multimodal model"), "no_vision", "run")
row("vllm-model", "openai", 404, flat("The model `qwen` does not exist.", "NotFoundError", 404), "model_unknown", "run")
row("vllm-engine", "openai", 500, err("EngineCore encountered an issue. See stack trace (above) for the root cause.", "InternalServerError", 500), "engine_dead", "run")
row("vllm-zero", "openai", 400, err("At most 0 image(s) may be provided in one prompt.", "BadRequestError", 400), "no_vision", "run")
row("vllm-cap", "openai", 400, err("'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 500 input tokens (8000 > 4096 - 500).", "BadRequestError", 400, param="max_tokens"), "context_exceeded|parameter_rejected", "adapt|item")
row("vllm-decode", "openai", 400, flat("cannot identify image file <_io.BytesIO object at 0x7f2b>"), "image_rejected", "item")
row("vllm-processor", "openai", 400, flat("Failed to apply Qwen2_5_VLProcessor on data={'text': '<|image_pad|>', 'images': [<PIL.Image.Image image mode=RGB size=332x1>]} with kwargs={}"), "image_rejected", "item")
row("vllm-aspect", "openai", 400, flat("absolute aspect ratio must be smaller than 200, got 213.3"), "image_rejected", "item")
row("vllm-guided", "openai", 400, flat("Grammar error: Failed to convert the grammar from JSON schema: unsupported feature"), "structured_rejected", "adapt")
row("sglang-length", "openai", 400, flat("The input (61709 tokens) is longer than the model's context length (40960 tokens)."), "context_exceeded", "item")
row("sglang-total", "openai", 400, err("Requested token count exceeds the model's maximum context length of 262144 tokens. You requested a total of 264693 tokens: 2570 tokens from the input messages and 262123 tokens for the completion.", "invalid_request_error", 400), "context_exceeded", "item|adapt")
row("ollama-memory", "openai", 500, err("model requires more system memory (5.3 GiB) than is available (3.3 GiB)", "api_error"), "engine_dead|server_error|not_supported", "run")
row("ollama-runner", "openai", 500, err("llama runner process has terminated: exit status 2", "api_error"), "engine_dead|server_error", "retry|run")
row("ollama-model", "openai", 404, err("model 'llava' not found", "api_error"), "model_unknown", "run")
row("ollama-busy", "openai", 503, {"error": "server busy, please try again.  maximum pending requests exceeded"}, "overloaded", "retry")
row("ollama-no-vision", "openai", 500, err("Failed to create new sequence: failed to process inputs: this model is missing data required for image input", "api_error"), "no_vision", "run")
row("lmstudio-vision-in-200", "openai", 200, {"error": {"message": "Error in iterating prediction stream: ValueError: Vision add-on is not loaded, but images were provided for processing"}, "message": "Error in iterating prediction stream: ValueError: Vision add-on is not loaded, but images were provided for processing"}, "no_vision", "run")
row("lmstudio-vision", "openai", 400, {"error": "Model does not support images. Please use a model that does."}, "no_vision", "run")
row("lmstudio-adapter", "openai", 400, {"error": "<LM Studio error> Vision model is not loaded. Cannot process images. Error Data: n/a, Additional Data: n/a"}, "no_vision", "run")
row("lmstudio-none", "openai", 404, err("No models loaded. Please load a model in the developer page or use the 'lms load' command.", "invalid_request_error", "model_not_found", param="model"), "model_unknown", "run")
row("lmstudio-path-in-200", "openai", 200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}, "not_found", "run")
row("lmstudio-format", "openai", 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}, "structured_rejected", "adapt")
row("lmstudio-load", "openai", 400, {"error": {"message": "Failed to load model \"qwen2-vl\". Error: Error loading model."}}, "model_unknown|engine_dead|server_error|not_supported", "run|retry")
row("llamacpp-path", "openai", 404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}, "not_found", "run")
row("llamacpp-mmproj", "openai", 500, {"error": {"code": 500, "message": "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", "type": "server_error"}}, "no_vision", "run")
row("llamacpp-context", "openai", 400, {"error": {"code": 400, "message": "request (9021 tokens) exceeds the available context size (4096 tokens), try increasing it", "type": "exceed_context_size_error", "n_prompt_tokens": 9021, "n_ctx": 4096}}, "context_exceeded", "item|run")
row("llamacpp-grammar", "openai", 400, {"error": {"code": 400, "message": "Failed to parse grammar", "type": "invalid_request_error"}}, "structured_rejected", "adapt")
row("llamacpp-image", "openai", 500, {"error": {"code": 500, "message": "failed to process image", "type": "server_error"}}, "image_rejected|server_error", "item|retry")

# Oddities of form.
row("empty-200", "openai", 200, "", "reply_unreadable|reply_cut", "retry")
row("no-choices", "openai", 200, {"id": "1", "object": "chat.completion", "choices": []}, "reply_unreadable", "retry")
row("empty-500", "openai", 500, "", "server_error", "retry")
row("empty-401", "openai", 401, "", "key_wrong|key_missing", "run")
row("bom", "openai", 200, "\ufeff" + json.dumps({"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}), "none", "none")
row("blanks-before", "openai", 200, "\n\n\n   \n" + json.dumps({"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}), "none", "none")
row("plain-type", "openai", 200, {"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}, "none", "none", content="text/plain; charset=utf-8")
row("error-of-errors", "openai", 400, {"errors": [{"message": "Invalid model: gpt-9", "code": "model_not_found"}]}, "model_unknown", "run")
row("python-repr", "openai", 400, "{'error': {'message': 'Incorrect API key provided: sk-1. You can find your API key at https://platform.openai.com/account/api-keys.', 'code': 'invalid_api_key'}}", "key_wrong", "run", content="text/plain")
row("trailing", "openai", 429, json.dumps(err("Rate limit reached. Please try again in 20s.", "requests", "rate_limit_exceeded")) + "\n\n<!-- gw7 -->", "rate_limited", "wait", 20000)
row("sse-error-in-400", "openai", 400, "data: " + json.dumps(err("Model Not Exist", "invalid_request_error")) + "\n\ndata: [DONE]\n\n", "model_unknown", "run", content="text/event-stream")
