// Which image a record means. The same field may hold a path, a URL, a data URI or bare base64,
// whatever its name says, so the value decides and the name only breaks ties.
#include "base64.h"
#include "file.h"
#include "record.h"
#include "text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

// In the order in which they are tried; the first that can be used wins.
static const struct {
    const char *name;
    bool base64; // base64 by its name
} fields[] = {
    {"image", false},       {"image_base64", true}, {"img_base64", true}, {"base64", true},
    {"image_b64", true},    {"img_b64", true},      {"jpg", true},        {"image_path", false},
    {"image_input", false}, {"image_url", false},
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static bool read_value(cJSON *value, const char *field, bool base64,
                       const struct record_context *context, struct question *out,
                       struct error *why);

bool record_is_image_field(const char *name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(name, fields[i].name) == 0)
            return true;
    return strcmp(name, "source_a") == 0;
}

static bool is_given(const cJSON *value)
{
    return value != NULL && !cJSON_IsNull(value) &&
           !(cJSON_IsString(value) && text_is_blank(value->valuestring));
}

// Tries the image fields of one object. *found: one was given. True: and can be used.
static bool read_fields(cJSON *object, const struct record_context *context, bool *found,
                        struct question *out, struct error *why)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        cJSON *value = cJSON_GetObjectItemCaseSensitive(object, fields[i].name);
        if (!is_given(value))
            continue;
        *found = true;
        if (read_value(value, fields[i].name, fields[i].base64, context, out, why))
            return true;
    }
    return false;
}

bool record_read_image(cJSON *record, const struct record_context *context, struct question *out,
                       struct error *why)
{
    bool found = false;
    struct error fault = {0};
    if (read_fields(record, context, &found, out, &fault))
        return true;
    cJSON *source = cJSON_GetObjectItemCaseSensitive(record, "source_a");
    if (cJSON_IsObject(source) && read_fields(source, context, &found, out, &fault))
        return true;
    if (cJSON_IsString(source) && is_given(source)) {
        found = true;
        if (read_value(source, "source_a", false, context, out, &fault))
            return true;
    }
    if (found)
        return error_set(why, fault.kind, "%s", fault.message);
    return error_set(why, ERR_RECORD,
                     "no image is given (as image, image_path, image_url or image_base64)");
}

static bool read_text(char *text, const char *field, bool base64,
                      const struct record_context *context, struct question *out,
                      struct error *why);

// An array of one image counts as that image; an object gives it as "url" or "path", as chat
// messages and data set viewers do.
static bool read_value(cJSON *value, const char *field, bool base64,
                       const struct record_context *context, struct question *out,
                       struct error *why)
{
    if (cJSON_IsArray(value)) {
        int count = cJSON_GetArraySize(value);
        if (count != 1)
            return error_set(why, ERR_RECORD, "%s holds %d images, one is needed", field, count);
        value = cJSON_GetArrayItem(value, 0);
    }
    if (cJSON_IsObject(value)) {
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(value, "url");
        if (!is_given(inner))
            inner = cJSON_GetObjectItemCaseSensitive(value, "path");
        value = inner;
    }
    if (!cJSON_IsString(value) || text_is_blank(value->valuestring))
        return error_set(why, ERR_RECORD, "%s is no path, URL or base64 text", field);
    // The text can be many megabytes: it moves.
    char *text = value->valuestring;
    value->valuestring = NULL;
    bool good = read_text(text_trim(text), field, base64, context, out, why);
    if (!good)
        free(text);
    return good;
}

static bool cut_data_uri(char *text, const char *field, struct error *why);
static bool take_url(char *text, struct question *out, struct error *why);
static bool take_path(char *text, const char *path, const char *field,
                      const struct record_context *context, bool *missing, struct question *out,
                      struct error *why);
static bool looks_base64(const char *text, bool base64, const struct record_context *context);

