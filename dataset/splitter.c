// Where a broken record ends, so that the rest of the input is not lost with it:
//   - a line break inside a string ends the string (JSON does not allow it);
//   - a closing bracket closes what was left open inside its own pair;
//   - in a broken record, a line that begins with '{' behind as many blanks as the record's own
//     first line did begins the next record.
#include "splitter.h"

#include <string.h>

static int next_line(struct splitter *splitter, struct raw_record *record, struct error *why);
static int next_object(struct splitter *splitter, struct raw_record *record, struct error *why);
static int next_element(struct splitter *splitter, struct raw_record *record, struct error *why);
static bool scan_record(struct splitter *splitter, struct error *why);
static bool scan_window(struct splitter *splitter, const char *bytes, size_t length, size_t *used);
static bool scan_string(struct splitter *splitter, const char *bytes, size_t length, size_t *used);
static bool scan_mark(struct splitter *splitter, char c, bool *takes);

void splitter_init(struct splitter *splitter, struct reader *reader, enum split_form form)
{
    *splitter = (struct splitter){.reader = reader, .form = form, .line_first = true};
    splitter->lines_settled = form == SPLIT_LINES;
}

int splitter_next(struct splitter *splitter, struct raw_record *record, struct error *why)
{
    buffer_empty(&record->text);
    record->oversized = false;
    record->broken = NULL;
    if (splitter->ended)
        return 0;
    int got = splitter->form == SPLIT_ARRAY ? next_element(splitter, record, why)
              : splitter->lines_settled     ? next_line(splitter, record, why)
                                            : next_object(splitter, record, why);
    if (got == 0)
        splitter->ended = true;
    if (record->oversized)
        buffer_empty(&record->text);
    return got;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Skips blanks, and one more character (a separator; ' ': none) as often as it comes. False:
// ERR_INPUT. Afterwards the window holds the next character, unless the input has ended.
static bool skip_blanks(struct splitter *splitter, char separator, struct error *why)
{
    struct reader *reader = splitter->reader;
    for (;;) {
        if (!reader_fill(reader, why))
            return false;
        if (reader_length(reader) == 0)
            return true;
        const char *at = reader_at(reader);
        size_t length = reader_length(reader), run = 0;
        for (; run < length && (is_blank(at[run]) || at[run] == separator); run++) {
            splitter->line_first = at[run] == '\n' || (splitter->line_first && is_blank(at[run]));
            splitter->column = at[run] == '\n' ? 0 : splitter->column + 1;
        }
        reader_skip(reader, run);
        if (run < length)
            return true;
    }
}

// Appends to the record what fits under its ceiling, and takes it from the window either way.
static void take_bytes(struct splitter *splitter, struct raw_record *record, size_t length)
{
    if (!record->oversized && !buffer_append(&record->text, reader_at(splitter->reader), length))
        record->oversized = true;
    reader_skip(splitter->reader, length);
}

// Takes what is left of the line, its end excluded.
static bool take_line(struct splitter *splitter, struct raw_record *record, struct error *why)
{
    struct reader *reader = splitter->reader;
    for (;;) {
        if (!reader_fill(reader, why))
            return false;
        size_t length = reader_length(reader);
        if (length == 0)
            return true;
        const char *end = memchr(reader_at(reader), '\n', length);
        take_bytes(splitter, record, end != NULL ? (size_t)(end - reader_at(reader)) : length);
        if (end != NULL)
            return true;
    }
}

static void begin_record(struct splitter *splitter, struct raw_record *record)
{
    record->line = splitter->reader->line;
    record->index = ++splitter->count;
    splitter->depth = 0;
    splitter->in_string = splitter->escaped = splitter->ended_array = false;
    splitter->last = '\0';
    splitter->begun_first = splitter->line_first;
    splitter->begun_column = splitter->column;
    splitter->into = record;
}

static int next_line(struct splitter *splitter, struct raw_record *record, struct error *why)
{
    if (!skip_blanks(splitter, ' ', why))
        return -1;
    if (reader_length(splitter->reader) == 0)
        return 0;
    begin_record(splitter, record);
    return take_line(splitter, record, why) ? 1 : -1;
}

// The first record settles whether there is one on each line: it ends on the line on which it
// began, or that line ends where no object that goes on could be broken off.
static int next_object(struct splitter *splitter, struct raw_record *record, struct error *why)
{
    if (!skip_blanks(splitter, splitter->objects_settled ? ',' : ' ', why))
        return -1;
    struct reader *reader = splitter->reader;
    if (reader_length(reader) == 0)
        return 0;
    begin_record(splitter, record);
    if (*reader_at(reader) != '{') {
        record->broken = "text where an object should begin";
        return take_line(splitter, record, why) ? 1 : -1;
    }
    if (!scan_record(splitter, why))
        return -1;
    if (!splitter->objects_settled)
        splitter->lines_settled = true;
    return 1;
}

// What follows an array: another array, or text that does not belong there.
static int after_array(struct splitter *splitter, struct raw_record *record, struct error *why)
{
    if (!skip_blanks(splitter, ' ', why))
        return -1;
    struct reader *reader = splitter->reader;
    if (reader_length(reader) == 0)
        return 0;
    if (*reader_at(reader) == '[') {
        reader_skip(reader, 1);
        splitter->line_first = false;
        splitter->inside = true;
        return next_element(splitter, record, why);
    }
    begin_record(splitter, record);
    record->broken = "text after the end of the array; nothing behind it is read";
    splitter->ended = true;
    return 1;
}

static int next_element(struct splitter *splitter, struct raw_record *record, struct error *why)
{
    struct reader *reader = splitter->reader;
    if (!splitter->inside)
        return after_array(splitter, record, why);
    if (!skip_blanks(splitter, ',', why))
        return -1;
    if (reader_length(reader) == 0) {
        begin_record(splitter, record);
        record->broken = "the array has no ']': the input was cut off here";
        splitter->ended = true;
        return 1;
    }
    if (*reader_at(reader) == ']') {
        reader_skip(reader, 1);
        splitter->line_first = false;
        splitter->inside = false;
        return after_array(splitter, record, why);
    }
    begin_record(splitter, record);
    if (!scan_record(splitter, why))
        return -1;
    if (splitter->ended_array)
        splitter->inside = false;
    return 1;
}

static void break_record(struct splitter *splitter, const char *what)
{
    if (splitter->into->broken == NULL)
        splitter->into->broken = what;
}

static bool scan_record(struct splitter *splitter, struct error *why)
{
    struct reader *reader = splitter->reader;
    for (;;) {
        if (!reader_fill(reader, why))
            return false;
        size_t length = reader_length(reader), used = 0;
        if (length == 0) {
            if (splitter->depth > 0 || splitter->in_string) {
                break_record(splitter, "the input ends inside this record");
                splitter->ended = true;
            }
            return true;
        }
        bool complete = scan_window(splitter, reader_at(reader), length, &used);
        take_bytes(splitter, splitter->into, used);
        if (!complete)
            continue;
        // The comma or bracket that ended an element is not part of it.
        if (splitter->form == SPLIT_ARRAY && reader_length(reader) > 0 &&
            (*reader_at(reader) == ',' || *reader_at(reader) == ']')) {
            splitter->ended_array = *reader_at(reader) == ']';
            reader_skip(reader, 1);
            splitter->line_first = false;
        }
        return true;
    }
}

// Goes over bytes up to the end of the record. *used: how many belong to it. True: it is complete.
static bool scan_window(struct splitter *splitter, const char *bytes, size_t length, size_t *used)
{
    size_t i = 0;
    while (i < length) {
        if (splitter->in_string) {
            size_t run = 0;
            bool complete = scan_string(splitter, bytes + i, length - i, &run);
            i += run;
            if (complete) {
                *used = i;
                return true;
            }
            continue;
        }
        bool takes = true;
        bool complete = scan_mark(splitter, bytes[i], &takes);
        if (takes)
            i++;
        if (complete) {
            *used = i;
            return true;
        }
    }
    *used = i;
    return false;
}

// A line ended while the first object of the input is open: does it go on? Not behind a colon:
// there a line was cut off, since printers put a value on its name's line.
static bool line_ends_record(struct splitter *splitter, bool in_string)
{
    if (splitter->form != SPLIT_OBJECTS || splitter->objects_settled)
        return false;
    if (!in_string && strchr("{[,", splitter->last) != NULL) {
        splitter->objects_settled = true;
        return false;
    }
    break_record(splitter, "the line ends inside the record");
    return true;
}

static bool scan_string(struct splitter *splitter, const char *bytes, size_t length, size_t *used)
{
    size_t run = 0;
    if (splitter->escaped && bytes[0] != '\n') {
        run = 1;
    } else {
        run = run_without(bytes, length, '"', '\\', '\n');
    }
    splitter->escaped = false;
    *used = run;
    if (run == length)
        return false;
    char c = bytes[run];
    if (c == '\\') {
        splitter->escaped = true;
    } else if (c == '"') {
        splitter->in_string = false;
        splitter->last = '"';
    } else if (c == '\n') {
        splitter->in_string = false;
        splitter->last = '"';
        break_record(splitter, "a line break inside a text");
        return line_ends_record(splitter, true); // the line break itself is seen by scan_mark
    } else {
        return false; // behind an escaped character: whatever comes is looked at next
    }
    *used = run + 1;
    return false;
}

static void open_bracket(struct splitter *splitter, char c)
{
    char last = splitter->last;
    if (splitter->depth > 0) {
        bool in_object =
            splitter->depth <= SPLIT_MAX_DEPTH && splitter->kinds[splitter->depth - 1] == '{';
        if (in_object ? last != ':' : last != '[' && last != ',')
            break_record(splitter, "an opening bracket where none can stand");
    }
    if (splitter->depth < SPLIT_MAX_DEPTH)
        splitter->kinds[splitter->depth] = (unsigned char)c;
    else
        break_record(splitter, "brackets more than 1000 deep");
    splitter->depth++;
}

static void close_bracket(struct splitter *splitter, char c)
{
    char opening = c == '}' ? '{' : '[';
    size_t depth = splitter->depth;
    if (depth > SPLIT_MAX_DEPTH) { // not remembered, broken already
        splitter->depth--;
        return;
    }
    while (depth > 0 && splitter->kinds[depth - 1] != (unsigned char)opening)
        depth--;
    if (depth != splitter->depth)
        break_record(splitter, "brackets that do not match");
    if (depth > 0)
        splitter->depth = depth - 1;
}

// Whether a line that begins here begins the next record, this one being broken.
static bool begins_next(const struct splitter *splitter)
{
    return splitter->into->broken != NULL && splitter->line_first && splitter->begun_first &&
           splitter->column == splitter->begun_column;
}

// One character outside strings. *takes: it belongs to the record, or was dealt with. True: the
// record is complete.
static bool scan_mark(struct splitter *splitter, char c, bool *takes)
{
    if (c == '\n') {
        if (splitter->depth > 0 && line_ends_record(splitter, false))
            return true;
        splitter->line_first = true;
        splitter->column = 0;
        return false;
    }
    if (is_blank(c)) {
        splitter->column++;
        return false;
    }
    bool array = splitter->form == SPLIT_ARRAY;
    if (array && splitter->depth == 0 && (c == ',' || c == ']')) {
        *takes = false;
        return true;
    }
    if (c == '{' || c == '[') {
        // Looked at before and after the bracket is judged: it may be what shows the fault.
        size_t depth = splitter->depth;
        open_bracket(splitter, c);
        if (c == '{' && begins_next(splitter)) {
            splitter->depth = depth;
            *takes = false;
            return true;
        }
    } else if (c == '}' || c == ']') {
        close_bracket(splitter, c);
    } else if (c == '"') {
        splitter->in_string = true;
    }
    splitter->line_first = false;
    splitter->last = c;
    return !array && splitter->depth == 0;
}
