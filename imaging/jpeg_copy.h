// A JPEG's own coding without its metadata: by a walk over its markers that decodes nothing.
#ifndef VQAGEN_JPEG_COPY_H
#define VQAGEN_JPEG_COPY_H

#include "buffer.h"

// Appends the picture that begins at bytes: tables, frame, scans, and of the application segments
// only what decoders need for its colours (JFIF without its thumbnail, Adobe). EXIF, XMP, IPTC,
// comments, profiles, further pictures and all behind the end marker stay behind.
//
// False when it is not passed on, and out is then of no use: there is no memory (out->failed), or
// the file is not as strictly formed as what others shall decode has to be. It must be a
// Huffman-coded JPEG of 8 bits, grey or Y, Cb, Cr, with every table in order, every scan that the
// picture needs there once, as many restart markers as there should be, and the end marker behind
// the last scan. That says nothing about the coded data between the markers.
bool jpeg_copy(const unsigned char *bytes, size_t length, struct buffer *out);

#endif
