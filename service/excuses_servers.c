// The answers of servers that people run themselves: vLLM, llama.cpp, Ollama.
//
// Sources: vLLM's openai entrypoints, connector and parameter checks; llama.cpp's tools/server;
// Ollama's openai middleware and scheduler; refusals from their issue trackers.
#include "excuses.h"

#define VLLM PLAYER_VLLM
#define LLAMACPP PLAYER_LLAMACPP
#define OLLAMA PLAYER_OLLAMA
#define BAD .status = 400, .type = "BadRequestError"

// clang-format off
const struct excuse excuses_servers[] = {
    {"key-missing", VLLM, {.status = 401, .raw = "{\"error\":\"Unauthorized\"}"}},
    {"key-wrong", VLLM, {.status = 401, .raw = "{\"error\":\"Unauthorized\"}"}},
    {"model-unknown", VLLM, {.status = 404, .type = "NotFoundError", .message = "The model `{model}` does not exist."}},
    {"no-vision", VLLM, {BAD, .message = "{model} is not a multimodal model"}},
    {"no-images", VLLM, {BAD, .message = "At most 0 image(s) may be provided in one prompt."}},
    {"image-count", VLLM, {BAD, .message = "At most 1 image(s) may be provided in one prompt."}},
    {"image-broken", VLLM, {BAD, .message = "Failed to load image: cannot identify image file <_io.BytesIO object at 0x7f0000000000>"}},
    {"image-url", VLLM, {.status = 422, .type = "UnprocessableEntity", .message = "Failed to fetch media from URL: HTTP 403"}},
    {"image-domain", VLLM, {BAD, .message = "The URL must be from one of the allowed domains: ['example.com']. Input URL domain: 127.0.0.1"}},
    {"image-base64", VLLM, {BAD, .message = "Only base64 data URLs are supported for now."}},
    {"cap", VLLM, {BAD, .param = "max_tokens", .message =
        "max_tokens={actual} cannot be greater than max_model_len=max_total_tokens={limit}. Please request fewer output tokens."}},
    {"context", VLLM, {BAD, .param = "input_tokens", .message =
        "You passed {actual} input tokens and requested 0 output tokens. However, the model's context length is only {limit} tokens, "
        "resulting in a maximum input length of {limit} tokens."}},
    {"context-sum", VLLM, {BAD, .message =
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (1000 in the messages, 4000 in the "
        "completion). Please reduce the length of the messages or completion."}},
    {"no-structured", VLLM, {BAD, .message = "The provided JSON schema contains features not supported by xgrammar."}},
    {"json-invalid", VLLM, {.status = 400, .type = "Bad Request", .message =
        "[{'type': 'json_invalid', 'loc': ('body', 1), 'msg': 'JSON decode error', 'input': {}}]"}},
    {"parameter", VLLM, {BAD, .param = "{name}", .message = "1 validation error: {name}: Extra inputs are not permitted"}},
    {"503", VLLM, {.status = 503, .type = "ServiceUnavailable", .message = "The server is not ready, or overloaded."}},
    {"engine-dead", VLLM, {.status = 500, .type = "InternalServerError", .message =
        "EngineCore encountered an issue. See stack trace (above) for the root cause."}},
    {"500", VLLM, {.status = 500, .type = "InternalServerError", .message = "Internal server error"}},
    {"not-found", VLLM, {.status = 404, .raw = "{\"detail\":\"Not Found\"}"}},
    {"405", VLLM, {.status = 405, .raw = "{\"detail\":\"Method Not Allowed\"}"}},
    {"concurrency", VLLM, {.status = 503, .type = "ServiceUnavailable", .message = "Too many requests waiting; the server is overloaded."}},
    {"stream-error", VLLM, {.status = 500, .raw =
        "{\"error\":{\"message\":\"Internal server error\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}"}},

    {"key-missing", LLAMACPP, {.status = 401, .type = "authentication_error", .message = "Invalid API Key"}},
    {"key-wrong", LLAMACPP, {.status = 401, .type = "authentication_error", .message = "Invalid API Key"}},
    {"no-vision", LLAMACPP, {.status = 500, .type = "server_error", .message =
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"}},
    {"image-broken", LLAMACPP, {.status = 400, .type = "invalid_request_error", .message = "Failed to load image or audio file"}},
    {"image-base64", LLAMACPP, {.status = 400, .type = "invalid_request_error", .message = "Failed to load image or audio file"}},
    {"image-url", LLAMACPP, {.status = 400, .type = "invalid_request_error", .message = "Failed to download image"}},
    {"context", LLAMACPP, {.status = 400, .type = "exceed_context_size_error", .details =
        ",\"n_prompt_tokens\":{actual},\"n_ctx\":{limit}", .message =
        "the request exceeds the available context size. try increasing the context size or enable context shift"}},
    {"batch", LLAMACPP, {.status = 500, .type = "server_error", .message =
        "input is too large to process. increase the physical batch size (current batch size: 512)"}},
    {"no-structured", LLAMACPP, {.status = 400, .type = "invalid_request_error", .message = "Failed to parse grammar"}},
    {"loading", LLAMACPP, {.status = 503, .type = "unavailable_error", .message = "Loading model"}},
    {"501", LLAMACPP, {.status = 501, .type = "not_supported_error", .message =
        "This server does not support completions. Start it without `--embeddings`"}},
    {"not-found", LLAMACPP, {.status = 404, .type = "not_found_error", .message = "File Not Found"}},
    {"500", LLAMACPP, {.status = 500, .type = "server_error", .message = "Internal Server Error"}},
    {"503", LLAMACPP, {.status = 503, .type = "unavailable_error", .message = "no slot available: the server is busy"}},
    {"concurrency", LLAMACPP, {.status = 503, .type = "unavailable_error", .message = "no slot available: the server is busy"}},
    {"stream-error", LLAMACPP, {.status = 500, .raw =
        "{\"error\":{\"code\":500,\"message\":\"failed to decode, ret = -1\",\"type\":\"server_error\"}}"}},

    {"model-unknown", OLLAMA, {.status = 404, .type = "not_found_error", .message = "model \"{model}\" not found, try pulling it first"}},
    {"no-vision", OLLAMA, {.status = 500, .type = "api_error", .message =
        "Failed to create new sequence: failed to process inputs: this model is missing data required for image input"}},
    {"image-broken", OLLAMA, {.status = 400, .type = "invalid_request_error", .message = "Failed to load image or audio file"}},
    {"image-base64", OLLAMA, {.status = 400, .type = "invalid_request_error", .message = "illegal base64 data at input byte 4"}},
    {"image-format", OLLAMA, {.status = 400, .type = "invalid_request_error", .message = "invalid image input: unsupported image"}},
    {"loading", OLLAMA, {.status = 503, .type = "api_error", .message = "llama runner: model is still loading"}},
    {"concurrency", OLLAMA, {.status = 503, .type = "api_error", .message =
        "server busy, please try again.  maximum pending requests exceeded"}},
    {"overloaded", OLLAMA, {.status = 503, .type = "api_error", .message =
        "server busy, please try again.  maximum pending requests exceeded"}},
    {"500", OLLAMA, {.status = 500, .type = "api_error", .message = "llama runner process has terminated: exit status 2"}},
    {"not-found", OLLAMA, {.status = 404, .content_type = "text/plain", .raw = "404 page not found"}},
    {0},
};
