#include "failures.h"

#include "fault_table.h"
#include "json.h"
#include "store_reading.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_GROUPS = 60, EXAMPLES = 3, SHAPE_BYTES = 100 };

struct group {
    bool rejected; // by the rules; else unknown
    char *kind, *stage, *message;
    char shape[SHAPE_BYTES]; // of the message: what is alike in all of the group
    char since[32], until[32];
    char *examples[EXAMPLES];
    int http_status;
    long long count;
    enum cause_id cause;
    const char *fix;
};

struct groups {
    struct group list[MAX_GROUPS];
    size_t count;
    long long failures;
};

static bool take_line(void *context, enum item_state state, const char *line, size_t length,
                      struct error *why);
static void tell(struct diagnosis *diagnosis, const struct groups *groups);
static void blame(struct diagnosis *diagnosis, const struct groups *groups, long long open,
                  const char *stopped_by);
static char *as_json(const struct groups *groups);

static int by_count(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->kind, y->kind);
}

bool failures_explain(const char *directory, const char *stopped_by, struct diagnosis *diagnosis,
                      struct error *why)
{
    struct groups *groups = calloc(1, sizeof *groups);
    if (groups == NULL)
        return error_set(why, ERR_MEMORY, "no memory for failures");
    long long open = 0;
    struct store *store = store_open_reading(directory, why);
    bool good = store != NULL && store_count_open(store, &open, why) &&
                store_each_failed(store, take_line, groups, why);
    store_close(store);
    if (good) {
        qsort(groups->list, groups->count, sizeof *groups->list, by_count);
        tell(diagnosis, groups);
        blame(diagnosis, groups, open, stopped_by);
        diagnosis->groups = as_json(groups);
        good = diagnosis->groups != NULL || error_set(why, ERR_MEMORY, "no memory for failures");
    }
    for (size_t i = 0; i < groups->count; i++) {
        struct group *group = &groups->list[i];
        free(group->kind);
        free(group->stage);
        free(group->message);
        for (size_t j = 0; j < EXAMPLES; j++)
            free(group->examples[j]);
    }
    free(groups);
    return good;
}

// ---- Grouping -----------------------------------------------------------------------------------

// Numbers and quoted texts differ from item to item; what is left tells causes apart. For what the
// rules refuse the kind is the rule, and says all.
static void write_shape(const char *message, bool rejected, char *shape)
{
    size_t length = 0;
    for (const char *at = message; !rejected && *at != '\0' && length < SHAPE_BYTES - 2; at++) {
        if (isdigit((unsigned char)*at)) {
            if (length == 0 || shape[length - 1] != '#')
                shape[length++] = '#';
        } else if (*at == '"') {
            const char *end = strchr(at + 1, '"');
            shape[length++] = '"';
            at = end != NULL ? end : at;
        } else {
            shape[length++] = *at;
        }
    }
    shape[length] = '\0';
}

// What faults of this kind say is to be done; NULL: it is no kind of fault.
static const char *kind_advice(const char *kind)
{
    for (size_t i = 0; i <= FAULT_KIND_http_other; i++)
        if (strcmp(fault_kinds[i].name, kind) == 0 && fault_kinds[i].fix[0] != '\0')
            return fault_kinds[i].fix;
    return NULL;
}

// Stored messages end with the advice, which is told by itself here.
static void cut_advice(char *message, const char *fix)
{
    size_t length = strlen(message), tail = fix != NULL ? strlen(fix) : 0;
    if (tail > 0 && length > tail + 2 && strcmp(message + length - tail, fix) == 0 &&
        message[length - tail - 2] == ';')
        message[length - tail - 2] = '\0';
}

