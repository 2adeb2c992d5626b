#include "orient.h"

// Swapping axes walks one plane by columns: in blocks, so that its cache lines are used whole.
enum { BLOCK = 32 };

static void plane_orient(const struct plane *from, struct turn turn, const struct plane *to);

struct turn orient_turn(int orientation)
{
    static const struct turn turns[] = {
        [1] = {false, false, false}, [2] = {true, false, false}, [3] = {true, true, false},
        [4] = {false, true, false},  [5] = {false, false, true}, [6] = {false, true, true},
        [7] = {true, true, true},    [8] = {true, false, true},
    };
    return turns[orientation >= 1 && orientation <= 8 ? orientation : 1];
}

bool picture_orient(const struct picture *picture, struct turn turn, struct picture *upright,
                    struct error *why)
{
    *upright = *picture;
    if (turn.swap_axes) {
        upright->width = picture->height;
        upright->height = picture->width;
        upright->chroma_across = picture->chroma_down;
        upright->chroma_down = picture->chroma_across;
    }
    if (!picture_allocate(upright, why))
        return false;
    for (unsigned i = 0; i < picture_planes(picture); i++)
        plane_orient(&picture->planes[i], turn, &upright->planes[i]);
    return true;
}

static void block_orient(const struct plane *from, struct turn turn, const struct plane *to,
                         unsigned left, unsigned top)
{
    unsigned right = to->width - left < BLOCK ? to->width : left + BLOCK;
    unsigned bottom = to->height - top < BLOCK ? to->height : top + BLOCK;
    for (unsigned y = top; y < bottom; y++) {
        unsigned char *row = to->samples + y * to->stride;
        for (unsigned x = left; x < right; x++) {
            unsigned column = turn.swap_axes ? y : x, line = turn.swap_axes ? x : y;
            if (turn.reverse_columns)
                column = from->width - 1 - column;
            if (turn.reverse_rows)
                line = from->height - 1 - line;
            row[x] = from->samples[line * from->stride + column];
        }
    }
}

static void plane_orient(const struct plane *from, struct turn turn, const struct plane *to)
{
    for (unsigned top = 0; top < to->height; top += BLOCK)
        for (unsigned left = 0; left < to->width; left += BLOCK)
            block_orient(from, turn, to, left, top);
}
