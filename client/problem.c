#include "problem.h"

#include "json.h"
#include "phrase.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Bodies come from outside: how deep, how much and how long is looked at.
enum {
    MAX_DEPTH = 12,
    MAX_WORDS = 1 << 16,
    MAX_CODES = 4096,
    MAX_STRING = 4000,
    MAX_SENTENCES = 8000
};

static enum problem_form form_of(const char *text, const char *content_type);
static void collect(struct problem *problem, const cJSON *value, const char *name, int depth);
static char *message_of(const cJSON *value, int depth);
static char *html_text(const char *html);
static void append_lower(struct buffer *out, const char *text);
static bool looks_like_error(const cJSON *root);
static int status_of(const cJSON *root);

bool problem_read(struct problem *problem, const char *body, size_t length,
                  const char *content_type)
{
    *problem = (struct problem){0};
    buffer_init(&problem->words, MAX_WORDS);
    buffer_init(&problem->sentences, MAX_SENTENCES);
    buffer_init(&problem->codes, MAX_CODES);
    char *text = text_repair(body != NULL ? body : "", body != NULL ? length : 0);
    if (text == NULL)
        return false;
    text_trim(text);
    problem->form = form_of(text, content_type);
    cJSON *root = NULL;
    if (problem->form == PROBLEM_JSON) {
        root = cJSON_Parse(text);
        if (root == NULL)
            problem->form = PROBLEM_TEXT;
    }
    if (root != NULL) {
        const cJSON *inner = cJSON_IsArray(root) ? cJSON_GetArrayItem(root, 0) : root;
        problem->is_error = looks_like_error(inner);
        problem->status = status_of(inner);
        collect(problem, inner, "", 0);
        problem->message = message_of(inner, 0);
    } else if (problem->form == PROBLEM_HTML) {
        problem->message = html_text(text);
    }
    if (problem->message == NULL)
        problem->message = text_copy(text);
    if (problem->message != NULL && problem->form != PROBLEM_JSON)
        append_lower(&problem->words, problem->message);
    if (problem->message != NULL)
        phrase_append(&problem->sentences, text_one_line(problem->message));
    cJSON_Delete(root);
    free(text);
    if (problem->message == NULL)
        problem_clear(problem);
    return problem->message != NULL;
}

void problem_clear(struct problem *problem)
{
    free(problem->message);
    problem->message = NULL;
    buffer_clear(&problem->words);
    buffer_clear(&problem->sentences);
    buffer_clear(&problem->codes);
}

static enum problem_form form_of(const char *text, const char *content_type)
{
    if (*text == '\0')
        return PROBLEM_EMPTY;
    if (*text == '{' || *text == '[')
        return PROBLEM_JSON;
    static const char *const openings[] = {"<!doctype", "<html",  "<head",
                                           "<body",     "<title", "<!--"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (strncasecmp(text, openings[i], strlen(openings[i])) == 0)
            return PROBLEM_HTML;
    if (*text == '<' && strcasestr(content_type, "html") != NULL)
        return PROBLEM_HTML;
    return PROBLEM_TEXT;
}

// Appends, cut in the middle when long: echoes of a request's base64 are of no use, while what is
// wrong with it is said before or behind.
static void append_lower(struct buffer *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (length > MAX_STRING && i == MAX_STRING / 2)
            i = length - MAX_STRING / 2;
        buffer_append_char(out, (char)tolower((unsigned char)text[i]));
    }
}

// Members that repeat what was sent: our own prompt must not be searched for words of refusal.
static bool is_echo(const char *name)
{
    static const char *const echoes[] = {"input",    "ctx",    "body",  "request",
                                         "messages", "prompt", "inputs"};
    for (size_t i = 0; i < sizeof echoes / sizeof *echoes; i++)
        if (strcasecmp(name, echoes[i]) == 0)
            return true;
    return false;
}

static bool is_code(const char *name)
{
    static const char *const codes[] = {"code",   "type",  "status",     "reason",
                                        "detail", "param", "error_code", "error"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcasecmp(name, codes[i]) == 0)
            return true;
    return false;
}

static void collect_text(struct problem *problem, const char *text, const char *name, int depth)
{
    append_lower(&problem->words, name);
    buffer_append_char(&problem->words, ' ');
    append_lower(&problem->words, text);
    buffer_append_char(&problem->words, ' ');
    phrase_append(&problem->sentences, text);
    if (is_code(name) && strlen(text) <= 80) {
        buffer_append_char(&problem->codes, '|');
        append_lower(&problem->codes, text);
        buffer_append_char(&problem->codes, '|');
    }
    const char *open = strpbrk(text, "{[");
    if (open == NULL || depth >= MAX_DEPTH)
        return;
    cJSON *nested = cJSON_ParseWithOpts(open, NULL, false);
    if (nested != NULL)
        collect(problem, nested, "", depth + 1);
    cJSON_Delete(nested);
}

