// Memory for the planes of large pictures, kept from one picture to the next: asking the kernel for
// it anew costs a tenth of the CPU of a photograph of 12 megapixels, in page faults, and left to
// the C library it would be broken up by whatever small comes to lie in it meanwhile.
#ifndef VQAGEN_PLANE_POOL_H
#define VQAGEN_PLANE_POOL_H

#include "error.h"

#include <stddef.h>

// May be used by several threads at once.
struct plane_pool;

// Keeps at most `most` pieces: one for each worker. None above 32 MiB is kept.
struct plane_pool *plane_pool_new(unsigned most, struct error *why);
void plane_pool_free(struct plane_pool *pool); // no piece is out; NULL is fine

// Memory of at least so many bytes, aligned to 64; what is in it is not said. pool NULL: it is made
// for this one use. To be given back. NULL: there is none.
void *plane_pool_take(struct plane_pool *pool, size_t bytes);
void plane_pool_return(struct plane_pool *pool, void *memory);

#endif
