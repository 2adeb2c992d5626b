// Whether what libjpeg warned about costs pixels.
#ifndef VQAGEN_JPEG_DAMAGE_H
#define VQAGEN_JPEG_DAMAGE_H

#include "error.h"

// Decodes once more, small and grey, and judges every warning: TurboJPEG keeps the text of the
// first one only, and a harmless one (bytes before a marker, an odd version number, only the end
// marker missing) may hide that the file is cut off. So it is called for files that TurboJPEG
// warned about. True: no pixel is lost. False: ERR_IMAGE with what was lost and how many rows can
// be read (about *rows), ERR_MEMORY.
bool jpeg_is_whole(const unsigned char *bytes, size_t length, unsigned *rows, struct error *why);

#endif
