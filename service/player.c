#include "player.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

static void write_azure(const struct protocol_error *error, struct buffer *out);
static void write_zhipu(const struct protocol_error *error, struct buffer *out);
static void write_alibaba(const struct protocol_error *error, struct buffer *out);
static void write_openrouter(const struct protocol_error *error, struct buffer *out);
static void write_vllm(const struct protocol_error *error, struct buffer *out);
static void write_llamacpp(const struct protocol_error *error, struct buffer *out);

// The shapes of errors are those of the client's data-file cases.
static const struct player players[] = {
    [PLAYER_OPENAI] = {"openai", &protocol_openai, NULL, LIMIT_STYLE_OPENAI, false, false, false,
                       false},
    [PLAYER_ANTHROPIC] = {"anthropic", &protocol_anthropic, NULL, LIMIT_STYLE_ANTHROPIC, false,
                          false, false, false},
    [PLAYER_GEMINI] = {"gemini", &protocol_gemini, NULL, LIMIT_STYLE_NONE, false, true, false,
                       false},
    [PLAYER_AZURE] = {"azure", &protocol_openai, write_azure, LIMIT_STYLE_OPENAI, true, false,
                      false, false},
    [PLAYER_DEEPSEEK] = {"deepseek", &protocol_openai, NULL, LIMIT_STYLE_NONE, false, true, true,
                         true},
    [PLAYER_ZHIPU] = {"zhipu", &protocol_openai, write_zhipu, LIMIT_STYLE_NONE, false, true, true,
                      true},
    [PLAYER_ALIBABA] = {"alibaba", &protocol_openai, write_alibaba, LIMIT_STYLE_NONE, false, true,
                        true, false},
    [PLAYER_OPENROUTER] = {"openrouter", &protocol_openai, write_openrouter, LIMIT_STYLE_OPENROUTER,
                           false, true, true, true},
    [PLAYER_VLLM] = {"vllm", &protocol_openai, write_vllm, LIMIT_STYLE_NONE, false, true, true,
                     false},
    [PLAYER_LLAMACPP] = {"llama.cpp", &protocol_openai, write_llamacpp, LIMIT_STYLE_NONE, false,
                         true, true, false},
    [PLAYER_OLLAMA] = {"ollama", &protocol_openai, NULL, LIMIT_STYLE_NONE, false, true, false,
                       false},
};

const struct player *player_at(enum player_id id)
{
    return &players[id];
}

const struct player *player_find(const char *name)
{
    for (size_t i = 0; i < PLAYER_COUNT; i++)
        if (strcmp(players[i].name, name) == 0)
            return &players[i];
    return NULL;
}

enum player_id player_id_of(const struct player *player)
{
    return (enum player_id)(player - players);
}

const struct player *player_of(const struct player *chosen, const struct protocol *protocol)
{
    if (chosen != NULL && chosen->protocol == protocol)
        return chosen;
    return protocol == &protocol_anthropic ? &players[PLAYER_ANTHROPIC]
           : protocol == &protocol_gemini  ? &players[PLAYER_GEMINI]
                                           : &players[PLAYER_OPENAI];
}

// Azure's gateway names neither type nor param.
static void write_azure(const struct protocol_error *error, struct buffer *out)
{
    char status[16];
    snprintf(status, sizeof status, "%d", error->status);
    buffer_append_text(out, "{\"error\":{");
    json_write_string_field(out, "code", error->code != NULL ? error->code : status);
    json_write_string_field(out, "message", error->message);
    buffer_append_text(out, "}}");
}

static void write_zhipu(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_char(out, '{');
    if (error->details != NULL) {
        json_write_name(out, "contentFilter");
        buffer_append_text(out, error->details);
    }
    json_write_name(out, "error");
    buffer_append_char(out, '{');
    json_write_string_field(out, "code", error->code != NULL ? error->code : "1200");
    json_write_string_field(out, "message", error->message);
    buffer_append_text(out, "}}");
}

static void write_alibaba(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_text(out, "{\"error\":{");
    json_write_string_field(out, "message", error->message);
    json_write_string_field(out, "type", error->type);
    json_write_string_field(out, "param", error->param);
    json_write_string_field(out, "code", error->code);
    buffer_append_text(out, "},\"request_id\":\"simulated\"}");
}

static void write_openrouter(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_text(out, "{\"error\":{");
    json_write_string_field(out, "message", error->message);
    json_write_integer_field(out, "code", error->status);
    if (error->details != NULL) {
        json_write_name(out, "metadata");
        buffer_append_text(out, error->details);
    }
    buffer_append_text(out, "},\"user_id\":\"user_simulated\"}");
}

static void write_vllm(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_text(out, "{\"object\":\"error\"");
    json_write_string_field(out, "message", error->message);
    json_write_string_field(out, "type", error->type);
    json_write_string_field(out, "param", error->param);
    json_write_integer_field(out, "code", error->status);
    buffer_append_char(out, '}');
}

static void write_llamacpp(const struct protocol_error *error, struct buffer *out)
{
    buffer_append_text(out, "{\"error\":{");
    json_write_integer_field(out, "code", error->status);
    json_write_string_field(out, "message", error->message);
    json_write_string_field(out, "type", error->type);
    if (error->details != NULL)
        buffer_append_text(out, error->details);
    buffer_append_text(out, "}}");
}
