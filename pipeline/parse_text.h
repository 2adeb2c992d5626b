// Replies as lines of text: thinking set aside, labels, list marks and quotes. Private to parse*.c.
#ifndef VQAGEN_PARSE_TEXT_H
#define VQAGEN_PARSE_TEXT_H

#include "error.h"

#include <stddef.h>

// A reply, taken apart.
struct spoken {
    char *text;     // what was said, valid UTF-8, without thinking and special tokens; owned
    char *thinking; // <think> blocks and the reasoning field, in this order; "" for none; owned
};

// False: ERR_MEMORY.
bool spoken_init(struct spoken *spoken, const char *text, const char *reasoning, struct error *why);
void spoken_clear(struct spoken *spoken);

// Sets ERR_REPLY: what is missing, and what stood there instead. Always false.
bool spoken_refuse(const struct spoken *spoken, const char *missing, struct error *why);

// The lines of a text, trimmed, without blank ones and code fences.
struct lines {
    char **list; // point into text
    size_t count;
    char *text; // owned
};
bool lines_init(struct lines *lines, const char *text, struct error *why);
void lines_clear(struct lines *lines);

// Cuts polite openings ("Here are the options:") from the beginning.
void lines_skip_opening(struct lines *lines);

// The value behind one of the labels ("**Answer:** red", "答案：红色", "【答案】红色"), "" when the
// label stands alone; NULL: the line has no such label. labels: lower case, the list ends with
// NULL.
const char *line_label(const char *line, const char *const *labels);

// The bytes of a list mark with the blanks behind it ("- ", "2) ", "（A）", "③", "B."), or 0.
size_t line_mark(const char *line);
size_t line_bullet(const char *line); // of "-", "*", "•" and the like only

// Makes a short text of it, in place: one line, without surrounding quotes, Markdown, TeX and a
// lone final full stop. Returns text.
char *value_clean(char *text);

extern const char *const label_answer[], *const label_explanation[], *const label_options[],
                                                                         *const label_question[];

#endif
