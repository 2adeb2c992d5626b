#include "tune_images.h"

#include "base64.h"
#include "client.h"
#include "file.h"
#include "log.h"
#include "source.h"
#include "stage.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 1 << 30, MAX_RECORD = 64 << 20 };

static bool take_record(struct tune_images *images, struct question *question, struct error *why);
static bool get_bytes(const struct tune_images *images, const struct question *question,
                      struct buffer *bytes, struct error *why);
static bool prepare(struct tune_image *image, const struct image_limits *limits, struct error *why);

bool tune_images_open(struct tune_images *images, const struct run_settings *settings,
                      struct error *why)
{
    *images = (struct tune_images){.settings = settings};
    struct source_settings source_settings = {.is_image = stage_is_image,
                                              .max_record_bytes = MAX_RECORD,
                                              .left_out = settings->directory,
                                              .stop = settings->stop};
    struct source *source = source_open(settings->input, &source_settings, why);
    bool good = source != NULL;
    int more = 1;
    while (good && more > 0 && images->count < TUNE_IMAGES) {
        struct question question;
        more = source_next(source, &question, why);
        good = more >= 0 && (more == 0 || take_record(images, &question, why));
    }
    source_close(source);
    if (good && images->count == 0)
        good = error_set(why, ERR_INPUT,
                         "%s: no image in it can be used, so there is nothing to "
                         "ask about",
                         settings->input);
    if (!good)
        tune_images_clear(images);
    return good;
}

void tune_images_clear(struct tune_images *images)
{
    for (size_t i = 0; i < images->count; i++) {
        struct tune_image *image = &images->list[i];
        payload_drop(image->image.payload);
        buffer_clear(&image->bytes);
        question_clear(&image->question);
    }
    images->count = 0;
}

// Whatever cannot be used is told of and passed over. Takes the question.
static bool take_record(struct tune_images *images, struct question *question, struct error *why)
{
    struct tune_image *image = &images->list[images->count];
    struct error fault = {0};
    *image = (struct tune_image){.image.state = IMAGE_READY};
    buffer_init(&image->bytes, MAX_FILE);
    bool good = question->fault == NULL ? get_bytes(images, question, &image->bytes, &fault)
                                        : error_set(&fault, ERR_RECORD, "%s", question->fault);
    if (good) {
        image->digest = digest_of(image->bytes.data, image->bytes.length);
        good = prepare(image, &images->settings->limits, &fault);
    }
    if (good) {
        image->question = *question;
        images->count++;
        return true;
    }
    buffer_clear(&image->bytes);
    log_warn("%s is left out: %s", question->id, fault.message);
    question_clear(question);
    if (fault.kind != ERR_MEMORY)
        return true;
    *why = fault;
    return false;
}

static bool get_bytes(const struct tune_images *images, const struct question *question,
                      struct buffer *bytes, struct error *why)
{
    switch (question->origin) {
    case IMAGE_FILE:
        return file_read(question->image, bytes, why);
    case IMAGE_BASE64:
        return base64_decode(question->image, strlen(question->image), bytes, why);
    case IMAGE_URL:
        return client_fetch(question->image, images->settings->timeout_ms, bytes, why);
    case IMAGE_NONE:
        break;
    }
    return error_set(why, ERR_IMAGE, "the record has no image");
}

static bool prepare(struct tune_image *image, const struct image_limits *limits, struct error *why)
{
    struct prepared_image prepared;
    if (!image_prepare(image->bytes.data, image->bytes.length, limits, &prepared, why))
        return false;
    payload_drop(image->image.payload);
    image->image.payload =
        payload_new(prepared.jpeg.data, prepared.jpeg.length, prepared.width, prepared.height, why);
    image->jpeg_bytes = prepared.jpeg.length;
    image->source_side = prepared.source_width > prepared.source_height ? prepared.source_width
                                                                        : prepared.source_height;
    prepared_image_clear(&prepared);
    return image->image.payload != NULL;
}

bool tune_images_resize(struct tune_images *images, unsigned max_side_px, struct error *why)
{
    struct image_limits limits = images->settings->limits;
    limits.max_side_px = max_side_px;
    for (size_t i = 0; i < images->count; i++)
        if (!prepare(&images->list[i], &limits, why))
            return error_note(why, "%s", images->list[i].question.id);
    return true;
}

static struct subject *make(struct tune_images *images, struct tune_image *image,
                            struct question *question, const struct recipe *recipe,
                            struct error *why)
{
    size_t room = strlen(question->id) + 24;
    char *id = malloc(room);
    if (id == NULL) {
        question_clear(question);
        error_set(why, ERR_MEMORY, "no memory for an item");
        return NULL;
    }
    snprintf(id, room, "%s~%llu", question->id, ++images->next);
    free(question->id);
    question->id = id;
    struct subject *subject = subject_new(question, recipe, 0, why);
    question_clear(question);
    if (subject == NULL)
        return NULL;
    subject->image = &image->image;
    subject->digest = image->digest;
    subject->image_shown = text_copy(image->question.id);
    return subject;
}

struct subject *tune_images_next(struct tune_images *images, const struct recipe *recipe,
                                 struct error *why)
{
    struct tune_image *image = &images->list[images->next % images->count];
    struct question question;
    if (!question_copy(&image->question, &question)) {
        error_set(why, ERR_MEMORY, "no memory for an item");
        return NULL;
    }
    return make(images, image, &question, recipe, why);
}

struct subject *tune_images_ask(struct tune_images *images, size_t index, const char *question,
                                const struct recipe *recipe, struct error *why)
{
    struct tune_image *image = &images->list[index];
    struct question asked = {.id = text_copy(image->question.id),
                             .origin = image->question.origin,
                             .question = text_copy(question),
                             .type = QUESTION_FILL_IN_BLANK};
    if (asked.id == NULL || asked.question == NULL) {
        question_clear(&asked);
        error_set(why, ERR_MEMORY, "no memory for an item");
        return NULL;
    }
    return make(images, image, &asked, recipe, why);
}
