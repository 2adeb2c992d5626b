#include "capability.h"

// From the providers' references: OpenAI's openapi.json and its pages of models (reasoning models
// take temperature 1 only and max_completion_tokens alone), Anthropic's "Migrating to newer models"
// and "Effort" and "Extended thinking", Google's "Gemini thinking" and its "OpenAI compatibility",
// DeepSeek's "Thinking mode", "Chat prefix completion" and "JSON output", Zhipu's and Z.ai's "Chat
// completion" (thinking.type), Model Studio's "Deep thinking" (enable_thinking), OpenRouter's
// "Reasoning tokens", vLLM's "Reasoning outputs", llama.cpp's server README (chat_template_kwargs),
// Ollama's "OpenAI compatibility" (reasoning_effort).
//
// Special rows stand before general ones. Where thinking cannot be switched off, "off" is the least
// that the model takes.
#define IS(name) [CAPABILITY_##name]
#define EFFORT(word) "{\"reasoning_effort\":\"" word "\"}"
#define EFFORTS                                                                                    \
    IS(thinking_low) = EFFORT("low"), IS(thinking_medium) = EFFORT("medium"),                      \
    IS(thinking_high) = EFFORT("high")
#define CLAUDE_EFFORT(word) "{\"output_config\":{\"effort\":\"" word "\"}}"
#define CLAUDE_EFFORTS                                                                             \
    IS(thinking_low) = CLAUDE_EFFORT("low"), IS(thinking_medium) = CLAUDE_EFFORT("medium"),        \
    IS(thinking_high) = CLAUDE_EFFORT("high")
#define THINKING(word) "{\"thinking\":{\"type\":\"" word "\"}}"
#define GEMINI(member) "{\"generationConfig\":{\"thinkingConfig\":{" member "}}}"
#define ROUTED(word) "{\"reasoning\":{\"effort\":\"" word "\"}}"
#define TEMPLATE(yes) "{\"chat_template_kwargs\":{\"enable_thinking\":" yes "}}"
#define OPENAI_THINKER IS(temperature) = "no", IS(max_tokens) = "max_completion_tokens"

