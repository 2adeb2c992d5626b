#include "sight.h"

#include "random.h"
#include "text.h"
#include "write_jpeg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = 80, // of a square, pixels
    GAP = 32,  // between two squares
    MARGIN = (SIGHT_WIDTH - SIGHT_SQUARES * SIDE - (SIGHT_SQUARES - 1) * GAP) / 2,
    TOP = (SIGHT_HEIGHT - SIDE) / 2,
    QUALITY = 90,
    COLOURS = 7,
    NAMES = 4,
    READ = 60, // colours read of a reply
};

// Colours that people and models tell apart, as JPEG's Y, Cb and Cr (ITU-T T.871), and the words
// that name them, folded. The first word is the one shown.
static const struct paint {
    unsigned char samples[3];
    const char *names[NAMES];
} paints[COLOURS] = {
    {{87, 96, 223}, {"red", "红", "crimson", "scarlet"}},
    {{158, 50, 190}, {"orange", "橙", "橘", NULL}},
    {{206, 23, 159}, {"yellow", "黄", NULL, NULL}},
    {{109, 95, 72}, {"green", "绿", "綠", NULL}},
    {{68, 208, 101}, {"blue", "蓝", "藍", NULL}},
    {{82, 178, 162}, {"purple", "紫", "violet", "magenta"}},
    {{20, 128, 128}, {"black", "黑", NULL, NULL}},
};

static const char question[] =
    "What are the colours of the five shapes in the image, from left to right? Answer with the "
    "five colour names and commas between them, and nothing else.";

static bool draw(const struct sight *probe, struct picture *picture, struct error *why);
static size_t read_colours(const char *text, size_t *found);
static unsigned in_place(const struct sight *picture, const size_t *named);
static bool says_none(const char *text);

static void write_expected(struct sight *picture)
{
    size_t length = 0;
    for (size_t i = 0; i < SIGHT_SQUARES; i++)
        length += (size_t)snprintf(picture->expected + length, sizeof picture->expected - length,
                                   "%s%s", i > 0 ? ", " : "", paints[picture->order[i]].names[0]);
}

bool sight_make(struct sight *picture, uint64_t seed, unsigned number, struct error *why)
{
    char id[24];
    size_t order[COLOURS];
    *picture = (struct sight){.question = question};
    snprintf(id, sizeof id, "%u", number);
    uint64_t random = random_from(seed, id, "probe");
    random_order(&random, order, COLOURS);
    memcpy(picture->order, order, sizeof picture->order);
    write_expected(picture);
    buffer_init(&picture->jpeg, 1 << 20);
    struct picture planes = {.colour = PICTURE_YCBCR,
                             .width = SIGHT_WIDTH,
                             .height = SIGHT_HEIGHT,
                             .shrink = 1,
                             .chroma_across = 2,
                             .chroma_down = 2};
    struct jpeg_writer writer = {0};
    bool good = draw(picture, &planes, why) && jpeg_writer_open(&writer, &planes, why);
    if (good) {
        good = jpeg_writer_write(&writer, QUALITY, why);
        if (good)
            buffer_append(&picture->jpeg, writer.bytes, writer.length);
        jpeg_writer_close(&writer);
    }
    picture_clear(&planes);
    good = good && buffer_check(&picture->jpeg, "a picture", why);
    if (!good)
        sight_clear(picture);
    return good;
}

void sight_clear(struct sight *picture)
{
    buffer_clear(&picture->jpeg);
}

// Sides and places are even, so that a chroma sample is never of two colours.
static void fill(struct plane *plane, unsigned divisor, unsigned left, unsigned char sample)
{
    for (unsigned y = TOP / divisor; y < (TOP + SIDE) / divisor; y++)
        memset(plane->samples + y * plane->stride + left / divisor, sample, SIDE / divisor);
}

