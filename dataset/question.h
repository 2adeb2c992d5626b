// A record of the input: what is to be asked of which image. What is given is not asked for.
#ifndef VQAGEN_QUESTION_H
#define VQAGEN_QUESTION_H

#include "error.h"

#include <stdint.h>

enum question_type { QUESTION_UNSET, QUESTION_MULTIPLE_CHOICE, QUESTION_FILL_IN_BLANK };

enum image_origin {
    IMAGE_NONE,
    IMAGE_FILE,   // image: a path that can be opened; name: as shown in the dataset
    IMAGE_BASE64, // image: bare base64, a data URI's prefix already cut
    IMAGE_URL,    // image: http(s) URL
};

struct question {
    char *id; // unique in the run; never NULL. For a folder's image: its path below
              // the folder, with '/'; for a record: its `id`, or "line-N" / "record-N"
    enum image_origin origin;
    char *image;    // see image_origin
    char *name;     // for IMAGE_FILE the path as the input gives it (relative to the folder or
                    // the question file); for IMAGE_URL the URL without its query
    char *question; // or NULL
    char *answer;   // or NULL. A letter that names one of `options` is already resolved to text
    char **options; // option_count texts, letters ("A. ") cut; NULL: none given
    size_t option_count;
    enum question_type type; // QUESTION_UNSET: not given
    char *topic;             // or NULL
    char *claim;             // a sentence with placeholders like [OBJECT_A], or NULL
    char *prefilled;         // JSON object text: placeholder to value, or NULL
    bool image_only; // nothing but an image (and id) is given: `--per-image` items come of it
    bool missed;     // a file was looked for in vain: once it is there, the record means another
    uint64_t line;   // 1-based line of a JSONL or CSV record; index of an array element; 0: a file
    char *fault;     // why the record cannot be used; NULL: it can. id and line are set anyway
};

void question_clear(struct question *question);
// A copy with texts of its own. False: no memory; *copy is empty.
bool question_copy(const struct question *question, struct question *copy);
const char *question_type_name(enum question_type type); // "multiple_choice", "fill_in_blank", ""
bool question_type_find(const char *name,
                        enum question_type *type); // also "mcq", "choice", "fill"...

#endif
