// DIR/images: the images of a run that no file of the input holds, named by their content.
#ifndef VQAGEN_KEPT_IMAGES_H
#define VQAGEN_KEPT_IMAGES_H

#include "error.h"

#include <stdbool.h>

// Gives those of one DIR to another, as links where the file system has them. False: ERR_DISK,
// ERR_INPUT, ERR_MEMORY.
bool kept_images_take(const char *from_directory, const char *directory, struct error *why);

#endif
