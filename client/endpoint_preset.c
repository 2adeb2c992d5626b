#include "endpoint.h"

#include <string.h>
#include <strings.h>

// Base URLs and paths are from each project's API reference: OpenAI's openapi.json; DeepSeek's
// "Your first API call"; Zhipu's docs.bigmodel.cn (note /v4, not /v1) and docs.z.ai; Alibaba Model
// Studio's "OpenAI compatible" page (keys are bound to a region); OpenRouter's quickstart; vLLM's
// and llama.cpp's server READMEs and Ollama's "OpenAI compatibility" for the local ports;
// Anthropic's "API overview"; Google's "Gemini API reference" and its "OpenAI compatibility" page.
static const struct endpoint_preset presets[] = {
    {.name = "openai",
     .title = "OpenAI",
     .base_url = "https://api.openai.com/v1",
     .key_variable = "OPENAI_API_KEY",
     .url_variable = "OPENAI_BASE_URL",
     .provider = "openai"},
    {.name = "anthropic",
     .title = "Anthropic",
     .base_url = "https://api.anthropic.com",
     .key_variable = "ANTHROPIC_API_KEY",
     .url_variable = "ANTHROPIC_BASE_URL",
     .provider = "anthropic"},
    {.name = "gemini",
     .title = "Gemini",
     .base_url = "https://generativelanguage.googleapis.com/v1beta",
     .key_variable = "GEMINI_API_KEY",
     .url_variable = "GEMINI_BASE_URL",
     .provider = "gemini"},
    {.name = "deepseek",
     .title = "DeepSeek",
     .base_url = "https://api.deepseek.com",
     .key_variable = "DEEPSEEK_API_KEY",
     .url_variable = "DEEPSEEK_BASE_URL",
     .provider = "openai",
     .prefix_path = "/beta"},
    {.name = "zhipu",
     .title = "Zhipu (China)",
     .base_url = "https://open.bigmodel.cn/api/paas/v4",
     .key_variable = "ZHIPUAI_API_KEY",
     .provider = "openai"},
    {.name = "zai",
     .title = "Z.ai",
     .base_url = "https://api.z.ai/api/paas/v4",
     .key_variable = "ZAI_API_KEY",
     .provider = "openai"},
    {.name = "dashscope",
     .title = "Alibaba Model Studio (China)",
     .base_url = "https://dashscope.aliyuncs.com/compatible-mode/v1",
     .key_variable = "DASHSCOPE_API_KEY",
     .provider = "openai"},
    {.name = "dashscope-intl",
     .title = "Alibaba Model Studio (international)",
     .base_url = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
     .key_variable = "DASHSCOPE_API_KEY",
     .provider = "openai"},
    {.name = "openrouter",
     .title = "OpenRouter",
     .base_url = "https://openrouter.ai/api/v1",
     .key_variable = "OPENROUTER_API_KEY",
     .provider = "openai"},
    {.name = "gemini-openai",
     .title = "Gemini, OpenAI-compatible",
     .base_url = "https://generativelanguage.googleapis.com/v1beta/openai",
     .key_variable = "GEMINI_API_KEY",
     .provider = "openai"},
    {.name = "vllm",
     .title = "a local vLLM",
     .base_url = "http://127.0.0.1:8000/v1",
     .provider = "openai",
     .local = true},
    {.name = "llamacpp",
     .title = "a local llama.cpp",
     .base_url = "http://127.0.0.1:8080/v1",
     .provider = "openai",
     .local = true},
    {.name = "ollama",
     .title = "a local Ollama",
     .base_url = "http://127.0.0.1:11434/v1",
     .provider = "openai",
     .local = true},
};

const struct endpoint_preset *endpoint_preset_at(size_t index)
{
    return index < sizeof presets / sizeof *presets ? &presets[index] : NULL;
}

const struct endpoint_preset *endpoint_preset_find(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcasecmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

const struct endpoint_preset *endpoint_preset_meant(const char *endpoint, const char *base_url)
{
    const struct endpoint_preset *preset = endpoint != NULL ? endpoint_preset_find(endpoint) : NULL;
    const char *url = base_url != NULL ? base_url : endpoint;
    return preset != NULL || url == NULL ? preset : endpoint_preset_at_host(url);
}

// Where scheme and host end: behind them come a port, a path, or nothing.
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");
    return host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, ":/?#") : 0;
}

const struct endpoint_preset *endpoint_preset_at_host(const char *url)
{
    size_t length = origin_length(url);
    for (size_t i = 0; length > 0 && i < sizeof presets / sizeof *presets; i++)
        if (!presets[i].local && origin_length(presets[i].base_url) == length &&
            strncasecmp(presets[i].base_url, url, length) == 0)
            return &presets[i];
    return NULL;
}
