#include "tune_json.h"

#include "fault_table.h"
#include "json.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

// Written in the object, so that a file of another kind, or of a later form, is known as such.
enum { TUNE_FORM = 1 };

// Writer and reader walk the same tables, so that neither can forget a member.
enum field_type { FIELD_UNSIGNED, FIELD_WHOLE, FIELD_COUNT, FIELD_REAL, FIELD_BOOL, FIELD_TEXT };

struct field {
    const char *name;
    enum field_type type;
    size_t offset, size;
};

#define FIELD(owner, member, field_kind)                                                           \
    {                                                                                              \
        .name = #member, .type = (field_kind), .offset = offsetof(struct owner, member),           \
        .size = sizeof(((struct owner *)NULL)->member)                                             \
    }
#define FIELDS(table) (table), sizeof(table) / sizeof(table)[0]

static const struct field level_fields[] = {
    FIELD(tune_level, concurrency, FIELD_UNSIGNED),
    FIELD(tune_level, calls, FIELD_COUNT),
    FIELD(tune_level, replies, FIELD_COUNT),
    FIELD(tune_level, seconds, FIELD_REAL),
    FIELD(tune_level, calls_per_second, FIELD_REAL),
    FIELD(tune_level, items_per_second, FIELD_REAL),
    FIELD(tune_level, p50_ms, FIELD_REAL),
    FIELD(tune_level, p95_ms, FIELD_REAL),
    FIELD(tune_level, p99_ms, FIELD_REAL),
    FIELD(tune_level, mean_ms, FIELD_REAL),
    FIELD(tune_level, first_token_p50_ms, FIELD_REAL),
    FIELD(tune_level, in_flight, FIELD_REAL),
    FIELD(tune_level, littles_ratio, FIELD_REAL),
    FIELD(tune_level, client_bound, FIELD_BOOL),
    FIELD(tune_level, input_tokens, FIELD_COUNT),
    FIELD(tune_level, cached_tokens, FIELD_COUNT),
    FIELD(tune_level, output_tokens, FIELD_COUNT),
    FIELD(tune_level, cost_per_1000_items, FIELD_REAL),
    FIELD(tune_level, saturated, FIELD_BOOL),
    FIELD(tune_level, refined, FIELD_BOOL),
};

static const struct field side_fields[] = {
    FIELD(tune_side, side_px, FIELD_UNSIGNED),
    FIELD(tune_side, quality, FIELD_WHOLE),
    FIELD(tune_side, questions, FIELD_COUNT),
    FIELD(tune_side, agreed, FIELD_COUNT),
    FIELD(tune_side, agreement, FIELD_REAL),
    FIELD(tune_side, mean_input_tokens, FIELD_REAL),
    FIELD(tune_side, mean_image_bytes, FIELD_REAL),
    FIELD(tune_side, cost_per_1000_items, FIELD_REAL),
};

static const struct field draft_fields[] = {
    FIELD(tune_draft, questions, FIELD_UNSIGNED),   FIELD(tune_draft, usable, FIELD_REAL),
    FIELD(tune_draft, calls_per_item, FIELD_REAL),  FIELD(tune_draft, seconds_per_item, FIELD_REAL),
    FIELD(tune_draft, tokens_per_item, FIELD_REAL),
};

static const struct field result_fields[] = {
    FIELD(tune_result, when, FIELD_TEXT),           FIELD(tune_result, endpoint, FIELD_TEXT),
    FIELD(tune_result, model, FIELD_TEXT),          FIELD(tune_result, base_ms, FIELD_REAL),
    FIELD(tune_result, knee, FIELD_UNSIGNED),       FIELD(tune_result, concurrency, FIELD_UNSIGNED),
    FIELD(tune_result, batch_size, FIELD_UNSIGNED), FIELD(tune_result, max_side, FIELD_UNSIGNED),
    FIELD(tune_result, per_image, FIELD_UNSIGNED),  FIELD(tune_result, reason, FIELD_TEXT),
    FIELD(tune_result, stopped, FIELD_TEXT),        FIELD(tune_result, calls, FIELD_COUNT),
    FIELD(tune_result, cost, FIELD_REAL),           FIELD(tune_result, seconds, FIELD_REAL),
    FIELD(tune_result, histogram_ms, FIELD_REAL),
};

// ---- Writing ------------------------------------------------------------------------------------

