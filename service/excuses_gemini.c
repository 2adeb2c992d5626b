// Gemini's answers. Sources: "Troubleshooting" and "Rate limits" of the Gemini API, the official
// SDK's error class, google.rpc's error details, and refusals that clients keep as fixtures.
#include "excuses.h"

#define GEMINI PLAYER_GEMINI
#define INFO(reason)                                                                               \
    "[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason                \
    "\",\"domain\":\"googleapis.com\"}]"
#define QUOTA(id, value)                                                                           \
    "[{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{"                \
    "\"quotaMetric\":\"generativelanguage.googleapis.com/generate_content_requests\","             \
    "\"quotaId\":\"" id "\",\"quotaValue\":\"" value "\"}]},"
#define RETRY(delay)                                                                               \
    "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" delay "\"}]"
#define EXCEEDED                                                                                   \
    "You exceeded your current quota, please check your plan and billing details. For more "       \
    "information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."

// clang-format off
const struct excuse excuses_gemini[] = {
    {"key-missing", GEMINI, {.status = 403, .message =
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API "
        "consumer identity to call this API."}},
    {"key-wrong", GEMINI, {.status = 400, .details = INFO("API_KEY_INVALID"), .message =
        "API key not valid. Please pass a valid API key."}},
    {"key-expired", GEMINI, {.status = 400, .details = INFO("API_KEY_INVALID"), .message =
        "API key expired. Please renew the API key."}},
    {"key-leaked", GEMINI, {.status = 403, .message = "Your API key was reported as leaked. Please use another API key."}},
    {"key-forbidden", GEMINI, {.status = 403, .message = "The caller does not have permission"}},
    {"key-blocked", GEMINI, {.status = 403, .details = INFO("API_KEY_SERVICE_BLOCKED"), .message =
        "Requests to this API generativelanguage.googleapis.com method "
        "google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent are blocked."}},
    {"key-service", GEMINI, {.status = 403, .details = INFO("SERVICE_DISABLED"), .message =
        "Generative Language API has not been used in project 0 before or it is disabled."}},
    {"401", GEMINI, {.status = 401, .message =
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication "
        "credential."}},
    {"402", GEMINI, {.status = 402, .word = "RESOURCE_EXHAUSTED", .message =
        "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing."}},
    {"billing", GEMINI, {.status = 429, .message =
        "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing."}},
    {"403", GEMINI, {.status = 403, .message = "The caller does not have permission"}},
    {"region", GEMINI, {.status = 400, .word = "FAILED_PRECONDITION", .message = "User location is not supported for the API use."}},
    {"region-free", GEMINI, {.status = 400, .word = "FAILED_PRECONDITION", .message =
        "Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio."}},
    {"404", GEMINI, {.status = 404, .message =
        "models/{model} is not found for API version v1beta, or is not supported for generateContent."}},
    {"model-unknown", GEMINI, {.status = 404, .message =
        "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list "
        "of available models and their supported methods."}},
    {"model-retired", GEMINI, {.status = 404, .message =
        "This model models/{model} is no longer available. Please update your code to use a newer model."}},
    {"no-vision", GEMINI, {.status = 400, .message = "Image input modality is not enabled for models/{model}: it does not support image input"}},

    {"image-broken", GEMINI, {.status = 400, .message =
        "Unable to process input image. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"}},
    {"image-format", GEMINI, {.status = 400, .message = "Unsupported image type: image/svg+xml. Provided image is not valid."}},
    {"image-base64", GEMINI, {.status = 400, .message = "Provided image is not valid."}},
    {"image-bytes", GEMINI, {.status = 400, .message =
        "Request payload size exceeds the limit: the image is too large, {actual} bytes of {limit}."}},
    {"context", GEMINI, {.status = 400, .message =
        "The input token count ({actual}) exceeds the maximum number of tokens allowed ({limit})."}},
    {"cap", GEMINI, {.status = 400, .message =
        "Unable to submit request because it has a maxOutputTokens value of {actual} but the supported range is from 1 (inclusive) to "
        "{limit} (exclusive). Update the value and try again."}},
    {"parameter", GEMINI, {.status = 400, .message = "{name} is not supported for this model."}},
    {"parameter-unknown", GEMINI, {.status = 400, .message =
        "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."}},
    {"no-temperature", GEMINI, {.status = 400, .message = "temperature is not supported for this model."}},
    {"no-max-tokens", GEMINI, {.status = 400, .message = "maxOutputTokens is not supported for this model."}},
    {"no-structured", GEMINI, {.status = 400, .message = "JSON mode is not enabled for this model"}},
    {"schema", GEMINI, {.status = 400, .message =
        "The specified schema produces a constraint that has too many states for serving. responseJsonSchema is invalid."}},
    {"schema-name", GEMINI, {.status = 400, .message =
        "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field."}},
    {"json-invalid", GEMINI, {.status = 400, .message =
        "Invalid JSON payload received. Expected a value. Unexpected end of string."}},
    {"body-size", GEMINI, {.status = 413, .message = "Request payload size exceeds the limit: {limit} bytes."}},

    {"429", GEMINI, {.status = 429, .message = "Resource has been exhausted (e.g. check quota)."}},
    {"rate-requests", GEMINI, {.status = 429, .message = EXCEEDED, .details =
        QUOTA("GenerateRequestsPerMinutePerProjectPerModel", "{limit}") RETRY("{wait-proto}")}},
    {"rate-tokens", GEMINI, {.status = 429, .message = EXCEEDED, .details =
        QUOTA("GenerateContentInputTokensPerModelPerMinute", "{limit}") RETRY("{wait-proto}")}},
    {"rate-no-delay", GEMINI, {.status = 429, .message = "Resource has been exhausted (e.g. check quota)."}},
    {"quota-day", GEMINI, {.status = 429, .message = EXCEEDED, .details =
        QUOTA("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20") RETRY("38.2s")}},
    {"quota", GEMINI, {.status = 429, .message = EXCEEDED, .details =
        QUOTA("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20") RETRY("38.2s")}},
    {"quota-zero", GEMINI, {.status = 429, .message =
        EXCEEDED " * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0"}},
    {"concurrency", GEMINI, {.status = 429, .message = "Resource has been exhausted (e.g. check quota)."}},
    {"overloaded", GEMINI, {.status = 503, .message = "The model is overloaded. Please try again later."}},
    {"high-demand", GEMINI, {.status = 503, .message =
        "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later."}},
    {"500", GEMINI, {.status = 500, .message =
        "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"}},
    {"503", GEMINI, {.status = 503, .message = "The model is overloaded. Please try again later."}},
    {"504", GEMINI, {.status = 504, .message = "Deadline expired before operation could complete."}},
    {"stream-error", GEMINI, {.status = 503, .message = "The model is overloaded. Please try again later."}},
    {"error-in-200", GEMINI, {.status = 503, .message = "The model is overloaded."}},
    {"not-found", GEMINI, {.status = 404, .content_type = "text/html; charset=UTF-8", .raw =
        "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p>The requested URL <code>{path}</code> was not "
        "found on this server.\n"}},
    {0},
};
