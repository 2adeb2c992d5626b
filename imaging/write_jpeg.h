// Planes to a JPEG, at one quality after another.
#ifndef VQAGEN_WRITE_JPEG_H
#define VQAGEN_WRITE_JPEG_H

#include "picture.h"

struct jpeg_writer {
    const struct picture *picture; // borrowed
    void *encoder;                 // tjhandle
    unsigned char *bytes;          // of the JPEG written last
    unsigned long length;
    unsigned long room;
};

// The picture is grey or 4:2:0, unshrunk, with its edges filled, and outlives the writer. False:
// ERR_MEMORY, and nothing to close.
bool jpeg_writer_open(struct jpeg_writer *writer, const struct picture *picture, struct error *why);

// Writes the picture at quality 1-100, in place of what was written before. False: ERR_IMAGE.
bool jpeg_writer_write(struct jpeg_writer *writer, int quality, struct error *why);

void jpeg_writer_close(struct jpeg_writer *writer);

#endif
