#include "nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 63 };

static int folded(char c)
{
    return c == '_' ? '-' : tolower((unsigned char)c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned nearest_distance(const char *a, const char *b)
{
    size_t rows = strnlen(a, LONGEST), columns = strnlen(b, LONGEST);
    // Three rows of the table of distances: a swap looks back two.
    unsigned table[3][LONGEST + 1];
    for (size_t j = 0; j <= columns; j++)
        table[0][j] = (unsigned)j;
    for (size_t i = 1; i <= rows; i++) {
        unsigned *row = table[i % 3], *above = table[(i - 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= columns; j++) {
            bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = least(least(row[j - 1], above[j]) + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]))
                row[j] = least(row[j], table[(i - 2) % 3][j - 2] + 1);
        }
    }
    return table[rows % 3][columns];
}

static bool begins(const char *name, const char *known)
{
    size_t length = strlen(name);
    if (length < 3)
        return false;
    for (size_t i = 0; i < length; i++)
        if (folded(name[i]) != folded(known[i]))
            return false;
    return true;
}

void nearest_offer(struct nearest *nearest, const char *known)
{
    unsigned allowed = (unsigned)((strlen(nearest->name) + 2) / 3);
    unsigned distance = nearest_distance(nearest->name, known);
    if (distance > allowed) {
        if (!begins(nearest->name, known))
            return;
        // Behind everything that is near by edits.
        distance = LONGEST + distance;
    }
    if (nearest->best == NULL || distance < nearest->distance) {
        nearest->best = known;
        nearest->distance = distance;
    }
}