static bool fill_group(struct group *group, bool rejected, const char *shape, const cJSON *line)
{
    const char *kind = json_text(line, "kind"), *message = json_text(line, "message");
    const char *stage = json_text(line, "stage");
    *group = (struct group){.rejected = rejected,
                            .kind = text_copy(kind != NULL ? kind : ""),
                            .stage = text_copy(stage != NULL ? stage : ""),
                            .message = text_copy(message != NULL ? message : ""),
                            .http_status = (int)json_integer(line, "http_status", 0)};
    snprintf(group->shape, sizeof group->shape, "%s", shape);
    if (group->kind == NULL || group->stage == NULL || group->message == NULL)
        return false;
    const char *advice = kind_advice(group->kind);
    cut_advice(group->message, advice);
    group->cause = cause_of_kind(group->kind, group->message);
    if (group->cause == CAUSE_unexplained && rejected)
        group->cause = CAUSE_rules_refused;
    group->fix = advice != NULL ? advice : cause_at(group->cause)->fix;
    return true;
}

// The group of the line, or a new one. Beyond the last the kind alone decides.
static struct group *group_of(struct groups *groups, bool rejected, const cJSON *line)
{
    char shape[SHAPE_BYTES];
    const char *kind = json_text(line, "kind"), *message = json_text(line, "message");
    int status = (int)json_integer(line, "http_status", 0);
    struct group *same_kind = NULL;
    write_shape(message != NULL ? message : "", rejected, shape);
    for (size_t i = 0; i < groups->count; i++) {
        struct group *group = &groups->list[i];
        if (group->rejected != rejected || strcmp(group->kind, kind != NULL ? kind : "") != 0)
            continue;
        same_kind = group;
        if (group->http_status == status && strcmp(group->shape, shape) == 0)
            return group;
    }
    if (groups->count == MAX_GROUPS)
        return same_kind != NULL ? same_kind : &groups->list[MAX_GROUPS - 1];
    struct group *group = &groups->list[groups->count++];
    return fill_group(group, rejected, shape, line) ? group : NULL;
}

static bool take_line(void *context, enum item_state state, const char *line, size_t length,
                      struct error *why)
{
    struct groups *groups = context;
    cJSON *parsed = json_parse(line, length, NULL);
    struct group *group = group_of(groups, state == ITEM_REJECTED, parsed);
    const char *when = json_text(parsed, "when"), *id = json_text(parsed, "id");
    if (group != NULL) {
        // Times in this form have the order of their letters.
        if (when != NULL && (group->since[0] == '\0' || strcmp(when, group->since) < 0))
            snprintf(group->since, sizeof group->since, "%s", when);
        if (when != NULL && strcmp(when, group->until) > 0)
            snprintf(group->until, sizeof group->until, "%s", when);
        if (group->count < EXAMPLES && id != NULL)
            group->examples[group->count] = text_copy(id);
        group->count++;
        groups->failures++;
    }
    cJSON_Delete(parsed);
    return group != NULL || error_set(why, ERR_MEMORY, "no memory for failures");
}

// ---- Telling ------------------------------------------------------------------------------------

static void write_examples(const struct group *group, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < EXAMPLES && group->examples[i] != NULL && length < size; i++) {
        int added = snprintf(text + length, size - length, "%s%.100s", i > 0 ? ", " : "",
                             group->examples[i]);
        length += added > 0 ? (size_t)added : 0;
    }
}

static void tell(struct diagnosis *diagnosis, const struct groups *groups)
{
    for (size_t i = 0; i < groups->count && diagnosis->tell != NULL; i++) {
        const struct group *group = &groups->list[i];
        char examples[400], line[1400], status[24] = "";
        if (group->http_status != 0)
            snprintf(status, sizeof status, " (HTTP %d)", group->http_status);
        write_examples(group, examples, sizeof examples);
        snprintf(line, sizeof line, "%lld %s: %s%s, at the step \"%s\", from %s to %s",
                 group->count, group->rejected ? "rejected" : "unknown", group->kind, status,
                 group->stage, group->since, group->until);
        diagnosis->tell(diagnosis->context, line);
        snprintf(line, sizeof line, "    says: %.400s", group->message);
        diagnosis->tell(diagnosis->context, line);
        snprintf(line, sizeof line, "    items: %s%s", examples,
                 group->count > EXAMPLES ? ", ..." : "");
        diagnosis->tell(diagnosis->context, line);
        snprintf(line, sizeof line, "    to do: %s", group->fix);
        diagnosis->tell(diagnosis->context, line);
    }
}

