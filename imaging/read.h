// The readers: for each format, what a file's header declares, and its pixels.
//
// Each *_measure looks at headers only and allocates nothing that grows with the declared sides.
// Each *_read gives the picture in stored orientation; the caller has checked the declared sides
// before. wanted_side is the longest side aimed at: a reader that can decode at a fraction may do
// so as long as the result stays near twice that. False: ERR_IMAGE (what is wrong with the file) or
// ERR_MEMORY; the picture is then empty.
#ifndef VQAGEN_READ_H
#define VQAGEN_READ_H

#include "picture.h"

bool jpeg_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why);
bool jpeg_read(const unsigned char *bytes, size_t length, unsigned wanted_side,
               struct picture *picture, struct error *why);

bool png_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why);
bool png_read(const unsigned char *bytes, size_t length, unsigned wanted_side,
              struct picture *picture, struct error *why);

bool webp_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why);
bool webp_read(const unsigned char *bytes, size_t length, unsigned wanted_side,
               struct picture *picture, struct error *why);

bool pnm_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                 struct error *why);
bool pnm_read(const unsigned char *bytes, size_t length, unsigned wanted_side,
              struct picture *picture, struct error *why);

// GIF (first frame), BMP, TGA, PSD.
bool other_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                   struct error *why);
bool other_read(const unsigned char *bytes, size_t length, unsigned wanted_side,
                struct picture *picture, struct error *why);

#endif
