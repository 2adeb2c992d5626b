// The readers: for each format, what a file's header declares, and its pixels.
//
// Each *_measure looks at headers only and allocates nothing that grows with the declared sides.
// Each *_read gives the picture in stored orientation; the caller has checked the declared sides
// before. False: ERR_IMAGE (what is wrong with the file) or ERR_MEMORY; the picture is then empty.
#ifndef VQAGEN_READ_H
#define VQAGEN_READ_H

#include "buffer.h"
#include "picture.h"

struct read_wish {
    // The longest side aimed at: a reader that can decode at a fraction may do so as long as the
    // result stays near twice that.
    unsigned side;
    // Where damage is written that leaves some of the picture readable; NULL: it is refused then.
    struct error *damage;
    struct plane_pool *pool; // for the picture's planes; NULL: none
};

// For a reader that has found damage (in why), and has filled what it could not read: whether the
// picture is taken as it is. The damage is then moved to where the wish says.
bool read_take_damaged(const struct read_wish *wish, struct error *why);

bool jpeg_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why);
bool jpeg_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why);

// Appends the JPEG in its own coding, without metadata, when it can be passed on: it is upright, in
// sRGB, and formed as jpeg_copy.h asks; with verify, also decodes without loss. False: it is to be
// decoded and encoded, which shows what is wrong with it, if anything.
bool jpeg_pass(const unsigned char *bytes, size_t length, bool verify, struct buffer *out);

// The most memory that jpeg_read takes, in bytes; about.
uint64_t jpeg_memory(const unsigned char *bytes, size_t length, unsigned wanted_side);

bool png_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why);
bool png_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
              struct picture *picture, struct error *why);

bool webp_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why);
bool webp_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why);

bool pnm_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why);
bool pnm_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
              struct picture *picture, struct error *why);

// TIFF: its first page.
bool tiff_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why);
bool tiff_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why);

// HEIC and AVIF: the primary picture. libheif turns and crops it as the file asks, so that sides
// are as shown, and the orientation is 1.
bool heif_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why);
bool heif_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why);

// BMP of the kinds that stb_image does not read.
bool bmp_is_special(const unsigned char *bytes, size_t length);
bool bmp_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why);
bool bmp_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
              struct picture *picture, struct error *why);

// GIF (first frame), BMP, TGA, PSD.
bool other_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                   struct error *why);
bool other_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
                struct picture *picture, struct error *why);

#endif