// What stopped a run stands in its report as "... (KIND, HTTP 401): ...".
static enum cause_id cause_of_stop(const char *stopped_by, char *kind, size_t size)
{
    const char *open = strchr(stopped_by, '('), *said = strstr(stopped_by, "): ");
    char message[600];
    kind[0] = '\0';
    if (open == NULL || said == NULL)
        return CAUSE_unexplained;
    snprintf(kind, size, "%.*s", (int)strcspn(open + 1, ",)"), open + 1);
    snprintf(message, sizeof message, "%s", said + 3);
    cut_advice(message, kind_advice(kind));
    return cause_of_kind(kind, message);
}

static void blame(struct diagnosis *diagnosis, const struct groups *groups, long long open,
                  const char *stopped_by)
{
    char detail[700], kind[40];
    struct fault fault = {.kind = "", .fix = ""};
    if (stopped_by != NULL) {
        enum cause_id cause = cause_of_stop(stopped_by, kind, sizeof kind);
        if (cause != CAUSE_unexplained) {
            fault.kind = kind;
            snprintf(detail, sizeof detail, "The run was stopped, with %lld items open. %s", open,
                     cause_at(cause)->what);
            snprintf(fault.message, sizeof fault.message, "%s", stopped_by);
            diagnosis_blame(diagnosis, cause, &fault, detail, NULL);
            return;
        }
    }
    if (groups->count == 0) {
        snprintf(detail, sizeof detail, "No item failed; %lld are open%s%.300s.", open,
                 stopped_by != NULL ? ": " : "", stopped_by != NULL ? stopped_by : "");
        diagnosis_blame(diagnosis, CAUSE_none, NULL, detail,
                        open > 0 ? "Run the same command again to go on." : NULL);
        return;
    }
    // Failures of calls come first: what the rules refused is the model's doing, not a fault.
    const struct group *first = &groups->list[0];
    for (size_t i = 0; i < groups->count && first->rejected; i++)
        if (!groups->list[i].rejected)
            first = &groups->list[i];
    fault.kind = first->kind;
    snprintf(fault.message, sizeof fault.message, "%.390s", first->message);
    snprintf(detail, sizeof detail, "%lld items failed; the most (%lld of one kind): %s",
             groups->failures, first->count, cause_at(first->cause)->what);
    char fix[600];
    snprintf(fix, sizeof fix, "%s To see what makes a call pass: --replay %.100s", first->fix,
             first->examples[0] != NULL ? first->examples[0] : "ID");
    bool call = first->cause == CAUSE_unexplained || first->http_status != 0;
    diagnosis_blame(diagnosis, first->cause, &fault, detail, call ? fix : first->fix);
}

static char *as_json(const struct groups *groups)
{
    struct buffer out;
    buffer_init(&out, 4 << 20);
    buffer_append_char(&out, '[');
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->list[i];
        buffer_append_text(&out, i > 0 ? ",{" : "{");
        json_write_integer_field(&out, "count", group->count);
        json_write_string_field(&out, "verdict", group->rejected ? "rejected" : "unknown");
        json_write_string_field(&out, "stage", group->stage);
        json_write_string_field(&out, "kind", group->kind);
        json_write_string_field(&out, "cause", cause_at(group->cause)->name);
        json_write_integer_field(&out, "http_status", group->http_status);
        json_write_string_field(&out, "message", group->message);
        json_write_string_field(&out, "since", group->since);
        json_write_string_field(&out, "until", group->until);
        json_write_name(&out, "examples");
        buffer_append_char(&out, '[');
        for (size_t j = 0; j < EXAMPLES && group->examples[j] != NULL; j++) {
            if (j > 0)
                buffer_append_char(&out, ',');
            json_write_string(&out, group->examples[j]);
        }
        buffer_append_char(&out, ']');
        json_write_string_field(&out, "fix", group->fix);
        buffer_append_char(&out, '}');
    }
    buffer_append_char(&out, ']');
    return buffer_take(&out);
}