static void write_field(struct buffer *out, const struct field *field, const void *at)
{
    json_write_name(out, field->name);
    switch (field->type) {
    case FIELD_UNSIGNED:
        buffer_append_format(out, "%u", *(const unsigned *)at);
        break;
    case FIELD_WHOLE:
        buffer_append_format(out, "%d", *(const int *)at);
        break;
    case FIELD_COUNT:
        buffer_append_format(out, "%lld", *(const long long *)at);
        break;
    case FIELD_BOOL:
        buffer_append_text(out, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_TEXT:
        json_write_string(out, at);
        break;
    case FIELD_REAL:
        json_write_real(out, *(const double *)at >= 0 ? *(const double *)at : NAN);
        break;
    }
}

static void write_fields(struct buffer *out, const struct field *fields, size_t count,
                         const void *object)
{
    for (size_t i = 0; i < count; i++)
        write_field(out, &fields[i], (const char *)object + fields[i].offset);
}

static void write_levels(const struct tune_result *result, struct buffer *out)
{
    json_write_name(out, "levels");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < result->level_count; i++) {
        const struct tune_level *level = &result->levels[i];
        buffer_append_text(out, i > 0 ? ",{" : "{");
        write_fields(out, FIELDS(level_fields), level);
        json_write_name(out, "faults");
        buffer_append_char(out, '{');
        for (size_t k = 0; k < level->fault_count; k++)
            json_write_integer_field(out, level->faults[k].kind, level->faults[k].count);
        buffer_append_text(out, "}}");
    }
    buffer_append_char(out, ']');
}

// An array of objects that lie size bytes apart.
static void write_list(struct buffer *out, const char *name, const struct field *fields,
                       size_t field_count, const void *list, size_t count, size_t size)
{
    json_write_name(out, name);
    buffer_append_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, i > 0 ? ",{" : "{");
        write_fields(out, fields, field_count, (const char *)list + i * size);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

void tune_json_write(const struct tune_result *result, struct buffer *out)
{
    buffer_append_char(out, '{');
    json_write_integer_field(out, "vqagen_tune", TUNE_FORM);
    write_fields(out, FIELDS(result_fields), result);
    write_levels(result, out);
    write_list(out, "sides", FIELDS(side_fields), result->sides, result->side_count,
               sizeof result->sides[0]);
    write_list(out, "drafts", FIELDS(draft_fields), result->drafts, result->draft_count,
               sizeof result->drafts[0]);
    json_write_name(out, "histogram");
    buffer_append_char(out, '[');
    for (size_t i = 0; i < TUNE_BUCKETS; i++)
        buffer_append_format(out, i > 0 ? ",%lld" : "%lld", result->histogram[i]);
    buffer_append_text(out, "]}\n");
}

// ---- Reading ------------------------------------------------------------------------------------

// A whole number that a double holds exactly; so do those that were written.
static bool read_whole(const cJSON *value, double low, double high, long long *whole)
{
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= low && value->valuedouble <= high) ||
        value->valuedouble != floor(value->valuedouble))
        return false;
    *whole = (long long)value->valuedouble;
    return true;
}

#define MOST_COUNTED 9e15

static bool read_text(const cJSON *value, char *text, size_t size)
{
    if (!cJSON_IsString(value) || strlen(value->valuestring) >= size)
        return false;
    memcpy(text, value->valuestring, strlen(value->valuestring) + 1);
    return true;
}

static bool read_real(const cJSON *value, double *real)
{
    *real = cJSON_IsNull(value) ? -1 : cJSON_IsNumber(value) ? value->valuedouble : NAN;
    return isfinite(*real) && *real >= -1;
}

static bool read_value(const cJSON *value, const struct field *field, void *at)
{
    long long whole;
    switch (field->type) {
    case FIELD_UNSIGNED:
        if (!read_whole(value, 0, UINT_MAX, &whole))
            return false;
        *(unsigned *)at = (unsigned)whole;
        return true;
    case FIELD_WHOLE:
        if (!read_whole(value, INT_MIN, INT_MAX, &whole))
            return false;
        *(int *)at = (int)whole;
        return true;
    case FIELD_COUNT:
        return read_whole(value, 0, MOST_COUNTED, at);
    case FIELD_BOOL:
        *(bool *)at = cJSON_IsTrue(value);
        return cJSON_IsBool(value);
    case FIELD_TEXT:
        return read_text(value, at, field->size);
    case FIELD_REAL:
        return read_real(value, at);
    }
    return false;
}

static bool read_fields(const cJSON *object, const struct field *fields, size_t count, void *into,
                        struct error *why)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *value = json_member(object, fields[i].name);
        if (value == NULL)
            return error_set(why, ERR_RECORD, "\"%s\" is missing", fields[i].name);
        if (!read_value(value, &fields[i], (char *)into + fields[i].offset))
            return error_set(why, ERR_RECORD, "\"%s\" does not hold what it should",
                             fields[i].name);
    }
    return true;
}