// What is wrong and where it is stand side by side: {"param": "temperature", "message": "Only the
// default is supported"}, {"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}. Read
// as one sentence.
static void join_place(struct problem *problem, const cJSON *object)
{
    static const char *const places[] = {"param", "loc", "field", "parameter", "path"};
    static const char *const messages[] = {"message", "msg", "description"};
    const cJSON *place = NULL, *message = NULL, *step;
    for (size_t i = 0; i < sizeof places / sizeof *places && place == NULL; i++)
        place = cJSON_GetObjectItem(object, places[i]);
    for (size_t i = 0; i < sizeof messages / sizeof *messages && message == NULL; i++)
        message = cJSON_GetObjectItem(object, messages[i]);
    if (place == NULL || !cJSON_IsString(message))
        return;
    struct buffer joined;
    buffer_init(&joined, MAX_STRING);
    if (cJSON_IsString(place))
        buffer_append_text(&joined, place->valuestring);
    cJSON_ArrayForEach(step, place)
    {
        buffer_append_text(&joined, cJSON_IsString(step) ? step->valuestring : "");
        buffer_append_char(&joined, ' ');
    }
    buffer_append_char(&joined, ' ');
    buffer_append_text(&joined, message->valuestring);
    phrase_append(&problem->sentences, buffer_text(&joined));
    buffer_clear(&joined);
}

static void collect(struct problem *problem, const cJSON *value, const char *name, int depth)
{
    if (depth > MAX_DEPTH)
        return;
    if (cJSON_IsObject(value))
        join_place(problem, value);
    if (cJSON_IsString(value)) {
        collect_text(problem, value->valuestring, name, depth);
    } else if (cJSON_IsNumber(value)) {
        char number[32];
        snprintf(number, sizeof number, "%.15g", value->valuedouble);
        collect_text(problem, number, name, depth);
    } else {
        const cJSON *member;
        cJSON_ArrayForEach(member, value)
        {
            const char *own = member->string != NULL ? member->string : name;
            if (!is_echo(own))
                collect(problem, member, own, depth + 1);
        }
    }
}

// "text before the JSON: the message inside it", or a plain copy.
static char *unfold_text(const char *text, int depth)
{
    const char *open = strchr(text, '{');
    cJSON *nested = open != NULL ? cJSON_ParseWithOpts(open, NULL, false) : NULL;
    char *inner = nested != NULL ? message_of(nested, depth + 1) : NULL;
    cJSON_Delete(nested);
    if (inner == NULL)
        return text_copy(text);
    struct buffer whole;
    buffer_init(&whole, MAX_WORDS);
    buffer_append(&whole, text, (size_t)(open - text));
    buffer_append_text(&whole, inner);
    free(inner);
    return buffer_take(&whole);
}

// FastAPI: {"loc": ["body", "response_format"], "msg": "..."} becomes "body.response_format: ...".
static char *located_message(const cJSON *object, const char *text)
{
    struct buffer whole;
    buffer_init(&whole, MAX_WORDS);
    const cJSON *step;
    cJSON_ArrayForEach(step, json_member(object, "loc"))
    {
        if (whole.length > 0)
            buffer_append_char(&whole, '.');
        if (cJSON_IsString(step))
            buffer_append_text(&whole, step->valuestring);
        else
            buffer_append_format(&whole, "%d", step->valueint);
    }
    if (whole.length > 0)
        buffer_append_text(&whole, ": ");
    buffer_append_text(&whole, text);
    return buffer_take(&whole);
}

// The sentence that a person should see, or NULL.
static char *message_of(const cJSON *value, int depth)
{
    if (depth > MAX_DEPTH || value == NULL)
        return NULL;
    if (cJSON_IsString(value))
        return *value->valuestring != '\0' ? unfold_text(value->valuestring, depth) : NULL;
    if (cJSON_IsArray(value))
        return message_of(cJSON_GetArrayItem(value, 0), depth + 1);
    if (!cJSON_IsObject(value))
        return NULL;
    // OpenRouter's own message says no more than "Provider returned error".
    const cJSON *raw = json_member(json_member(value, "metadata"), "raw");
    char *found = cJSON_IsString(raw) ? message_of(raw, depth + 1) : NULL;
    static const char *const names[] = {
        "error",         "message",      "msg",       "detail",     "title",
        "errors",        "choices",      "base_resp", "status_msg", "error_msg",
        "error_message", "errormessage", "errmsg",    "err_msg",    "error_description",
        "description"};
    // Tencent's cloud has {"Response": {"Error": {"Code": ..., "Message": ...}}}.
    const cJSON *wrapped = cJSON_GetObjectItem(value, "response");
    if (found == NULL && cJSON_IsObject(wrapped))
        found = message_of(wrapped, depth + 1);
    // Spring: {"status": 500, "error": "Internal Server Error", "message": "what it was"}.
    if (found == NULL && cJSON_IsString(cJSON_GetObjectItem(value, "error")))
        found = message_of(cJSON_GetObjectItem(value, "message"), depth + 1);
    for (size_t i = 0; found == NULL && i < sizeof names / sizeof *names; i++) {
        const cJSON *member = cJSON_GetObjectItem(value, names[i]);
        if (strcmp(names[i], "msg") == 0 && cJSON_IsString(member))
            found = located_message(value, member->valuestring);
        else
            found = message_of(member, depth + 1);
    }
    return found;
}

