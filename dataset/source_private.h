// What the source's files share.
#ifndef VQAGEN_SOURCE_PRIVATE_H
#define VQAGEN_SOURCE_PRIVATE_H

#include "form.h"
#include "record.h"
#include "seen.h"
#include "source.h"
#include "splitter.h"
#include "table.h"
#include "walk.h"

struct source {
    char *input;  // as given
    char *folder; // where relative image paths begin
    struct source_settings settings;
    struct record_context context;
    char *found; // see record_context
    enum input_form form;
    struct walk *walk; // of a folder
    bool image_given;  // FORM_IMAGE: its one question was handed out
    struct reader reader;
    struct splitter splitter;
    struct raw_record record;
    struct table table;
    struct seen seen;
    int64_t records;        // handed out
    uint64_t last_id;       // of them, hashed
    struct digester before; // over all that the reading of records depends on beside their bytes
};

#endif
