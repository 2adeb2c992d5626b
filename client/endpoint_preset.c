#include "endpoint.h"

#include <string.h>
#include <strings.h>

// Base URLs and paths are from each project's API reference: OpenAI's openapi.json; DeepSeek's
// "Your first API call"; Zhipu's docs.bigmodel.cn (note /v4, not /v1) and docs.z.ai; Alibaba Model
// Studio's "OpenAI compatible" page (keys are bound to a region); OpenRouter's quickstart; vLLM's
// and llama.cpp's server READMEs and Ollama's "OpenAI compatibility" for the local ports;
// Anthropic's "API overview"; Google's "Gemini API reference" and its "OpenAI compatibility" page.
//
// no_schema: DeepSeek's, Zhipu's and Z.ai's references list text and json_object as the types of
// response_format; DeepSeek answers json_schema with a 400.
static const struct endpoint_preset presets[] = {
    {"openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL", "openai",
     false, false},
    {"anthropic", "Anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY",
     "ANTHROPIC_BASE_URL", "anthropic", false, false},
    {"gemini", "Gemini", "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY",
     "GEMINI_BASE_URL", "gemini", false, false},
    {"deepseek", "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL",
     "openai", false, true},
    {"zhipu", "Zhipu (China)", "https://open.bigmodel.cn/api/paas/v4", "ZHIPUAI_API_KEY", NULL,
     "openai", false, true},
    {"zai", "Z.ai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY", NULL, "openai", false, true},
    {"dashscope", "Alibaba Model Studio (China)",
     "https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY", NULL, "openai",
     false, false},
    {"dashscope-intl", "Alibaba Model Studio (international)",
     "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY", NULL, "openai",
     false, false},
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", NULL,
     "openai", false, false},
    {"gemini-openai", "Gemini, OpenAI-compatible",
     "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY", NULL, "openai",
     false, false},
    {"vllm", "a local vLLM", "http://127.0.0.1:8000/v1", NULL, NULL, "openai", true, false},
    {"llamacpp", "a local llama.cpp", "http://127.0.0.1:8080/v1", NULL, NULL, "openai", true,
     false},
    {"ollama", "a local Ollama", "http://127.0.0.1:11434/v1", NULL, NULL, "openai", true, false},
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