// clang-format off
static const struct capability rows[] = {
    // The built-in model does not think.
    {NULL, "builtin", {IS(thinking_off) = "{}", IS(thinking_low) = "{}"}},

    // How an endpoint, or the server behind it, has thinking switched, whatever the model.
    {NULL, "openrouter", {IS(thinking_off) = ROUTED("none"), IS(thinking_low) = ROUTED("low"),
                          IS(thinking_medium) = ROUTED("medium"), IS(thinking_high) = ROUTED("high")}},
    {NULL, "ollama", {IS(thinking_off) = EFFORT("none"), EFFORTS}},
    {NULL, "vllm", {IS(thinking_off) = TEMPLATE("false"), EFFORTS}},
    {NULL, "llamacpp", {IS(thinking_off) = TEMPLATE("false"), EFFORTS}},
    {"qwen*", "dashscope*", {IS(thinking_off) = "{\"enable_thinking\":false}",
                             IS(thinking_low) = "{\"enable_thinking\":true,\"thinking_budget\":1024}",
                             IS(thinking_medium) = "{\"enable_thinking\":true,\"thinking_budget\":4096}",
                             IS(thinking_high) = "{\"enable_thinking\":true}"}},

    // DeepSeek: json_schema is answered with a 400; efforts are low, high and max.
    {"deepseek-v4-pro*", NULL, {IS(vision) = "no"}},
    {NULL, "deepseek", {IS(structured) = "object", IS(prefix) = "yes", IS(thinking_off) = THINKING("disabled"),
                        IS(thinking_low) = EFFORT("low"), IS(thinking_medium) = EFFORT("high"),
                        IS(thinking_high) = EFFORT("high")}},

    // Zhipu and Z.ai list text and json_object as the types of response_format.
    {NULL, "zai", {IS(structured) = "object"}},
    {NULL, "zhipu", {IS(structured) = "object"}},
    {"glm-4.1v-thinking*", "z*", {IS(thinking_low) = "{}", IS(thinking_medium) = "{}", IS(thinking_high) = "{}"}},
    {"glm-4v*", "z*", {IS(thinking_off) = "{}"}},
    {"glm-*", "z*", {IS(thinking_off) = THINKING("disabled"), IS(thinking_low) = THINKING("enabled"),
                     IS(thinking_medium) = THINKING("enabled"), IS(thinking_high) = THINKING("enabled")}},

    // OpenAI.
    {"gpt-3.5*", NULL, {IS(vision) = "no"}},
    {"o1-mini*", NULL, {IS(vision) = "no"}},
    {"o3-mini*", NULL, {IS(vision) = "no"}},
    {"gpt-4o*", NULL, {IS(vision) = "yes", IS(temperature) = "yes", IS(thinking_off) = "{}"}},
    {"gpt-4.1*", NULL, {IS(vision) = "yes", IS(temperature) = "yes", IS(thinking_off) = "{}"}},
    {"o1*", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("low"), EFFORTS}},
    {"o3*", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("low"), EFFORTS}},
    {"o4-mini*", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("low"), EFFORTS}},
    {"gpt-5", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("minimal"), EFFORTS}},
    {"gpt-5-*", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("minimal"), EFFORTS}},
    {"gpt-5.*", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("none"), EFFORTS}},
    {"gpt-6*", NULL, {IS(vision) = "yes", OPENAI_THINKER, IS(thinking_off) = EFFORT("none"), EFFORTS}},

    // Anthropic. Newer models refuse temperature; some refuse to think not at all. Gateways write
    // the number with a point, Anthropic with a dash.
    {"claude-fable-5*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = CLAUDE_EFFORT("low"), CLAUDE_EFFORTS}},
    {"claude-opus-5?5*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = CLAUDE_EFFORT("low"), CLAUDE_EFFORTS}},
    {"claude-opus-5*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-opus-4?7*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-opus-4?8*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-sonnet-5?5*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = THINKING("between_tools"), CLAUDE_EFFORTS}},
    {"claude-sonnet-5*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-haiku-5?5*", "anthropic", {IS(temperature) = "no", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-opus-4?6*", "anthropic", {IS(temperature) = "yes", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-sonnet-4?6*", "anthropic", {IS(temperature) = "yes", IS(thinking_off) = THINKING("disabled"), CLAUDE_EFFORTS}},
    {"claude-*", "anthropic", {IS(vision) = "yes", IS(thinking_off) = "{}"}}, // thinks only when told to, and refuses efforts
    {"claude-fable-5*", NULL, {IS(temperature) = "no"}},
    {"claude-opus-5*", NULL, {IS(temperature) = "no"}},
    {"claude-opus-4?7*", NULL, {IS(temperature) = "no"}},
    {"claude-opus-4?8*", NULL, {IS(temperature) = "no"}},
    {"claude-sonnet-5*", NULL, {IS(temperature) = "no"}},
    {"claude-haiku-5?5*", NULL, {IS(temperature) = "no"}},

    // Gemini: a budget in the 2.5 series, a level in the 3 series.
    {"gemini-2.5-pro*", "gemini", {IS(thinking_off) = GEMINI("\"thinkingBudget\":128"),
                                   IS(thinking_low) = GEMINI("\"thinkingBudget\":1024"),
                                   IS(thinking_medium) = GEMINI("\"thinkingBudget\":8192"),
                                   IS(thinking_high) = GEMINI("\"thinkingBudget\":24576")}},
    {"gemini-2.5*", "gemini", {IS(thinking_off) = GEMINI("\"thinkingBudget\":0"),
                               IS(thinking_low) = GEMINI("\"thinkingBudget\":1024"),
                               IS(thinking_medium) = GEMINI("\"thinkingBudget\":8192"),
                               IS(thinking_high) = GEMINI("\"thinkingBudget\":24576")}},
    {"gemini-3*flash*", "gemini", {IS(thinking_off) = GEMINI("\"thinkingLevel\":\"minimal\"")}},
    {"gemini-3*", "gemini", {IS(thinking_off) = GEMINI("\"thinkingLevel\":\"low\""),
                             IS(thinking_low) = GEMINI("\"thinkingLevel\":\"low\""),
                             IS(thinking_medium) = GEMINI("\"thinkingLevel\":\"medium\""),
                             IS(thinking_high) = GEMINI("\"thinkingLevel\":\"high\"")}},
    {"gemini-2.5-flash*", "gemini-openai", {IS(thinking_off) = EFFORT("none"), EFFORTS}},
    {"gemini-*", "gemini-openai", {IS(thinking_off) = EFFORT("low"), EFFORTS}},
    {"gemini-*", NULL, {IS(vision) = "yes", IS(temperature) = "yes"}},
};
// clang-format on

const struct capability *capability_row(size_t index)
{
    return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}
