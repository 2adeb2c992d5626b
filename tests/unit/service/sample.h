// The sample images and their truth, for tests: each as a JPEG, as it would be sent.
#ifndef VQAGEN_TEST_SAMPLE_H
#define VQAGEN_TEST_SAMPLE_H

#include "buffer.h"
#include "file.h"
#include "json.h"
#include "prepare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SAMPLES TEST_CASES "/../../samples"

enum { SAMPLE_COUNT = 16 };

struct sample {
    cJSON *truth;
    const char *name; // borrowed from truth
    struct buffer jpeg;
};

// The samples at that quality and longest side.
static inline void samples_load(struct sample samples[SAMPLE_COUNT], int quality, unsigned max_side)
{
    struct error why = {0};
    struct buffer text;
    buffer_init(&text, 1 << 20);
    assert_true(file_read(SAMPLES "/truth.jsonl", &text, &why));
    const char *line = text.data;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        size_t length = strcspn(line, "\n");
        samples[i].truth = json_parse(line, length, &why);
        assert_non_null(samples[i].truth);
        samples[i].name = json_text(samples[i].truth, "image");
        line += length + 1;
        char path[1000];
        snprintf(path, sizeof path, SAMPLES "/images/%s", samples[i].name);
        struct buffer file;
        buffer_init(&file, 1 << 20);
        assert_true(file_read(path, &file, &why));
        struct image_limits limits = image_limits_default();
        limits.quality = quality;
        limits.max_side_px = max_side;
        struct prepared_image image;
        if (!image_prepare(file.data, file.length, &limits, &image, &why))
            fail_msg("%s: %s", samples[i].name, why.message);
        samples[i].jpeg = image.jpeg;
        buffer_clear(&file);
    }
    assert_int_equal(*line, '\0');
    buffer_clear(&text);
}

static inline void samples_clear(struct sample samples[SAMPLE_COUNT])
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        cJSON_Delete(samples[i].truth);
        buffer_clear(&samples[i].jpeg);
    }
}

#endif
