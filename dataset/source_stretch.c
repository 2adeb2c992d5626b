// Going over the input by stretches.
#include "source_private.h"

#include <string.h>

// Objects over several lines are left out: what ends them, and where the next begins, is told by
// more than the bytes of a stretch.
bool source_has_stretches(const struct source *source)
{
    return source->walk == NULL && source->form != FORM_IMAGE && !source->reader.may_wait &&
           (source->form != FORM_OBJECTS || source->splitter.lines_settled || source->records == 0);
}

// Records of an array stand inside its brackets, but for the first.
static struct digester begin_digest(const struct source *source)
{
    struct digester digester = source->before;
    digester_add(&digester, &source->splitter.inside, sizeof source->splitter.inside);
    return digester;
}

void source_begin_stretch(struct source *source, struct stretch *stretch)
{
    struct reader *reader = &source->reader;
    stretch->record = source->records;
    stretch->line = (int64_t)reader->line;
    reader->digesting = true;
    reader->digester = begin_digest(source);
    reader->dropped = 0;
}

bool source_extend_stretch(const struct source *source, struct stretch *stretch)
{
    const struct reader *reader = &source->reader;
    stretch->records = source->records - stretch->record;
    stretch->lines = (int64_t)reader->line - stretch->line;
    stretch->bytes = reader->dropped;
    stretch->input = reader->digester;
    return source_has_stretches(source) &&
           buffer_append(&stretch->ids, &source->last_id, sizeof source->last_id);
}

bool source_look_ahead(const struct source *source, struct stretch *stretch)
{
    int last, next;
    if (!source_has_stretches(source) || stretch->record != source->records ||
        stretch->line != (int64_t)source->reader.line || stretch->records <= 0 ||
        (uint64_t)stretch->records * sizeof source->last_id != stretch->ids.length)
        return false;
    stretch->input = begin_digest(source);
    if (!reader_look_ahead(&source->reader, stretch->bytes, &stretch->input, &last, &next))
        return false;
    stretch->ends_array = last == ']';
    // A file that grew may go on with what is no new record.
    return source->form == FORM_ARRAY ? last == ',' || last == ']'
                                      : last == '\n' || next == '\n' || next == -1;
}

static bool any_seen(const struct source *source, const struct stretch *stretch, bool *any,
                     struct error *why)
{
    uint64_t id;
    *any = false;
    for (size_t at = 0; at < stretch->ids.length && !*any; at += sizeof id) {
        memcpy(&id, stretch->ids.data + at, sizeof id);
        if (!seen_find(&source->seen, id, any, why))
            return false;
    }
    return true;
}

bool source_skip_stretch(struct source *source, const struct stretch *stretch, bool *skipped,
                         struct error *why)
{
    struct reader *reader = &source->reader;
    struct splitter *splitter = &source->splitter;
    bool any, is_new;
    uint64_t id;
    if (!any_seen(source, stretch, &any, why))
        return false;
    *skipped = !any;
    if (any)
        return true;
    for (size_t at = 0; at < stretch->ids.length; at += sizeof id) {
        memcpy(&id, stretch->ids.data + at, sizeof id);
        if (!seen_add(&source->seen, id, &is_new, why))
            return false;
    }
    source->records += stretch->records;
    reader->line += (uint64_t)stretch->lines;
    splitter->count += (uint64_t)stretch->records;
    splitter->lines_settled = source->form != FORM_ARRAY;
    splitter->inside = source->form == FORM_ARRAY && !stretch->ends_array;
    splitter->line_first = false;
    return reader_jump(reader, stretch->bytes, why);
}
