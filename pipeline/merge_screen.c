#include "merge_screen.h"

#include "clock.h"
#include "item.h"
#include "json.h"
#include "store_reading.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 64 << 20 };

static bool judge(struct merge_screen *screen, size_t part, struct store *store,
                  struct store_row *row, const cJSON *line, struct error *why);
static uint64_t image_key(const char *image, size_t part, const struct store_row *row,
                          const cJSON *line);
static bool reject(struct merge_screen *screen, struct store *store, struct store_row *row,
                   const cJSON *line, const struct screen_verdict *verdict, struct error *why);

bool merge_screen_open(struct merge_screen *screen, const char *thresholds, const char *directory,
                       struct error *why)
{
    struct screen_settings settings;
    buffer_init(&screen->line, MAX_LINE);
    if (!screen_settings_read(thresholds, &settings))
        return error_set(why, ERR_INPUT,
                         "the parts were screened by thresholds that are not known "
                         "here: \"%.80s\"",
                         thresholds);
    screen->screening = screening_new(&settings, why);
    return screen->screening != NULL && screen_row_open(&screen->rows, directory, why);
}

bool merge_screen_item(struct merge_screen *screen, size_t part, struct store *store,
                       struct store_row *row, struct error *why)
{
    if (screen->screening == NULL || row->line == NULL)
        return true;
    cJSON *line = json_parse(row->line, strlen(row->line), why);
    bool good = line != NULL ? judge(screen, part, store, row, line, why)
                             : error_note(why, "the line of item %s", row->id);
    cJSON_Delete(line);
    return good;
}

bool merge_screen_commit(struct merge_screen *screen, struct error *why)
{
    bool good = screen->rows.stream == NULL || file_commit(&screen->rows, why);
    screen->rows = (struct file_writer){0};
    return good;
}

void merge_screen_close(struct merge_screen *screen)
{
    if (screen->rows.stream != NULL)
        file_abandon(&screen->rows);
    screening_free(screen->screening);
    buffer_clear(&screen->line);
    *screen = (struct merge_screen){0};
}

static void leave_open(struct merge_screen *screen, struct store_row *row)
{
    row->state = ITEM_OPEN;
    row->kind = row->line = NULL;
    screen->changed++;
}

// An image without figures could not be read: it has no verdict in one run either.
static bool judge(struct merge_screen *screen, size_t part, struct store *store,
                  struct store_row *row, const cJSON *line, struct error *why)
{
    const char *hex = json_text(line, "image_sha256"), *image = json_text(line, "image");
    bool was_out = row->state == ITEM_REJECTED && screen_is_kind(row->kind);
    struct screen_image judged = {.name = image != NULL ? image : row->id};
    if (hex == NULL || !digest_from_hex(hex, &judged.digest) ||
        !screen_row_recall(store, &judged.digest, &judged.figures)) {
        if (was_out) // its verdict cannot be repeated here, so the next run does
            leave_open(screen, row);
        return true;
    }
    judged.key = image_key(judged.name, part, row, line);
    struct screen_verdict verdict;
    if (!screening_judge(screen->screening, &judged, &verdict, why) ||
        !(verdict.met_before || screen_row_write(&screen->rows, &judged, &verdict, why)))
        return false;
    if (screening_skips(screen->screening, &verdict))
        return reject(screen, store, row, line, &verdict, why);
    if (was_out)
        leave_open(screen, row);
    return true;
}

// One run knows an image by what the input names it by, and takes the same bytes under another name
// for a duplicate. Images of URLs and of base64 are shown by their content; whoever shows the same
// content in two parts, or was a duplicate of its own content in one, was named otherwise.
static uint64_t image_key(const char *image, size_t part, const struct store_row *row,
                          const cJSON *line)
{
    const char *message = json_text(line, "message");
    const char *like =
        row->state == ITEM_REJECTED && message != NULL ? strstr(message, "looks like ") : NULL;
    size_t length = strlen(image);
    like = like != NULL ? like + strlen("looks like ") : NULL;
    bool of_itself = like != NULL && strncmp(like, image, length) == 0 && like[length] == ':';
    struct digester digester = digester_begin();
    digester_add(&digester, &part, sizeof part);
    digester_add(&digester, &of_itself, sizeof of_itself);
    digester_add_field(&digester, image);
    struct digest digest = digester_end(&digester);
    uint64_t key;
    memcpy(&key, digest.bytes, sizeof key);
    return key;
}

static bool has_draft(struct store *store, int64_t number, bool *has, struct error *why)
{
    struct call *calls;
    size_t count;
    if (!store_load_calls(store, number, &calls, &count, why))
        return false;
    for (size_t i = 0; i < count; i++) {
        *has = *has || calls[i].step == STEP_DRAFT;
        call_clear(&calls[i]);
    }
    free(calls);
    return true;
}

// Whether a model wrote the question: an image that is left out has none. The draft of an image's
// items lies with the first of them, whose id ends in "#1".
static bool was_drafted(struct store *store, const struct store_row *row, bool *drafted,
                        struct error *why)
{
    *drafted = false;
    if (!has_draft(store, row->number, drafted, why))
        return false;
    const char *slot = strrchr(row->id, '#');
    if (*drafted || slot == NULL || slot[1] == '\0') // a record may be called so
        return true;
    char *first = text_copy_length(row->id, (size_t)(slot - row->id) + 2);
    if (first == NULL)
        return error_set(why, ERR_MEMORY, "no memory for an id");
    first[strlen(first) - 1] = '1';
    struct stored_item item;
    int found = store_find_item(store, first, &item, why);
    free(first);
    return found == 0 || (found == 1 && has_draft(store, item.number, drafted, why));
}

static bool reject(struct merge_screen *screen, struct store *store, struct store_row *row,
                   const cJSON *line, const struct screen_verdict *verdict, struct error *why)
{
    const char *kind = screen_finding_kind(verdict->finding), *told = json_text(line, "message");
    if (row->state == ITEM_REJECTED && row->kind != NULL && strcmp(row->kind, kind) == 0 &&
        told != NULL && strcmp(told, verdict->reason) == 0)
        return true; // as in its part
    bool drafted;
    if (!was_drafted(store, row, &drafted, why))
        return false;
    snprintf(screen->message, sizeof screen->message, "%s", verdict->reason);
    const struct item_failure failure = {.id = row->id,
                                         .image = json_text(line, "image"),
                                         .image_sha256 = json_text(line, "image_sha256"),
                                         .topic = row->topic,
                                         .question = drafted ? NULL : json_text(line, "question"),
                                         .stage = "image",
                                         .verdict = item_state_name(ITEM_REJECTED),
                                         .kind = kind,
                                         .message = screen->message,
                                         .when_ms = clock_wall_ms(),
                                         .line = (uint64_t)json_integer(line, "line", 0)};
    buffer_empty(&screen->line);
    item_write_failed(&failure, &screen->line);
    row->state = ITEM_REJECTED;
    row->kind = kind;
    row->line = buffer_text(&screen->line);
    screen->changed++;
    return buffer_check(&screen->line, "an item's line", why);
}
