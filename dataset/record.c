#include "record.h"

#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ID_BYTES = 1024 };

static bool read_id(const cJSON *record, const char *text, struct question *out, struct error *why);
static bool read_texts(const cJSON *record, struct question *out, struct error *why);
static bool read_type(const cJSON *record, struct question *out, struct error *why);
static bool read_prefilled(const cJSON *record, struct question *out, struct error *why);
static bool set_default_id(const struct record_context *context, struct question *out,
                           struct error *why);

// Everything is read even after a fault, so that the failure's line shows what could be read; the
// first fault is the one that is told.
bool record_read(cJSON *record, const struct record_context *context, uint64_t line,
                 const char *text, struct question *out, struct error *why)
{
    *out = (struct question){.line = line};
    struct error fault = {0};
    if (!cJSON_IsObject(record)) {
        error_set(&fault, ERR_RECORD, "a record is an object with an image and a question, not %s",
                  cJSON_IsString(record)  ? "a text"
                  : cJSON_IsArray(record) ? "an array"
                                          : "a single value");
    } else {
        read_id(record, text, out, &fault);
        record_read_image(record, context, out, &fault);
        read_texts(record, out, &fault);
        read_type(record, out, &fault);
        read_prefilled(record, out, &fault);
        record_read_options(record, out, &fault);
    }
    out->image_only = out->question == NULL && out->answer == NULL && out->options == NULL &&
                      out->type == QUESTION_UNSET && out->topic == NULL && out->claim == NULL &&
                      out->prefilled == NULL;
    if (fault.kind == ERR_MEMORY)
        return error_set(why, ERR_MEMORY, "%s", fault.message);
    if (out->id == NULL && !set_default_id(context, out, why))
        return false;
    if (fault.kind == ERR_NONE)
        return true;
    out->fault = text_repair(fault.message, strlen(fault.message));
    return out->fault != NULL || error_set(why, ERR_MEMORY, "no memory for a message");
}

bool record_refuse(const struct record_context *context, uint64_t line, const char *message,
                   struct question *out, struct error *why)
{
    *out = (struct question){.line = line, .fault = text_repair(message, strlen(message))};
    if (out->fault == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a message");
    return set_default_id(context, out, why);
}

static bool set_default_id(const struct record_context *context, struct question *out,
                           struct error *why)
{
    char id[64];
    snprintf(id, sizeof id, "%s-%" PRIu64, context->unit, out->line);
    out->id = text_copy(id);
    return out->id != NULL || error_set(why, ERR_MEMORY, "no memory for an id");
}

// A whole number above 2^53 loses digits as a double, and long numeric ids are common: its own
// digits are looked up in the record's text. Left alone when they cannot be found.
static void restore_digits(const char *text, const cJSON *value, char **id)
{
    const char *at = text;
    size_t name_length = strlen(value->string);
    while (at != NULL && (at = strstr(at, value->string)) != NULL) {
        at += name_length;
        const char *digits = at + strspn(at, "\" \t\r\n:");
        size_t length = strspn(digits, "-0123456789");
        if (length == 0 || (digits[length] != '\0' && strchr(".eE", digits[length]) != NULL))
            continue;
        char *exact = text_copy_length(digits, length);
        if (exact != NULL && strtod(exact, NULL) == value->valuedouble) {
            free(*id);
            *id = exact;
            return;
        }
        free(exact);
    }
}

static bool read_id(const cJSON *record, const char *text, struct question *out, struct error *why)
{
    static const char *const names[] = {"id", "question_id", "qid", "sample_id"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && out->id == NULL; i++) {
        const cJSON *value = json_member(record, names[i]);
        if (!record_text(value, names[i], &out->id, why))
            return false;
        if (out->id != NULL && cJSON_IsNumber(value) && fabs(value->valuedouble) >= 9e15 &&
            text != NULL)
            restore_digits(text, value, &out->id);
    }
    size_t length = out->id != NULL ? strlen(out->id) : 0;
    if (length <= MAX_ID_BYTES)
        return true;
    free(out->id);
    out->id = NULL;
    return error_set(why, ERR_RECORD, "the id has %zu bytes, at most %d are taken", length,
                     MAX_ID_BYTES);
}

// Claims keep their blanks: placeholders stand in them.
static bool read_claim(const cJSON *record, struct question *out, struct error *why)
{
    const cJSON *claim = json_member(record, "claim");
    if (claim == NULL || cJSON_IsNull(claim))
        claim = json_member(json_member(record, "prefill"), "claim");
    if (!cJSON_IsString(claim))
        return record_text(claim, "claim", &out->claim, why);
    if (text_is_blank(claim->valuestring))
        return true;
    out->claim = text_copy(claim->valuestring);
    return out->claim != NULL || error_set(why, ERR_MEMORY, "no memory for a claim");
}

static bool read_texts(const cJSON *record, struct question *out, struct error *why)
{
    static const char *const topics[] = {"topic", "pipeline_type", "pipeline_name"};
    bool good = record_text(json_member(record, "question"), "question", &out->question, why);
    good = record_text(json_member(record, "answer"), "answer", &out->answer, why) && good;
    for (size_t i = 0; i < sizeof topics / sizeof topics[0] && out->topic == NULL; i++)
        good = record_text(json_member(record, topics[i]), topics[i], &out->topic, why) && good;
    return read_claim(record, out, why) && good;
}

static bool read_type(const cJSON *record, struct question *out, struct error *why)
{
    char *type = NULL;
    if (!record_text(json_member(record, "question_type"), "question_type", &type, why))
        return false;
    bool good = type == NULL || question_type_find(type, &out->type);
    if (!good)
        error_set(why, ERR_RECORD,
                  "question_type \"%.60s\" is not known: multiple_choice or fill_in_blank", type);
    free(type);
    return good;
}

// An object, or (in a CSV cell) its text.
static bool read_prefilled(const cJSON *record, struct question *out, struct error *why)
{
    const cJSON *values = json_member(record, "prefilled_values");
    if (values == NULL || cJSON_IsNull(values))
        values = json_member(json_member(record, "prefill"), "prefilled_values");
    if (values == NULL || cJSON_IsNull(values) ||
        (cJSON_IsString(values) && text_is_blank(values->valuestring)))
        return true;
    cJSON *parsed = NULL;
    if (cJSON_IsString(values))
        values = parsed = json_parse(values->valuestring, strlen(values->valuestring), NULL);
    bool good = cJSON_IsObject(values);
    if (!good) {
        error_set(why, ERR_RECORD, "prefilled_values is not an object of placeholder and value");
    } else if (values->child != NULL) {
        char *printed = cJSON_PrintUnformatted(values);
        out->prefilled = text_copy(printed);
        cJSON_free(printed);
        if (out->prefilled == NULL)
            good = error_set(why, ERR_MEMORY, "no memory for prefilled_values");
    }
    cJSON_Delete(parsed);
    return good;
}