static const char *fault_word(const char *name)
{
    static const char *const words[] = {
#define FAULT_WORD(kind, verdict, fix) #kind,
        FAULT_KINDS(FAULT_WORD)
#undef FAULT_WORD
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (name != NULL && strcmp(words[i], name) == 0)
            return words[i];
    return NULL;
}

static bool read_faults(const cJSON *faults, struct tune_level *level, struct error *why)
{
    level->fault_count = 0;
    if (!cJSON_IsObject(faults))
        return error_set(why, ERR_RECORD, "\"faults\" is not an object");
    const cJSON *fault;
    cJSON_ArrayForEach(fault, faults)
    {
        if (level->fault_count == TUNE_KINDS)
            return error_set(why, ERR_RECORD, "\"faults\" has more than %d kinds", TUNE_KINDS);
        struct tune_kind *kind = &level->faults[level->fault_count++];
        kind->kind = fault_word(fault->string);
        if (kind->kind == NULL)
            return error_set(why, ERR_RECORD, "\"faults\": %.60s is no kind of fault",
                             fault->string != NULL ? fault->string : "");
        if (!read_whole(fault, 0, MOST_COUNTED, &kind->count))
            return error_set(why, ERR_RECORD, "\"faults\": %s is not a count", kind->kind);
    }
    return true;
}

// The array's length; false when it is none, or longer than most.
static bool read_length(const cJSON *list, const char *name, size_t most, size_t *count,
                        struct error *why)
{
    if (!cJSON_IsArray(list))
        return error_set(why, ERR_RECORD, "\"%s\" is missing or not an array", name);
    *count = (size_t)cJSON_GetArraySize(list);
    if (*count > most)
        return error_set(why, ERR_RECORD, "\"%s\" has %zu entries; %zu is the most", name, *count,
                         most);
    return true;
}

static bool read_levels(const cJSON *list, struct tune_result *result, struct error *why)
{
    if (!read_length(list, "levels", TUNE_LEVELS, &result->level_count, why))
        return false;
    size_t i = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        struct tune_level *level = &result->levels[i];
        if (!read_fields(entry, FIELDS(level_fields), level, why) ||
            !read_faults(json_member(entry, "faults"), level, why))
            return error_note(why, "level %zu", i + 1);
        if (i > 0 && level->concurrency < level[-1].concurrency)
            return error_set(why, ERR_RECORD, "level %zu: not in the order of concurrency", i + 1);
        i++;
    }
    return true;
}

static bool read_list(const cJSON *object, const char *name, const struct field *fields,
                      size_t field_count, void *into, size_t most, size_t size, size_t *count,
                      struct error *why)
{
    const cJSON *list = json_member(object, name), *entry;
    if (!read_length(list, name, most, count, why))
        return false;
    size_t i = 0;
    cJSON_ArrayForEach(entry, list)
    {
        if (!read_fields(entry, fields, field_count, (char *)into + i * size, why))
            return error_note(why, "%s %zu", name, i + 1);
        i++;
    }
    return true;
}

static bool read_histogram(const cJSON *list, struct tune_result *result, struct error *why)
{
    size_t count, i = 0;
    if (!read_length(list, "histogram", TUNE_BUCKETS, &count, why))
        return false;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        if (!read_whole(entry, 0, MOST_COUNTED, &result->histogram[i]))
            return error_set(why, ERR_RECORD, "\"histogram\": entry %zu is not a count", i + 1);
        i++;
    }
    return true;
}

static bool read_result(const cJSON *object, struct tune_result *result, struct error *why)
{
    long long form = json_integer(object, "vqagen_tune", 0);
    if (form != TUNE_FORM)
        return error_set(why, ERR_RECORD,
                         form > TUNE_FORM ? "written by a later version of vqagen"
                                          : "not a result of vqagen tune");
    return read_fields(object, FIELDS(result_fields), result, why) &&
           read_levels(json_member(object, "levels"), result, why) &&
           read_list(object, "sides", FIELDS(side_fields), result->sides, TUNE_SIDES,
                     sizeof result->sides[0], &result->side_count, why) &&
           read_list(object, "drafts", FIELDS(draft_fields), result->drafts,
                     sizeof result->drafts / sizeof result->drafts[0], sizeof result->drafts[0],
                     &result->draft_count, why) &&
           read_histogram(json_member(object, "histogram"), result, why);
}

bool tune_json_read(const char *text, size_t length, struct tune_result *result, struct error *why)
{
    *result = (struct tune_result){0};
    cJSON *object = json_parse(text, length, why);
    bool good = object != NULL && read_result(object, result, why);
    cJSON_Delete(object);
    return good;
}
