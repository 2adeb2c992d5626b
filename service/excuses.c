#include "excuses.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

static void fill(const char *words, const struct excuse_values *values, bool json,
                 struct buffer *out);

// Each table ends with an entry without a kind.
static const struct excuse *const tables[] = {excuses_openai, excuses_clouds, excuses_servers,
                                              excuses_anthropic, excuses_gemini};

const struct excuse *excuse_at(size_t index)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t count = 0;
        while (tables[t][count].kind != NULL)
            count++;
        if (index < count)
            return &tables[t][index];
        index -= count;
    }
    return NULL;
}

static const struct protocol_error *find_own(const char *kind, enum player_id player)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct excuse *one = tables[t]; one->kind != NULL; one++)
            if (one->player == player && strcmp(one->kind, kind) == 0)
                return &one->error;
    return NULL;
}

const struct protocol_error *excuse_find(const char *kind, const struct player *player)
{
    const struct protocol_error *error = find_own(kind, player_id_of(player));
    if (error == NULL)
        error = find_own(kind, player_id_of(player_of(NULL, player->protocol)));
    if (error == NULL)
        error = find_own(kind, PLAYER_OPENAI);
    for (size_t i = 0; i < PLAYER_COUNT && error == NULL; i++)
        error = find_own(kind, (enum player_id)i);
    return error;
}

void excuse_write(const struct player *player, const struct protocol_error *error,
                  const struct excuse_values *values, struct excuse_out *out)
{
    struct protocol_error filled = *error;
    struct buffer message, details, param;
    out->content_type = error->content_type != NULL ? error->content_type : "application/json";
    if (error->headers != NULL)
        fill(error->headers, values, false, out->headers);
    if (error->raw != NULL) {
        fill(error->raw, values, strcmp(out->content_type, "application/json") == 0, out->body);
        return;
    }
    buffer_init(&message, 4096);
    buffer_init(&details, 4096);
    buffer_init(&param, 256);
    fill(error->message != NULL ? error->message : "", values, false, &message);
    filled.message = buffer_text(&message);
    if (error->details != NULL) {
        fill(error->details, values, true, &details);
        filled.details = buffer_text(&details);
    }
    if (error->param != NULL) {
        fill(error->param, values, false, &param);
        filled.param = buffer_text(&param);
    }
    if (player->write_error != NULL)
        player->write_error(&filled, out->body);
    else
        player->protocol->write_error(&filled, out->body);
    out->body->failed = out->body->failed || message.failed || details.failed || param.failed;
    buffer_clear(&message);
    buffer_clear(&details);
    buffer_clear(&param);
}

char *excuse_duration(int64_t ms, char *text)
{
    enum { ROOM = 32 };
    int64_t seconds = ms / 1000;
    if (ms < 1000)
        snprintf(text, ROOM, "%lldms", (long long)ms);
    else if (seconds >= 3600)
        snprintf(text, ROOM, "%lldh%lldm%llds", (long long)seconds / 3600,
                 (long long)seconds / 60 % 60, (long long)seconds % 60);
    else if (seconds >= 60)
        snprintf(text, ROOM, "%lldm%llds", (long long)seconds / 60, (long long)seconds % 60);
    else // as few digits as tell it: 1.146s, 59.97s, 20s
        snprintf(text, ROOM, "%.5gs", (double)ms / 1000);
    return text;
}

void excuses_list(struct buffer *out)
{
    const struct fault_entry *kind;
    for (size_t i = 0; (kind = fault_kind_at(i)) != NULL; i++) {
        buffer_append_format(out, "%-21s", kind->name);
        for (size_t p = 0; p < PLAYER_COUNT; p++)
            if (find_own(kind->name, (enum player_id)p) != NULL)
                buffer_append_format(out, " %s", player_at((enum player_id)p)->name);
        while (out->length > 0 && out->data[out->length - 1] == ' ')
            buffer_truncate(out, out->length - 1);
        buffer_append_char(out, '\n');
    }
}

static void append_text(const char *text, bool json, struct buffer *out)
{
    if (!json) {
        buffer_append_text(out, text);
        return;
    }
    // A JSON string without its quotes.
    struct buffer quoted;
    buffer_init(&quoted, 4096);
    json_write_string(&quoted, text);
    if (quoted.length > 2)
        buffer_append(out, quoted.data + 1, quoted.length - 2);
    buffer_clear(&quoted);
}

// Appends the value of the word in braces; false: it is none of ours.
static bool append_value(const char *word, size_t length, const struct excuse_values *values,
                         bool json, struct buffer *out)
{
    char text[40];
    const struct {
        const char *word, *text;
    } texts[] = {{"model", values->model != NULL ? values->model : "simulated"},
                 {"name", values->name != NULL ? values->name : "parameter"},
                 {"path", values->path != NULL ? values->path : "/"},
                 {"wait", excuse_duration(values->wait_ms, text)}};
    const struct {
        const char *word;
        long long number;
    } numbers[] = {{"actual", values->actual},
                   {"limit", values->limit},
                   {"used", values->used},
                   {"wait-ms", values->wait_ms},
                   {"wait-s", (values->wait_ms + 999) / 1000}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strlen(texts[i].word) == length && strncmp(texts[i].word, word, length) == 0) {
            append_text(texts[i].text, json, out);
            return true;
        }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strlen(numbers[i].word) == length && strncmp(numbers[i].word, word, length) == 0)
            return buffer_append_format(out, "%lld", numbers[i].number);
    if (length != 10 || strncmp(word, "wait-proto", length) != 0)
        return false;
    return buffer_append_format(out, "%.9gs", (double)values->wait_ms / 1000); // as protobuf does
}

static void fill(const char *words, const struct excuse_values *values, bool json,
                 struct buffer *out)
{
    for (const char *at = words; *at != '\0';) {
        const char *brace = strchr(at, '{');
        size_t plain = brace != NULL ? (size_t)(brace - at) : strlen(at);
        buffer_append(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        size_t length = strcspn(at + 1, "{}\"");
        if (at[1 + length] == '}' && append_value(at + 1, length, values, json, out)) {
            at += length + 2;
        } else {
            buffer_append_char(out, '{');
            at++;
        }
    }
}
