#include "read.h"

#include "colours.h"
#include "exif.h"

#include <stdlib.h>
#include <webp/decode.h>
#include <webp/demux.h>

static bool read_frame(WebPDemuxer *demuxer, const WebPIterator *frame, struct plane_pool *pool,
                       struct picture *picture, struct error *why);
static struct colours *find_colours(WebPDemuxer *demuxer);

bool webp_measure(const unsigned char *bytes, size_t length, struct picture_facts *facts,
                  struct error *why)
{
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&(WebPData){bytes, length}, &state);
    if (demuxer == NULL || state == WEBP_DEMUX_PARSING_HEADER) {
        WebPDemuxDelete(demuxer);
        return error_set(why, ERR_IMAGE, "the WebP is damaged: its header cannot be read");
    }
    *facts = (struct picture_facts){WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH),
                                    WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT), 1};
    WebPChunkIterator chunk;
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
        facts->orientation = exif_orientation(chunk.chunk.bytes, chunk.chunk.size);
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    WebPDemuxDelete(demuxer);
    return (facts->width > 0 && facts->height > 0) ||
           error_set(why, ERR_IMAGE, "the WebP declares %u x %u pixels", facts->width,
                     facts->height);
}

bool webp_read(const unsigned char *bytes, size_t length, const struct read_wish *wish,
               struct picture *picture, struct error *why)
{
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&(WebPData){bytes, length}, &state);
    WebPIterator frame;
    bool done = false;
    if (demuxer != NULL && WebPDemuxGetFrame(demuxer, 1, &frame)) {
        // Only the first frame of an animation counts, so what follows may be missing.
        done = frame.complete
                   ? read_frame(demuxer, &frame, wish->pool, picture, why)
                   : error_set(why, ERR_IMAGE, "the WebP is damaged: it is cut off after %zu bytes",
                               length);
        WebPDemuxReleaseIterator(&frame);
        if (done)
            picture->colours = find_colours(demuxer);
    } else {
        error_set(why, ERR_IMAGE, "the WebP is damaged: no frame is whole in its %zu bytes",
                  length);
    }
    WebPDemuxDelete(demuxer);
    if (!done)
        picture_clear(picture);
    return done;
}

static struct colours *find_colours(WebPDemuxer *demuxer)
{
    WebPChunkIterator chunk;
    if (!WebPDemuxGetChunk(demuxer, "ICCP", 1, &chunk))
        return NULL;
    struct colours *colours =
        colours_from_profile(chunk.chunk.bytes, chunk.chunk.size, COLOURS_RGB);
    WebPDemuxReleaseChunkIterator(&chunk);
    return colours;
}

static bool decode(const WebPIterator *frame, WebPDecoderConfig *config, struct error *why)
{
    static const char *const meanings[] = {
        [VP8_STATUS_OK] = "no error",
        [VP8_STATUS_OUT_OF_MEMORY] = "no memory",
        [VP8_STATUS_INVALID_PARAM] = "invalid parameter",
        [VP8_STATUS_BITSTREAM_ERROR] = "its pixels cannot be decoded",
        [VP8_STATUS_UNSUPPORTED_FEATURE] = "it uses an unknown feature",
        [VP8_STATUS_SUSPENDED] = "it is cut off",
        [VP8_STATUS_USER_ABORT] = "stopped",
        [VP8_STATUS_NOT_ENOUGH_DATA] = "it is cut off",
    };
    VP8StatusCode status = WebPDecode(frame->fragment.bytes, frame->fragment.size, config);
    WebPFreeDecBuffer(&config->output);
    if (status == VP8_STATUS_OK)
        return true;
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return error_set(why, ERR_MEMORY, "no memory for a WebP of %d x %d", frame->width,
                         frame->height);
    return error_set(why, ERR_IMAGE, "the WebP is damaged: %s", meanings[status]);
}

// A lossy picture without alpha stays in the planes that it is coded in: 4:2:0, video range.
static bool read_planes(const WebPIterator *frame, WebPDecoderConfig *config,
                        struct picture *picture, struct error *why)
{
    picture->colour = PICTURE_YCBCR;
    picture->chroma_across = picture->chroma_down = 2;
    picture->studio_range = true;
    if (!picture_allocate(picture, why))
        return false;
    const struct plane *planes = picture->planes;
    config->output.colorspace = MODE_YUV;
    config->output.is_external_memory = 1;
    config->output.u.YUVA = (WebPYUVABuffer){.y = planes[0].samples,
                                             .u = planes[1].samples,
                                             .v = planes[2].samples,
                                             .y_stride = (int)planes[0].stride,
                                             .u_stride = (int)planes[1].stride,
                                             .v_stride = (int)planes[2].stride,
                                             .y_size = planes[0].stride * planes[0].height,
                                             .u_size = planes[1].stride * planes[1].height,
                                             .v_size = planes[2].stride * planes[2].height};
    return decode(frame, config, why);
}

// Everything else through RGBA: the frame at its place on a transparent canvas.
static bool read_canvas(const WebPIterator *frame, WebPDecoderConfig *config,
                        struct picture *picture, struct error *why)
{
    picture->colour = PICTURE_RGB;
    picture->chroma_across = picture->chroma_down = 1;
    size_t stride = (size_t)picture->width * 4;
    unsigned char *canvas = calloc(picture->height, stride);
    if (canvas == NULL)
        return error_set(why, ERR_MEMORY, "no memory for a WebP of %u x %u", picture->width,
                         picture->height);
    size_t offset = (size_t)frame->y_offset * stride + (size_t)frame->x_offset * 4;
    config->output.colorspace = MODE_RGBA;
    config->output.is_external_memory = 1;
    config->output.u.RGBA = (WebPRGBABuffer){
        .rgba = canvas + offset, .stride = (int)stride, .size = picture->height * stride - offset};
    bool done = decode(frame, config, why) && picture_allocate(picture, why);
    for (unsigned y = 0; done && y < picture->height; y++)
        picture_put_row(picture, y, canvas + y * stride, 4);
    free(canvas);
    return done;
}

static bool read_frame(WebPDemuxer *demuxer, const WebPIterator *frame, struct plane_pool *pool,
                       struct picture *picture, struct error *why)
{
    *picture = (struct picture){.pool = pool,
                                .width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH),
                                .height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT),
                                .shrink = 1};
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config) ||
        WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &config.input) !=
            VP8_STATUS_OK)
        return error_set(why, ERR_IMAGE, "the WebP is damaged: its frame has no header");
    // The container and the coded frame each declare sides; memory was checked for the container's.
    if (config.input.width != frame->width || config.input.height != frame->height ||
        frame->x_offset < 0 || frame->y_offset < 0 ||
        (unsigned)frame->x_offset + (unsigned)frame->width > picture->width ||
        (unsigned)frame->y_offset + (unsigned)frame->height > picture->height)
        return error_set(why, ERR_IMAGE, "the WebP is damaged: its frame is not within its sides");
    bool covers =
        (unsigned)frame->width == picture->width && (unsigned)frame->height == picture->height;
    bool lossy = config.input.format == 1 && !config.input.has_alpha && !frame->has_alpha;
    return covers && lossy ? read_planes(frame, &config, picture, why)
                           : read_canvas(frame, &config, picture, why);
}
