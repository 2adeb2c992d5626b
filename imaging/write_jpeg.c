#include "write_jpeg.h"

#include <stdlib.h>
#include <turbojpeg.h>

static int subsampling(const struct picture *picture)
{
    return picture->colour == PICTURE_GREY ? TJSAMP_GRAY : TJSAMP_420;
}

bool jpeg_writer_open(struct jpeg_writer *writer, const struct picture *picture, struct error *why)
{
    *writer = (struct jpeg_writer){.picture = picture};
    // The worst case, so that TurboJPEG never grows it; pages that are not written cost nothing.
    writer->room = tjBufSize((int)picture->width, (int)picture->height, subsampling(picture));
    writer->bytes = malloc(writer->room);
    writer->encoder = tjInitCompress();
    if (writer->bytes != NULL && writer->encoder != NULL)
        return true;
    jpeg_writer_close(writer);
    return error_set(why, ERR_MEMORY, "no memory for a JPEG of %u x %u", picture->width,
                     picture->height);
}

bool jpeg_writer_write(struct jpeg_writer *writer, int quality, struct error *why)
{
    const struct picture *picture = writer->picture;
    const unsigned char *planes[3] = {picture->planes[0].samples, picture->planes[1].samples,
                                      picture->planes[2].samples};
    int strides[3] = {(int)picture->planes[0].stride, (int)picture->planes[1].stride,
                      (int)picture->planes[2].stride};
    writer->length = writer->room;
    int result =
        tjCompressFromYUVPlanes(writer->encoder, planes, (int)picture->width, strides,
                                (int)picture->height, subsampling(picture), &writer->bytes,
                                &writer->length, quality, TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
    if (result == 0)
        return true;
    // Any planes can be written, so that only memory can be lacking.
    return error_set(why, ERR_MEMORY, "writing a JPEG of %u x %u failed: %s", picture->width,
                     picture->height, tjGetErrorStr2(writer->encoder));
}

void jpeg_writer_close(struct jpeg_writer *writer)
{
    if (writer->encoder != NULL)
        tjDestroy(writer->encoder);
    free(writer->bytes);
    *writer = (struct jpeg_writer){0};
}
