// The finished item as a line of dataset.jsonl, or of failures.jsonl.
#ifndef VQAGEN_ITEM_H
#define VQAGEN_ITEM_H

#include "buffer.h"
#include "call.h"
#include "question.h"

enum { MAX_OPTIONS = 26 }; // letters A to Z

struct item_check {
    const char *rule; // "options.distinct", ...
    const char
        *result; // "pass", "fail", "unknown", "given" (not checked because the input gave it)
};

// Everything is borrowed. Fields in the order in which they are written.
struct item_record {
    const char *id;
    const char *image;        // as the input names it, or a path below DIR ("images/...")
    const char *image_sha256; // hexadecimal; of the source's bytes
    const char *topic;
    enum question_type type;
    const char *question;
    const char *claim;     // written when given
    const char *prefilled; // JSON object text; written when given
    char *const *options;  // shuffled; option_count texts; none for fill-in
    size_t option_count;
    size_t correct; // index into options
    const char *answer_text;
    const char *explanation; // or NULL
    const struct item_check *checks;
    size_t check_count;
    double agreement; // share of the repeats that gave this answer; negative: asked once
    unsigned repeats;
    // provenance
    const char *endpoint, *provider, *model;
    uint64_t seed;
    const char *prompt_version;
    const struct digest *call_keys;
    size_t call_count;
    // usage: sums over the calls' stored replies; -1: not said
    long long input_tokens, output_tokens;
};

// `status` is "accepted". full_question is the stem and "A. ..." lines; answer is the letter, or
// the text for fill-in; correct_option repeats "A. text"'s text. No line break at the end.
void item_write_accepted(const struct item_record *item, struct buffer *out);

struct item_failure {
    const char *id;
    const char *image;
    const char *image_sha256; // hexadecimal; NULL: the image was not read
    const char *topic;        // or NULL
    const char *question;     // or NULL
    const char *stage;        // "input", "image", "draft", "answer", "options"
    const char *verdict;      // "rejected" or "unknown"
    const char *kind;
    int http_status; // 0: none
    const char *message;
    unsigned attempts;    // requests sent for the failing step
    const char *reply;    // or NULL; cut to 2000 bytes here
    const char *endpoint; // that the failed call went to; NULL: it is left out
    int64_t when_ms;      // wall clock
    uint64_t line;        // of the input; written when not 0
};
void item_write_failed(const struct item_failure *failure, struct buffer *out);

// Appends what item_write_failed wrote, with another line of the input. False: there is nothing to
// change, and nothing is appended.
bool item_write_moved(const char *failed, uint64_t line, struct buffer *out);

#endif
