#include "pictures.h"

#include "buffer.h"

#include <limits.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_BASE64 = 20 << 20, // OpenAI's limit of one picture
    MAX_SIDE_PX = 8000,    // Anthropic's limit of a side
};

struct remembered {
    struct picture_entry entry;
    size_t next;         // in the bucket; NOWHERE: the last
    size_t newer, older; // in order of use
};

static const size_t NOWHERE = SIZE_MAX;

struct pictures {
    bool look;
    size_t room, bucket_count;
    pthread_mutex_t lock;
    size_t count; // all guarded by lock
    size_t newest, oldest;
    size_t *buckets;
    struct remembered *list;
};

static bool find(struct pictures *pictures, const struct fingerprint *print,
                 struct picture_entry *entry);
static void remember(struct pictures *pictures, const struct picture_entry *entry);
static bool check(const struct pictures *pictures, const char *base64, size_t length,
                  struct picture_entry *entry, struct error *why);

struct pictures *pictures_new(bool look, size_t room, struct error *why)
{
    struct pictures *pictures = calloc(1, sizeof *pictures);
    if (pictures != NULL) {
        *pictures = (struct pictures){.look = look,
                                      .room = room,
                                      .bucket_count = 2 * room + 1,
                                      .newest = NOWHERE,
                                      .oldest = NOWHERE};
        pictures->buckets = malloc(pictures->bucket_count * sizeof *pictures->buckets);
        pictures->list = malloc(room * sizeof *pictures->list);
        pthread_mutex_init(&pictures->lock, NULL);
    }
    if (pictures == NULL || pictures->buckets == NULL || pictures->list == NULL) {
        pictures_free(pictures);
        error_set(why, ERR_MEMORY, "no memory to remember %zu pictures", room);
        return NULL;
    }
    for (size_t i = 0; i < pictures->bucket_count; i++)
        pictures->buckets[i] = NOWHERE;
    return pictures;
}

void pictures_free(struct pictures *pictures)
{
    if (pictures == NULL)
        return;
    pthread_mutex_destroy(&pictures->lock);
    free(pictures->buckets);
    free(pictures->list);
    free(pictures);
}

bool pictures_get(struct pictures *pictures, const struct fingerprint *print, const char *base64,
                  size_t length, struct picture_entry *entry, struct error *why)
{
    if (find(pictures, print, entry))
        return true;
    *entry = (struct picture_entry){.print = *print};
    if (!check(pictures, base64, length, entry, why))
        return false;
    remember(pictures, entry);
    return true;
}

static void unlink_use(struct pictures *pictures, size_t place)
{
    struct remembered *one = &pictures->list[place];
    if (one->newer != NOWHERE)
        pictures->list[one->newer].older = one->older;
    else
        pictures->newest = one->older;
    if (one->older != NOWHERE)
        pictures->list[one->older].newer = one->newer;
    else
        pictures->oldest = one->newer;
}

static void link_newest(struct pictures *pictures, size_t place)
{
    struct remembered *one = &pictures->list[place];
    one->newer = NOWHERE;
    one->older = pictures->newest;
    if (pictures->newest != NOWHERE)
        pictures->list[pictures->newest].newer = place;
    else
        pictures->oldest = place;
    pictures->newest = place;
}

static size_t *bucket_of(struct pictures *pictures, const struct fingerprint *print)
{
    return &pictures->buckets[print->low % pictures->bucket_count];
}

// Under the lock.
static size_t lookup(struct pictures *pictures, const struct fingerprint *print)
{
    size_t place = *bucket_of(pictures, print);
    while (place != NOWHERE && !fingerprint_equal(&pictures->list[place].entry.print, print))
        place = pictures->list[place].next;
    return place;
}

static bool find(struct pictures *pictures, const struct fingerprint *print,
                 struct picture_entry *entry)
{
    pthread_mutex_lock(&pictures->lock);
    size_t place = lookup(pictures, print);
    if (place != NOWHERE) {
        *entry = pictures->list[place].entry;
        unlink_use(pictures, place);
        link_newest(pictures, place);
    }
    pthread_mutex_unlock(&pictures->lock);
    return place != NOWHERE;
}

// Frees the place of the least recently used one.
static size_t forget_oldest(struct pictures *pictures)
{
    size_t place = pictures->oldest;
    size_t *link = bucket_of(pictures, &pictures->list[place].entry.print);
    while (*link != place)
        link = &pictures->list[*link].next;
    *link = pictures->list[place].next;
    unlink_use(pictures, place);
    return place;
}