static bool starts_folded(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static bool take_base64(char *text, struct question *out)
{
    out->origin = IMAGE_BASE64;
    out->image = text;
    return true;
}

// True: the text now belongs to *out.
static bool read_text(char *text, const char *field, bool base64,
                      const struct record_context *context, struct question *out, struct error *why)
{
    if (starts_folded(text, "data:"))
        return cut_data_uri(text, field, why) && take_base64(text, out);
    if (starts_folded(text, "http://") || starts_folded(text, "https://"))
        return take_url(text, out, why);
    bool missing = false;
    const char *path = starts_folded(text, "file://") ? text + strlen("file://") : text;
    // A base64 text can be as short as a path, and a file of that name does not exist.
    struct error fault = {0};
    if (take_path(text, path, field, context, &missing, out, &fault))
        return true;
    if (missing && looks_base64(text, base64, context))
        return take_base64(text, out);
    return error_set(why, fault.kind, "%s", fault.message);
}

// Leaves what stands behind "data:image/...;base64,".
static bool cut_data_uri(char *text, const char *field, struct error *why)
{
    static const char mark[] = ";base64";
    char *comma = strchr(text, ',');
    size_t mark_length = sizeof mark - 1;
    if (comma == NULL || (size_t)(comma - text) < mark_length ||
        strncasecmp(comma - mark_length, mark, mark_length) != 0)
        return error_set(why, ERR_RECORD, "%s is a data URI that does not hold base64: \"%.40s\"",
                         field, text);
    memmove(text, comma + 1, strlen(comma + 1) + 1);
    if (text_is_blank(text))
        return error_set(why, ERR_RECORD, "%s is a data URI without data", field);
    return true;
}

// The name shows where the image is from, without what may be a secret: query, fragment, password.
static bool take_url(char *text, struct question *out, struct error *why)
{
    size_t length = strcspn(text, "?#");
    char *name = text_copy_length(text, length);
    if (name == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a URL");
    char *host = strstr(name, "://") + 3;
    char *at = memchr(host, '@', strcspn(host, "/"));
    if (at != NULL)
        memmove(host, at + 1, strlen(at + 1) + 1);
    out->origin = IMAGE_URL;
    out->image = text;
    out->name = name;
    return true;
}

// A file that exists is a path. *missing: there is none of that name.
static bool take_path(char *text, const char *path, const char *field,
                      const struct record_context *context, bool *missing, struct question *out,
                      struct error *why)
{
    *missing = true;
    if (strlen(path) >= PATH_MAX)
        return error_set(why, ERR_RECORD,
                         "%s is neither an image in base64 nor a path: \"%.40s...\"", field, path);
    char *full = path[0] == '/' ? text_copy(path) : file_join(context->folder, path);
    if (full == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a path");
    char **found = context->found;
    bool known = found != NULL && *found != NULL && strcmp(*found, full) == 0;
    struct stat facts = {.st_mode = S_IFREG};
    int failure = known || stat(full, &facts) == 0 ? 0 : errno;
    *missing = failure == ENOENT || failure == ENOTDIR || failure == ENAMETOOLONG;
    bool good = false;
    if (*missing) {
        error_set(why, ERR_RECORD, "the image %.300s does not exist (%s is \"%.300s\")", full,
                  field, text);
    } else if (failure != 0) {
        errno = failure;
        error_set_errno(why, ERR_RECORD, "cannot look at the image %.600s", full);
    } else if (!S_ISREG(facts.st_mode)) {
        error_set(why, ERR_RECORD, "the image %.600s is %s, not a file", full,
                  S_ISDIR(facts.st_mode) ? "a folder" : "a device or a pipe");
    } else {
        good = true;
    }
    if (!good) {
        out->missed = true;
        free(full);
        return false;
    }
    if (found != NULL && !known) {
        free(*found);
        *found = text_copy(full);
    }
    out->origin = IMAGE_FILE;
    out->image = full;
    out->name = text;
    return true;
}

// By its beginning: the alphabet, and an image behind it. Where the field's name says base64, or
// the text is longer than any path, the alphabet is enough: what is in it is told when it is read.
static bool looks_base64(const char *text, bool base64, const struct record_context *context)
{
    enum { LOOKED_AT = 1024 };
    size_t length = strlen(text), part = length;
    if (length < 16)
        return false;
    bool whole = length <= LOOKED_AT;
    if (!whole) { // a cut that falls on whole groups of four, line breaks not counted
        size_t digits = 0;
        for (part = 0; part < length && (digits < LOOKED_AT); part++)
            digits += strchr(" \t\r\n", text[part]) == NULL;
    }
    struct buffer bytes;
    buffer_init(&bytes, 2 * LOOKED_AT);
    if (part > 2 * LOOKED_AT)
        part = 2 * LOOKED_AT;
    bool good = base64_decode(text, part, &bytes, NULL);
    if (good && !base64 && length < PATH_MAX) {
        size_t sniffed = bytes.length < 512 ? bytes.length : 512;
        good = context->is_image(buffer_text(&bytes), sniffed);
    }
    buffer_clear(&bytes);
    return good;
}