// A member that says more than null, false or "".
static bool has(const cJSON *root, const char *name)
{
    const cJSON *member = json_member(root, name);
    return member != NULL && !cJSON_IsNull(member) && !cJSON_IsFalse(member) &&
           !(cJSON_IsNumber(member) && member->valuedouble == 0) &&
           !(cJSON_IsString(member) && *member->valuestring == '\0');
}

static bool looks_like_error(const cJSON *root)
{
    if (!cJSON_IsObject(root))
        return false;
    const cJSON *choice = cJSON_GetArrayItem(json_member(root, "choices"), 0);
    const char *type = json_text(root, "type");
    // MiniMax answers 200 whatever happens.
    if (json_integer(json_member(root, "base_resp"), "status_code", 0) != 0)
        return true;
    return has(root, "error") || cJSON_IsFalse(json_member(root, "success")) ||
           has(root, "error_msg") || has(root, "errcode") ||
           has(json_member(root, "Response"), "Error") || has(root, "detail") ||
           has(choice, "error") || (type != NULL && strcmp(type, "error") == 0) ||
           has(root, "error_code") ||
           (json_member(root, "choices") == NULL &&
            (has(root, "msg") || (has(root, "message") && has(root, "code"))));
}

static int status_of(const cJSON *root)
{
    const cJSON *choice = cJSON_GetArrayItem(json_member(root, "choices"), 0);
    const cJSON *places[] = {json_member(root, "error"), json_member(choice, "error"), root};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        static const char *const names[] = {"code", "status", "status_code", "http_status"};
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            long long code = json_integer(places[i], names[j], 0);
            if (code >= 400 && code <= 599)
                return (int)code;
        }
    }
    return 0;
}

// Where the element that opens at `tag` ends, when it is one whose content nobody reads.
static const char *skip_element(const char *tag)
{
    static const char *const names[] = {"script", "style"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(tag + 1, names[i], length) != 0)
            continue;
        for (const char *at = strstr(tag, "</"); at != NULL; at = strstr(at + 2, "</"))
            if (strncasecmp(at + 2, names[i], length) == 0)
                return at;
        return tag + strlen(tag);
    }
    return tag;
}

// The page's text without tags; not a reader of HTML, enough to find "502 Bad Gateway" and "nginx".
static char *html_text(const char *html)
{
    struct buffer text;
    buffer_init(&text, MAX_STRING);
    for (const char *at = html; *at != '\0';) {
        if (*at != '<') {
            buffer_append_char(&text, *at++);
            continue;
        }
        at = skip_element(at);
        at += strcspn(at, ">");
        if (*at == '>')
            at++;
        buffer_append_char(&text, ' ');
    }
    // A page longer than the ceiling keeps its beginning; a character may have been cut there.
    char *whole = text_repair(buffer_text(&text), text.length);
    buffer_clear(&text);
    return whole != NULL ? text_one_line(whole) : NULL;
}

// Calls for each alternative of "a|b|c" until one is found in `in`, framed by `frame` on both
// sides.
static bool any_in(const char *in, const char *alternatives, const char *frame)
{
    char wanted[160];
    for (const char *at = alternatives;; at++) {
        size_t length = strcspn(at, "|");
        snprintf(wanted, sizeof wanted, "%s%.*s%s", frame, (int)length, at, frame);
        if (length > 0 && strstr(in, wanted) != NULL)
            return true;
        at += length;
        if (*at == '\0')
            return false;
    }
}

bool problem_says(const struct problem *problem, const char *alternatives)
{
    return any_in(buffer_text(&problem->words), alternatives, "");
}

void problem_hide(struct problem *problem, const char *name)
{
    phrase_hide(&problem->sentences, name);
}

bool problem_has_code(const struct problem *problem, const char *alternatives)
{
    return any_in(buffer_text(&problem->codes), alternatives, "|");
}