static void remember(struct pictures *pictures, const struct picture_entry *entry)
{
    pthread_mutex_lock(&pictures->lock);
    // Another thread may have checked the same picture meanwhile.
    if (lookup(pictures, &entry->print) == NOWHERE) {
        size_t place =
            pictures->count < pictures->room ? pictures->count++ : forget_oldest(pictures);
        size_t *bucket = bucket_of(pictures, &entry->print);
        pictures->list[place].entry = *entry;
        pictures->list[place].next = *bucket;
        *bucket = place;
        link_newest(pictures, place);
    }
    pthread_mutex_unlock(&pictures->lock);
}

static bool bad(struct picture_entry *entry, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool bad(struct picture_entry *entry, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    entry->code = code;
    vsnprintf(entry->message, sizeof entry->message, format, arguments);
    va_end(arguments);
    return false;
}

// Names the first character that has no business in base64.
static bool bad_base64(const char *base64, size_t length, struct picture_entry *entry)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t digits = 0; // the text need not end with a NUL
    while (digits < length && memchr(alphabet, base64[digits], sizeof alphabet - 1) != NULL)
        digits++;
    for (size_t i = digits; i < length; i++)
        if (base64[i] != '=' || i + 2 < length || base64[length - 1] != '=')
            return bad(entry, "invalid_base64_image",
                       "Invalid base64: byte 0x%02x at position %zu of %zu%s.",
                       (unsigned char)base64[i], i, length,
                       base64[i] == '\n' || base64[i] == '\r' ? " (a line break)" : "");
    return bad(entry, "invalid_base64_image",
               "Invalid base64: %zu characters that do not end on a whole group of four.", length);
}

// Strict: no line break, padding complete, unused bits zero. EVP_DecodeBlock passes over blanks at
// both ends and takes '=' anywhere, so those are checked here.
static bool decode_strictly(const char *base64, size_t length, struct buffer *bytes,
                            struct picture_entry *entry)
{
    static const char blanks[] = " \t\r\n-";
    if (length == 0)
        return bad(entry, "empty_image_file", "The image is empty.");
    const char *padding = memchr(base64, '=', length);
    size_t pads = padding != NULL ? length - (size_t)(padding - base64) : 0;
    if (length % 4 != 0 || pads > 2 || memchr(blanks, base64[0], 5) != NULL ||
        memchr(blanks, base64[length - 1], 5) != NULL || (pads == 2 && padding[1] != '='))
        return bad_base64(base64, length, entry);
    char *room = buffer_reserve(bytes, length / 4 * 3 + 4);
    if (room == NULL)
        return true; // the caller sees that the buffer failed
    int decoded =
        EVP_DecodeBlock((unsigned char *)room, (const unsigned char *)base64, (int)length);
    if (decoded < 0)
        return bad_base64(base64, length, entry);
    size_t used = (size_t)decoded - pads;
    for (size_t i = used; i < (size_t)decoded; i++)
        if (room[i] != 0)
            return bad_base64(base64, length, entry);
    bytes->length += used;
    room[used] = '\0';
    return true;
}

static void look(const struct pictures *pictures, const struct buffer *bytes,
                 struct picture_entry *entry)
{
    struct error fault = {0};
    const unsigned char *jpeg = (const unsigned char *)bytes->data;
    if (bytes->length < 3 || jpeg[0] != 0xff || jpeg[1] != 0xd8 || jpeg[2] != 0xff) {
        bad(entry, "unsupported_image_media_type",
            "The image is declared as image/jpeg, but its bytes are no JPEG.");
        return;
    }
    bool good = look_measure_jpeg(jpeg, bytes->length, &entry->width, &entry->height, &fault);
    if (good && (entry->width > MAX_SIDE_PX || entry->height > MAX_SIDE_PX)) {
        bad(entry, "image_too_large", "image dimensions exceed max allowed size: %d pixels",
            MAX_SIDE_PX);
        return;
    }
    if (good && pictures->look)
        good = entry->looked = look_at_jpeg(jpeg, bytes->length, &entry->facts, &fault);
    if (!good)
        bad(entry, "image_parse_error", "The JPEG cannot be decoded: %.120s", fault.message);
}

static bool check(const struct pictures *pictures, const char *base64, size_t length,
                  struct picture_entry *entry, struct error *why)
{
    if (length > MAX_BASE64) {
        bad(entry, "image_file_too_large", "image exceeds 20 MB maximum: %zu bytes > %d bytes",
            length, MAX_BASE64);
        return true;
    }
    struct buffer bytes;
    buffer_init(&bytes, MAX_BASE64);
    if (decode_strictly(base64, length, &bytes, entry) && !bytes.failed)
        look(pictures, &bytes, entry);
    bool good = buffer_check(&bytes, "an image", why);
    buffer_clear(&bytes);
    return good;
}
