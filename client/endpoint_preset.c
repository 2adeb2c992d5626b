#include "endpoint.h"

#include <string.h>
#include <strings.h>

// Base URLs and paths are from each project's API reference: OpenAI's openapi.json; DeepSeek's
// "Your first API call"; Zhipu's docs.bigmodel.cn (note /v4, not /v1) and docs.z.ai; Alibaba Model
// Studio's "OpenAI compatible" page (keys are bound to a region); OpenRouter's quickstart; vLLM's
// and llama.cpp's server READMEs and Ollama's "OpenAI compatibility" for the local ports;
// Anthropic's "API overview"; Google's "Gemini API reference" and its "OpenAI compatibility" page.
static const struct endpoint_preset presets[] = {
    {"openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL", "openai",
     false, NULL},
    {"anthropic", "Anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY",
     "ANTHROPIC_BASE_URL", "anthropic", false, NULL},
    {"gemini", "Gemini", "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY",
     "GEMINI_BASE_URL", "gemini", false, NULL},
    {"deepseek", "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL",
     "openai", false, "/beta"},
    {"zhipu", "Zhipu (China)", "https://open.bigmodel.cn/api/paas/v4", "ZHIPUAI_API_KEY", NULL,
     "openai", false, NULL},
    {"zai", "Z.ai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY", NULL, "openai", false, NULL},
    {"dashscope", "Alibaba Model Studio (China)",
     "https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY", NULL, "openai",
     false, NULL},
    {"dashscope-intl", "Alibaba Model Studio (international)",
     "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY", NULL, "openai",
     false, NULL},
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", NULL,
     "openai", false, NULL},
    {"gemini-openai", "Gemini, OpenAI-compatible",
     "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY", NULL, "openai",
     false, NULL},
    {"vllm", "a local vLLM", "http://127.0.0.1:8000/v1", NULL, NULL, "openai", true, NULL},
    {"llamacpp", "a local llama.cpp", "http://127.0.0.1:8080/v1", NULL, NULL, "openai", true, NULL},
    {"ollama", "a local Ollama", "http://127.0.0.1:11434/v1", NULL, NULL, "openai", true, NULL},
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

// Where scheme and host end: behind them come a port, a path, or nothing.
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");
    return host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
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
