#include "jpeg_damage.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

struct examination {
    struct jpeg_error_mgr errors; // first, so that libjpeg's pointer to it is one to this
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct decoder;
    jmp_buf damaged;
    bool out_of_memory;
    JSAMPROW row;
    char message[JMSG_LENGTH_MAX];
};

// More scans than any encoder writes: each makes the whole picture be gone through again.
enum { MAX_SCANS = 500 };

static void examine(struct examination *examination, const unsigned char *bytes, size_t length);
static unsigned report(const struct examination *examination, struct error *why);
static void judge_warning(j_common_ptr common, int level);
static void stop_on_error(j_common_ptr common);
static void stop_on_many_scans(j_common_ptr common);

bool jpeg_is_whole(const unsigned char *bytes, size_t length, unsigned *rows, struct error *why)
{
    struct examination *examination = calloc(1, sizeof *examination);
    if (examination == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a JPEG decoder");
    struct jpeg_decompress_struct *decoder = &examination->decoder;
    decoder->err = jpeg_std_error(&examination->errors);
    examination->errors.error_exit = stop_on_error;
    examination->errors.emit_message = judge_warning;
    examination->progress.progress_monitor = stop_on_many_scans;
    bool whole = setjmp(examination->damaged) == 0;
    if (whole)
        examine(examination, bytes, length);
    *rows = whole ? decoder->image_height : report(examination, why);
    jpeg_destroy_decompress(decoder);
    free(examination->row);
    free(examination);
    return whole;
}

// Says what is wrong. Returns the rows that can be read.
static unsigned report(const struct examination *examination, struct error *why)
{
    const struct jpeg_decompress_struct *decoder = &examination->decoder;
    if (examination->out_of_memory) {
        error_set(why, ERR_MEMORY, "no memory for a JPEG decoder");
        return 0;
    }
    // With several scans all are read before the first row is put out, and each but the first
    // refines what is there already.
    if (decoder->output_height > 0 && decoder->output_scanline == 0 && decoder->progressive_mode &&
        decoder->input_scan_number > 1) {
        error_set(why, ERR_IMAGE,
                  "the JPEG is damaged: %s; %d of its scans can be read, the others would make it "
                  "sharper",
                  examination->message, decoder->input_scan_number - 1);
        return decoder->image_height;
    }
    unsigned rows = 0;
    if (decoder->output_height > 0)
        rows = decoder->output_scanline * (decoder->image_height / decoder->output_height);
    if (rows > 0)
        error_set(why, ERR_IMAGE, "the JPEG is damaged: %s; about %u of %u rows can be read",
                  examination->message, rows, decoder->image_height);
    else
        error_set(why, ERR_IMAGE, "the JPEG is damaged: %s", examination->message);
    return rows;
}

// Reads all rows. What comes after the last one (jpeg_finish_decompress would look for the end
// marker) does not matter.
static void examine(struct examination *examination, const unsigned char *bytes, size_t length)
{
    struct jpeg_decompress_struct *decoder = &examination->decoder;
    jpeg_create_decompress(decoder);
    decoder->progress = &examination->progress;
    jpeg_mem_src(decoder, bytes, length);
    jpeg_read_header(decoder, TRUE);
    if (decoder->jpeg_color_space == JCS_YCbCr)
        decoder->out_color_space = JCS_GRAYSCALE;
    decoder->scale_num = 1;
    decoder->scale_denom = 8;
    jpeg_start_decompress(decoder);
    examination->row = malloc((size_t)decoder->output_width * (unsigned)decoder->output_components);
    if (examination->row == NULL) {
        examination->out_of_memory = true;
        longjmp(examination->damaged, 1);
    }
    while (decoder->output_scanline < decoder->output_height)
        jpeg_read_scanlines(decoder, &examination->row, 1);
}

static bool is_harmless(const struct jpeg_decompress_struct *decoder, int code)
{
    switch (code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_BOGUS_ICC:
        return true;
    case JWRN_JPEG_EOF:
        // With all components in one scan, missing data shows itself as JWRN_HIT_MARKER; the end of
        // the file right behind the last block is only a missing end marker. With several scans
        // whole scans may be missing.
        return decoder->comps_in_scan == decoder->num_components && !decoder->progressive_mode;
    default:
        return false;
    }
}

static void judge_warning(j_common_ptr common, int level)
{
    struct examination *examination = (struct examination *)common->err;
    if (level >= 0 || is_harmless(&examination->decoder, common->err->msg_code))
        return;
    common->err->format_message(common, examination->message);
    longjmp(examination->damaged, 1);
}

static void stop_on_error(j_common_ptr common)
{
    struct examination *examination = (struct examination *)common->err;
    examination->out_of_memory = common->err->msg_code == JERR_OUT_OF_MEMORY;
    common->err->format_message(common, examination->message);
    longjmp(examination->damaged, 1);
}

static void stop_on_many_scans(j_common_ptr common)
{
    struct examination *examination = (struct examination *)common->err;
    if (examination->decoder.input_scan_number <= MAX_SCANS)
        return;
    snprintf(examination->message, sizeof examination->message, "it has more than %d scans",
             MAX_SCANS);
    longjmp(examination->damaged, 1);
}
