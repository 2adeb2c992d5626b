// OpenAI's own answers, and Azure's where they differ. They are also the words of last resort for
// those that have none of their own.
//
// Sources: OpenAI's "Error codes" page and API specification; refusals that clients keep as
// fixtures (litellm, openai-python, LangChain); nginx's and Cloudflare's own pages.
#include "excuses.h"

#define OPENAI PLAYER_OPENAI
#define AZURE PLAYER_AZURE
#define INVALID .type = "invalid_request_error"
#define HTML .content_type = "text/html; charset=utf-8"
#define PAGE(title, from)                                                                          \
    "<html>\r\n<head><title>" title "</title></head>\r\n<body>\r\n<center><h1>" title              \
    "</h1></center>\r\n<hr><center>" from "</center>\r\n</body>\r\n</html>\r\n"
#define CLOUDFLARE(code, words)                                                                    \
    "<!DOCTYPE html>\n<html><head><title>simulated | " code ": " words                             \
    "</title></head><body><h1>" words "</h1><p>Error code " code                                   \
    "</p><p>Cloudflare Ray ID: 8f0000000000abcd</p></body></html>\n"

// clang-format off
const struct excuse excuses_openai[] = {
    // Keys, money, permissions, region
    {"key-missing", OPENAI, {.status = 401, INVALID, .message =
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
        "auth (i.e. Authorization: Bearer YOUR_KEY)."}},
    {"key-wrong", OPENAI, {.status = 401, INVALID, .code = "invalid_api_key", .message =
        "Incorrect API key provided: sk-sim****0000. You can find your API key at https://platform.openai.com/account/api-keys."}},
    {"key-expired", OPENAI, {.status = 401, INVALID, .code = "invalid_api_key", .message =
        "Incorrect API key provided: sk-sim****0000. The key has expired."}},
    {"key-forbidden", OPENAI, {.status = 403, INVALID, .message =
        "You have insufficient permissions for this operation. Missing scopes: model.request."}},
    {"key-organization", OPENAI, {.status = 401, INVALID, .message = "You must be a member of an organization to use the API"}},
    {"key-address", OPENAI, {.status = 401, INVALID, .message = "Your IP address is not authorized to use this key"}},
    {"region", OPENAI, {.status = 403, .type = "request_forbidden", .code = "unsupported_country_region_territory",
        .message = "Country, region, or territory not supported"}},
    {"region-host", OPENAI, {.status = 401, INVALID, .code = "incorrect_hostname", .message =
        "Attempted to access resource with incorrect regional hostname. Please make your request to us.api.openai.com"}},
    {"quota", OPENAI, {.status = 429, .type = "insufficient_quota", .code = "insufficient_quota", .message =
        "You exceeded your current quota, please check your plan and billing details."}},
    {"billing", OPENAI, {.status = 429, .type = "billing_not_active", .code = "billing_not_active", .message =
        "Your account is not active, please check your billing details on our website."}},
    {"spend-limit", OPENAI, {.status = 429, .type = "billing_hard_limit_reached", .code = "billing_hard_limit_reached",
        .message = "Billing hard limit has been reached"}},

    // Model, parameters, size
    {"model-unknown", OPENAI, {.status = 404, INVALID, .code = "model_not_found", .message =
        "The model `{model}` does not exist or you do not have access to it."}},
    {"model-forbidden", OPENAI, {.status = 403, INVALID, .code = "model_not_found", .message =
        "Project `proj_simulated` does not have access to model `{model}`"}},
    {"no-channel", OPENAI, {.status = 503, .type = "new_api_error", .code = "model_not_found", .message = // New API's words
        "No available channel for model {model} under group default (distributor)"}},
    {"no-vision", OPENAI, {.status = 400, INVALID, .message =
        "Invalid content type. image_url is only supported by certain models."}},
    {"context", OPENAI, {.status = 400, INVALID, .param = "messages", .code = "context_length_exceeded", .message =
        "This model's maximum context length is {limit} tokens. However, your messages resulted in {actual} tokens. "
        "Please reduce the length of the messages."}},
    {"cap", OPENAI, {.status = 400, INVALID, .param = "max_tokens", .code = "invalid_value", .message =
        "max_tokens is too large: {actual}. This model supports at most {limit} completion tokens, whereas you provided "
        "{actual}."}},
    {"parameter", OPENAI, {.status = 400, INVALID, .param = "{name}", .code = "unsupported_parameter", .message =
        "Unsupported parameter: '{name}' is not supported with this model."}},
    {"parameter-unknown", OPENAI, {.status = 400, INVALID, .message = "Unrecognized request argument supplied: {name}"}},
    {"no-temperature", OPENAI, {.status = 400, INVALID, .param = "temperature", .code = "unsupported_value", .message =
        "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) value is supported."}},
    {"no-max-tokens", OPENAI, {.status = 400, INVALID, .param = "max_tokens", .code = "unsupported_parameter", .message =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}},
    {"no-structured", OPENAI, {.status = 400, INVALID, .param = "response_format", .message =
        "'response_format' is not supported with this model."}},
    {"no-stream", OPENAI, {.status = 400, INVALID, .param = "stream", .code = "unsupported_value", .message =
        "Your organization must be verified to stream this model. Unsupported value: 'stream' does not support true."}},
    {"schema", OPENAI, {.status = 400, INVALID, .param = "response_format", .code = "invalid_json_schema", .message =
        "Invalid schema for response_format 'qa': In context=(), 'additionalProperties' is required to be supplied and to be false."}},
    {"json-word", OPENAI, {.status = 400, INVALID, .param = "messages", .message =
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."}},
    {"json-invalid", OPENAI, {.status = 400, INVALID, .message =
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly.)"}},
    {"body-size", OPENAI, {.status = 413, INVALID, .message = "Request body is larger than {limit} bytes: the payload is too large."}},
    {"400", OPENAI, {.status = 400, INVALID, .message = "The request could not be understood by the simulated endpoint."}},
    {"401", OPENAI, {.status = 401, INVALID, .code = "invalid_api_key", .message = "Incorrect API key provided."}},
    {"402", OPENAI, {.status = 402, .type = "unknown_error", .code = "invalid_request_error", .message = "Insufficient Balance"}},
    {"403", OPENAI, {.status = 403, .type = "permission_error", .message = "You do not have permission to use this model."}},
    {"404", OPENAI, {.status = 404, INVALID, .code = "model_not_found", .message =
        "The model does not exist or you do not have access to it."}},
    {"405", OPENAI, {.status = 405, INVALID, .message = "Not allowed to use this method on this path."}},
    {"407", OPENAI, {.status = 407, HTML, .headers = "Proxy-Authenticate: Basic realm=\"simulated\"\n",
        .raw = PAGE("407 Proxy Authentication Required", "squid")}},
    {"408", OPENAI, {.status = 408, .type = "timeout", .message = "The request timed out."}},
    {"409", OPENAI, {.status = 409, .type = "conflict_error", .message = "The resource was changed by another request. Please retry."}},
    {"413", OPENAI, {.status = 413, .type = "request_too_large", .message = "Request exceeds the maximum size."}},
    {"415", OPENAI, {.status = 415, INVALID, .message = "Unsupported Media Type: the content-type must be application/json."}},
    {"418", OPENAI, {.status = 418, INVALID, .message = "short and stout"}},
    {"422", OPENAI, {.status = 422, INVALID, .message = "The request was well-formed but could not be processed."}},
    {"425", OPENAI, {.status = 425, INVALID, .message = "Too early."}},

    // Images
    {"image-bytes", OPENAI, {.status = 400, INVALID, .code = "image_too_large", .message =
        "The image is too large: {actual} bytes, while at most {limit} bytes are allowed."}},
    {"image-side", OPENAI, {.status = 400, INVALID, .code = "image_too_large", .message =
        "The image size is {actual} pixels on its longer side, while at most {limit} pixels are allowed."}},
    {"image-patches", OPENAI, {.status = 400, INVALID, .message =
        "The image has {actual} patches after processing, exceeding the limit of {limit}."}},
    {"image-small", OPENAI, {.status = 400, INVALID, .code = "image_too_small", .message = "The image is too small."}},
    {"image-broken", OPENAI, {.status = 400, INVALID, .code = "image_parse_error", .message =
        "The image data you provided could not be parsed."}},
    {"image-format", OPENAI, {.status = 400, INVALID, .code = "invalid_image_format", .message =
        "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp']."}},
    {"image-base64", OPENAI, {.status = 400, INVALID, .code = "invalid_base64_image", .message = "Invalid base64 image_url."}},
    {"image-url", OPENAI, {.status = 400, INVALID, .code = "invalid_image_url", .message =
        "Error while downloading https://example.com/image.jpg."}},
    {"image-policy", OPENAI, {.status = 400, INVALID, .code = "image_content_policy_violation", .message =
        "The image violates our content policy."}},

    // Limits, load, filters
    // By chance: no limit stands behind it, so that neither words nor headers tell of one. Where
    // limits are played, their true headers come with it, as with every answer (throttle.h).
    {"429", OPENAI, {.status = 429, .type = "requests", .code = "rate_limit_exceeded", .message =
        "Rate limit reached for requests"}},
    {"rate-requests", OPENAI, {.status = 429, .type = "requests", .code = "rate_limit_exceeded", .message =
        "Rate limit reached for {model} in organization org-simulated on requests per min (RPM): Limit {limit}, Used {used}, "
        "Requested {actual}. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn more."}},
    {"rate-tokens", OPENAI, {.status = 429, .type = "tokens", .code = "rate_limit_exceeded", .message =
        "Rate limit reached for {model} in organization org-simulated on tokens per min (TPM): Limit {limit}, Used {used}, "
        "Requested {actual}. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn more."}},
    {"request-size", OPENAI, {.status = 429, .type = "tokens", .code = "rate_limit_exceeded", .message =
        "Request too large for {model} in organization org-simulated on tokens per min (TPM): Limit {limit}, Requested {actual}. "
        "The input or output tokens must be reduced in order to run successfully."}},
    {"quota-day", OPENAI, {.status = 429, .type = "requests", .code = "rate_limit_exceeded", .message =
        "Rate limit reached for {model} in organization org-simulated on requests per day (RPD): Limit 200, Used 200, Requested 1. "
        "Please try again in 9h1m0s."}},
    {"concurrency", OPENAI, {.status = 429, .type = "requests", .code = "rate_limit_exceeded", .message =
        "Rate limit reached: too many requests at once."}},
    {"overloaded", OPENAI, {.status = 503, .type = "server_error", .message =
        "The engine is currently overloaded, please try again later."}},
    {"slow-down", OPENAI, {.status = 503, .type = "server_error", .code = "slow_down", .message =
        "Slow Down: please reduce your request rate to its original level and hold it for at least 15 minutes."}},
    {"filter", OPENAI, {.status = 400, INVALID, .code = "invalid_prompt", .message =
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt."}},
    {"500", OPENAI, {.status = 500, .type = "server_error", .message = "The server had an error while processing your request."}},
    {"501", OPENAI, {.status = 501, .type = "not_supported_error", .message = "This feature is not supported."}},
    {"502", OPENAI, {.status = 502, .type = "server_error", .message = "Bad gateway."}},
    {"503", OPENAI, {.status = 503, .type = "server_error", .message = "The engine is currently overloaded, please try again later."}},
    {"504", OPENAI, {.status = 504, .type = "server_error", .message = "Gateway timeout."}},
    {"529", OPENAI, {.status = 529, .type = "overloaded_error", .message = "Overloaded"}},
    {"stream-error", OPENAI, {.status = 503, .type = "server_error", .message =
        "The engine is currently overloaded, please try again later."}},
    {"error-in-200", OPENAI, {.status = 500, .type = "server_error", .code = "500", .message =
        "The server had an error while processing your request."}},

    // Paths and what stands between
    {"not-found", OPENAI, {.status = 404, INVALID, .message = "Invalid URL (POST {path})"}},
    {"not-found-html", OPENAI, {.status = 404, HTML, .raw = PAGE("404 Not Found", "nginx")}},
    {"not-found-plain", OPENAI, {.status = 404, .content_type = "text/plain", .raw = "404 page not found"}},
    {"not-found-detail", OPENAI, {.status = 404, .raw = "{\"detail\":\"Not Found\"}"}},
    {"method", OPENAI, {.status = 405, HTML, .raw = PAGE("405 Not Allowed", "nginx")}},
    {"redirect", OPENAI, {.status = 301, HTML, .headers = "Location: https://127.0.0.1{path}\n",
        .raw = PAGE("301 Moved Permanently", "nginx")}},
    {"redirect-308", OPENAI, {.status = 308, HTML, .headers = "Location: https://127.0.0.1{path}\n",
        .raw = PAGE("308 Permanent Redirect", "nginx")}},
    {"https-port", OPENAI, {.status = 400, HTML, .raw = PAGE("400 The plain HTTP request was sent to HTTPS port", "nginx")}},
    {"nginx-413", OPENAI, {.status = 413, HTML, .raw = PAGE("413 Request Entity Too Large", "nginx")}},
    {"nginx-502", OPENAI, {.status = 502, HTML, .raw = PAGE("502 Bad Gateway", "nginx")}},
    {"nginx-503", OPENAI, {.status = 503, HTML, .raw = PAGE("503 Service Temporarily Unavailable", "nginx")}},
    {"nginx-504", OPENAI, {.status = 504, HTML, .raw = PAGE("504 Gateway Time-out", "nginx")}},
    {"login-403", OPENAI, {.status = 403, HTML, .raw = "<!DOCTYPE html>\n<html><head><title>Access denied</title></head><body>"
        "<h1>Your organization's proxy has blocked this page.</h1></body></html>\n"}},
    {"520", OPENAI, {.status = 520, HTML, .headers = "cf-ray: 8f0000000000abcd\n", .raw = CLOUDFLARE("520", "Web server is returning an unknown error")}},
    {"521", OPENAI, {.status = 521, HTML, .headers = "cf-ray: 8f0000000000abcd\n", .raw = CLOUDFLARE("521", "Web server is down")}},
    {"522", OPENAI, {.status = 522, HTML, .headers = "cf-ray: 8f0000000000abcd\n", .raw = CLOUDFLARE("522", "Connection timed out")}},
    {"524", OPENAI, {.status = 524, HTML, .headers = "cf-ray: 8f0000000000abcd\n", .raw = CLOUDFLARE("524", "A timeout occurred")}},
    {"526", OPENAI, {.status = 526, HTML, .headers = "cf-ray: 8f0000000000abcd\n", .raw = CLOUDFLARE("526", "Invalid SSL certificate")}},

    // Azure: its gateway's errors have a code and a message.
    {"key-missing", AZURE, {.status = 401, .code = "401", .message =
        "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API. Missing API key."}},
    {"key-wrong", AZURE, {.status = 401, .code = "401", .message =
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active "
        "subscription and use a correct regional API endpoint for your resource."}},
    {"model-unknown", AZURE, {.status = 404, .code = "DeploymentNotFound", .message =
        "The API deployment for this resource does not exist. The model {model} does not exist; if you created the deployment within "
        "the last 5 minutes, please wait a moment and try again."}},
    {"not-found", AZURE, {.status = 404, .code = "404", .message = "Resource not found"}},
    {"429", AZURE, {.status = 429, .code = "429", .message =
        "Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current pricing tier."}},
    {"rate-requests", AZURE, {.status = 429, .code = "429", .message =
        "Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current pricing tier. Please retry "
        "after {wait-s} seconds."}},
    {"rate-tokens", AZURE, {.status = 429, .code = "429", .message =
        "Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current pricing tier. Please retry "
        "after {wait-s} seconds."}},
    {"filter", AZURE, {.status = 400, .code = "content_filter", .message =
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry."}},
    {0},
};