static bool draw(const struct sight *probe, struct picture *picture, struct error *why)
{
    static const unsigned char white[3] = {255, 128, 128};
    if (!picture_allocate(picture, why))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        struct plane *plane = &picture->planes[i];
        for (unsigned y = 0; y < plane->height; y++)
            memset(plane->samples + y * plane->stride, white[i], plane->width);
        for (unsigned square = 0; square < SIGHT_SQUARES; square++)
            fill(plane, i == 0 ? 1 : 2, MARGIN + square * (SIDE + GAP),
                 paints[probe->order[square]].samples[i]);
    }
    picture_fill_edges(picture);
    return true;
}

// A model that thinks aloud names the colours more than once: the first five count, and the last.
enum sight_verdict sight_judge(const struct sight *picture, const char *reply)
{
    size_t named[READ];
    char *folded = text_fold(reply != NULL ? reply : "");
    if (folded == NULL)
        return SIGHT_UNCLEAR;
    size_t count = read_colours(folded, named);
    bool none = says_none(folded);
    free(folded);
    if (count >= SIGHT_SQUARES &&
        (in_place(picture, named) + 1 >= SIGHT_SQUARES ||
         in_place(picture, named + count - SIGHT_SQUARES) + 1 >= SIGHT_SQUARES))
        return SIGHT_SEEN;
    if (count >= 3)
        return SIGHT_INVENTED;
    return none ? SIGHT_BLIND : SIGHT_UNCLEAR;
}

static unsigned in_place(const struct sight *picture, const size_t *named)
{
    unsigned right = 0;
    for (size_t i = 0; i < SIGHT_SQUARES; i++)
        right += named[i] == picture->order[i];
    return right;
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

// The colour that a word at `at` names; COLOURS: none. "Reddish" and "colored" name none.
static size_t colour_at(const char *text, const char *at, size_t *length)
{
    for (size_t colour = 0; colour < COLOURS; colour++)
        for (size_t i = 0; i < NAMES && paints[colour].names[i] != NULL; i++) {
            const char *name = paints[colour].names[i];
            *length = strlen(name);
            if (!text_starts(at, name))
                continue;
            bool whole = !is_letter(*name) ||
                         ((at == text || !is_letter(at[-1])) && !is_letter(at[*length]));
            if (whole)
                return colour;
        }
    *length = 1;
    return COLOURS;
}

// The colours in the order in which the text names them; of a long text the last ones.
static size_t read_colours(const char *text, size_t *found)
{
    size_t count = 0, length;
    for (const char *at = text; *at != '\0'; at += length) {
        size_t colour = colour_at(text, at, &length);
        if (colour == COLOURS)
            continue;
        if (count == READ)
            memmove(found + SIGHT_SQUARES, found + SIGHT_SQUARES + 1,
                    (READ - SIGHT_SQUARES - 1) * sizeof *found);
        else
            count++;
        found[count - 1] = colour;
    }
    return count;
}

// How models say that they were shown nothing.
static bool says_none(const char *text)
{
    static const char *const words[] = {
        "no image",
        "no picture",
        "not see any",
        "not see an image",
        "don't see",
        "don’t see",
        "can't see",
        "can’t see",
        "cannot see",
        "unable to see",
        "can't view",
        "can’t view",
        "cannot view",
        "unable to view",
        "not provided",
        "wasn't provided",
        "without the image",
        "upload",
        "text-based",
        "text only",
        "没有图",
        "没有看到",
        "看不到",
        "无法查看",
        "无法看到",
        "未提供",
        "请上传",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(text, words[i]) != NULL)
            return true;
    return false;
}

const char *sight_verdict_name(enum sight_verdict verdict)
{
    static const char *const names[] = {[SIGHT_SEEN] = "seen",
                                        [SIGHT_INVENTED] = "invented",
                                        [SIGHT_BLIND] = "blind",
                                        [SIGHT_UNCLEAR] = "unclear"};
    return names[verdict];
}
