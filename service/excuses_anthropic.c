// Anthropic's answers. Sources: Anthropic's "Errors" and "Rate limits", the official SDKs, and
// refusals that clients keep as fixtures.
#include "excuses.h"

#define ANTHROPIC PLAYER_ANTHROPIC

// clang-format off
const struct excuse excuses_anthropic[] = {
    {"key-missing", ANTHROPIC, {.status = 401, .message = "x-api-key header is required"}},
    {"key-wrong", ANTHROPIC, {.status = 401, .message = "invalid x-api-key"}},
    {"key-expired", ANTHROPIC, {.status = 401, .message = "This API key has expired."}},
    {"key-revoked", ANTHROPIC, {.status = 401, .message = "This API key has been revoked."}},
    {"key-forbidden", ANTHROPIC, {.status = 403, .message = "Your API key does not have permission to use the specified resource."}},
    {"key-retention", ANTHROPIC, {.status = 400, .message =
        "This model requires data retention of 30 days, which your organization's settings do not allow."}},
    {"401", ANTHROPIC, {.status = 401, .message = "invalid x-api-key"}},
    {"402", ANTHROPIC, {.status = 402, .message = "There is a problem with your billing or payment information."}},
    {"403", ANTHROPIC, {.status = 403, .message = "Your API key does not have permission to use the specified resource."}},
    {"quota", ANTHROPIC, {.status = 400, .message =
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}},
    {"billing", ANTHROPIC, {.status = 402, .message = "There is a problem with your billing or payment information."}},
    {"spend-limit", ANTHROPIC, {.status = 400, .message =
        "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."}},
    {"tier-spend", ANTHROPIC, {.status = 429, .details = "{\"error_code\":\"enforced_spend_limit_reached\"}", .message =
        "This organization has reached its monthly limit."}},
    {"404", ANTHROPIC, {.status = 404, .message = "model: {model}"}},
    {"model-unknown", ANTHROPIC, {.status = 404, .message = "model: {model}"}},
    {"no-vision", ANTHROPIC, {.status = 400, .message = "messages.0.content.0: image inputs are not supported by this model"}},

    {"image-bytes", ANTHROPIC, {.status = 400, .message =
        "messages.0.content.0.image.source.base64: image exceeds 5 MB maximum: {actual} bytes > {limit} bytes"}},
    {"image-side", ANTHROPIC, {.status = 400, .message =
        "messages.0.content.0.image.source.base64.data: At least one of the image dimensions exceed max allowed size: {limit} pixels. "
        "image dimensions exceed max allowed size: {limit} pixels"}},
    {"image-many", ANTHROPIC, {.status = 400, .message =
        "messages.0.content.0.image.source.base64.data: At least one of the image dimensions exceed max allowed size for many-image "
        "requests: 2000 pixels"}},
    {"image-broken", ANTHROPIC, {.status = 400, .message = "messages.0.content.0.image.source.base64: Could not process image"}},
    {"image-type", ANTHROPIC, {.status = 400, .message =
        "messages.0.content.0.image.source.base64: The image was specified using the image/jpeg media type, but does not match the "
        "provided media type"}},
    {"image-url", ANTHROPIC, {.status = 400, .message = "Unable to download the file. Please verify the URL and try again."}},

    {"context", ANTHROPIC, {.status = 400, .message = "prompt is too long: {actual} tokens > {limit} maximum"}},
    {"context-sum", ANTHROPIC, {.status = 400, .message =
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again"}},
    {"cap", ANTHROPIC, {.status = 400, .message =
        "max_tokens: {actual} > {limit}, which is the maximum allowed number of output tokens for {model}"}},
    {"cap-required", ANTHROPIC, {.status = 400, .message = "max_tokens: Field required"}},
    {"parameter", ANTHROPIC, {.status = 400, .message = "`{name}` is not supported for this model"}},
    {"parameter-unknown", ANTHROPIC, {.status = 400, .message = "{name}: Extra inputs are not permitted"}},
    {"no-temperature", ANTHROPIC, {.status = 400, .message = "`temperature` is deprecated for this model."}},
    {"temperature-top-p", ANTHROPIC, {.status = 400, .message =
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one."}},
    {"temperature-thinking", ANTHROPIC, {.status = 400, .message = "`temperature` may only be set to 1 when thinking is enabled."}},
    {"thinking", ANTHROPIC, {.status = 400, .message = "thinking.type: \"enabled\" is not supported for this model"}},
    {"prefill", ANTHROPIC, {.status = 400, .message =
        "This model does not support assistant message prefill. The conversation must end with a user message."}},
    {"roles", ANTHROPIC, {.status = 400, .message =
        "messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"user\" roles in a row"}},
    {"no-structured", ANTHROPIC, {.status = 400, .message = "output_config.format: Extra inputs are not permitted"}},
    {"schema", ANTHROPIC, {.status = 400, .message =
        "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"}},
    {"no-stream", ANTHROPIC, {.status = 400, .message = "`stream` is not supported for this model"}},
    {"json-invalid", ANTHROPIC, {.status = 400, .message = "The request body is not valid JSON: invalid character at line 1 column 1 (char 0)"}},
    {"409", ANTHROPIC, {.status = 409, .message = "Conflict"}},
    {"413", ANTHROPIC, {.status = 413, .message = "Request exceeds the maximum allowed number of bytes."}},
    {"body-size", ANTHROPIC, {.status = 413, .message = "Request exceeds the maximum allowed number of bytes."}},

    {"429", ANTHROPIC, {.status = 429, .message =
        "Number of concurrent connections has exceeded your rate limit. Please try again later."}},
    {"rate-requests", ANTHROPIC, {.status = 429, .message =
        "This request would exceed your organization's rate limit of {limit} requests per minute. For details, refer to: "
        "https://docs.anthropic.com/en/api/rate-limits."}},
    {"rate-tokens", ANTHROPIC, {.status = 429, .message =
        "This request would exceed your organization's rate limit of {limit} input tokens per minute. For details, refer to: "
        "https://docs.anthropic.com/en/api/rate-limits."}},
    {"acceleration", ANTHROPIC, {.status = 429, .headers = "retry-after: 1\n", .message =
        "This request would exceed your organization's maximum usage increase rate (acceleration limit). Please scale up your input "
        "tokens usage more gradually."}},
    {"concurrency", ANTHROPIC, {.status = 429, .message =
        "Number of concurrent connections has exceeded your rate limit. Please try again later."}},
    {"overloaded", ANTHROPIC, {.status = 529, .message = "Overloaded"}},
    {"500", ANTHROPIC, {.status = 500, .message = "Internal server error"}},
    {"504", ANTHROPIC, {.status = 504, .message = "Request timed out."}},
    {"529", ANTHROPIC, {.status = 529, .message = "Overloaded"}},
    {"filter", ANTHROPIC, {.status = 400, .message = "Output blocked by content filtering policy"}},
    {"stream-error", ANTHROPIC, {.status = 529, .message = "Overloaded"}},
    {"error-in-200", ANTHROPIC, {.status = 529, .message = "Overloaded"}},
    {"not-found", ANTHROPIC, {.status = 404, .message = "Not Found"}},
    {0},
};
