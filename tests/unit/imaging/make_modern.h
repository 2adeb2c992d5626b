// HEIC, AVIF and TIFF files and colour profiles, by the libraries' own writers.
#ifndef VQAGEN_MAKE_MODERN_H
#define VQAGEN_MAKE_MODERN_H

#include "make_files.h"

#include <lcms2.h>
#include <libheif/heif.h>
#include <tiffio.h>

// Display P3, with the curve of sRGB.
static inline struct file make_p3_profile(void)
{
    static const double srgb_curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve *curve = cmsBuildParametricToneCurve(NULL, 4, srgb_curve);
    cmsCIExyY white = {0.3127, 0.3290, 1};
    cmsCIExyYTRIPLE primaries = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
    cmsHPROFILE profile =
        cmsCreateRGBProfile(&white, &primaries, (cmsToneCurve *[3]){curve, curve, curve});
    cmsUInt32Number length = 0;
    assert_true(cmsSaveProfileToMem(profile, NULL, &length));
    struct file file = {malloc(length), length};
    assert_true(cmsSaveProfileToMem(profile, file.bytes, &length));
    cmsCloseProfile(profile);
    cmsFreeToneCurve(curve);
    return file;
}

static inline struct file make_srgb_profile(void)
{
    cmsHPROFILE profile = cmsCreate_sRGBProfile();
    cmsUInt32Number length = 0;
    assert_true(cmsSaveProfileToMem(profile, NULL, &length));
    struct file file = {malloc(length), length};
    assert_true(cmsSaveProfileToMem(profile, file.bytes, &length));
    cmsCloseProfile(profile);
    return file;
}

// Inks that print other colours than their names say: cyan takes away blue, magenta red, yellow
// green. So it shows whether the profile was followed.
static inline cmsInt32Number print_inks(const cmsUInt16Number in[], cmsUInt16Number out[],
                                        void *to_lab)
{
    double rgb[3];
    for (int c = 0; c < 3; c++)
        rgb[c] = (1 - in[(c + 1) % 3] / 65535.0) * (1 - in[3] / 65535.0);
    cmsDoTransform(to_lab, rgb, out, 1);
    return TRUE;
}

static inline struct file make_ink_profile(void)
{
    cmsHPROFILE srgb = cmsCreate_sRGBProfile(), lab = cmsCreateLab4Profile(NULL);
    cmsHTRANSFORM to_lab = cmsCreateTransform(srgb, TYPE_RGB_DBL, lab, TYPE_Lab_16,
                                              INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
    cmsHPROFILE profile = cmsCreateProfilePlaceholder(NULL);
    cmsSetProfileVersion(profile, 4.3);
    cmsSetDeviceClass(profile, cmsSigOutputClass);
    cmsSetColorSpace(profile, cmsSigCmykData);
    cmsSetPCS(profile, cmsSigLabData);
    cmsPipeline *table = cmsPipelineAlloc(NULL, 4, 3);
    cmsStage *grid = cmsStageAllocCLut16bit(NULL, 9, 4, 3, NULL);
    assert_true(cmsStageSampleCLut16bit(grid, print_inks, to_lab, 0));
    // The file's form wants curves around the grid; these change nothing.
    assert_true(cmsPipelineInsertStage(table, cmsAT_END, cmsStageAllocToneCurves(NULL, 4, NULL)));
    assert_true(cmsPipelineInsertStage(table, cmsAT_END, grid));
    assert_true(cmsPipelineInsertStage(table, cmsAT_END, cmsStageAllocToneCurves(NULL, 3, NULL)));
    assert_true(cmsWriteTag(profile, cmsSigAToB0Tag, table));
    cmsUInt32Number length = 0;
    assert_true(cmsSaveProfileToMem(profile, NULL, &length));
    struct file file = {malloc(length), length};
    assert_true(cmsSaveProfileToMem(profile, file.bytes, &length));
    cmsPipelineFree(table);
    cmsDeleteTransform(to_lab);
    cmsCloseProfile(profile);
    cmsCloseProfile(lab);
    cmsCloseProfile(srgb);
    return file;
}

// What the four quarters become that are printed with inks by their names.
static const unsigned char quarters_of_inks[4][3] = {
    {30, 30, 220}, {200, 40, 30}, {40, 210, 30}, {128, 128, 128}};

// What the four quarters, given in Display P3, are in sRGB: by the published matrix.
static const unsigned char quarters_of_p3[4][3] = {
    {240, 0, 0}, {0, 204, 0}, {27, 40, 219}, {128, 128, 128}};

static inline struct heif_error heif_keep(struct heif_context *context, const void *data,
                                          size_t size, void *user)
{
    (void)context;
    file_add(user, data, size);
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

// profile: may be NULL. alpha: the left half is transparent. orientation: as of EXIF, in boxes of
// HEIF and, above 1, in EXIF as well, as telephones write both.
static inline struct file encode_heif(const unsigned char *pixels, unsigned width, unsigned height,
                                      bool avif, bool alpha, int orientation,
                                      const struct file *profile)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_image *image;
    enum heif_chroma chroma = alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
    size_t channels = alpha ? 4 : 3;
    assert_int_equal(
        heif_image_create((int)width, (int)height, heif_colorspace_RGB, chroma, &image).code, 0);
    assert_int_equal(
        heif_image_add_plane(image, heif_channel_interleaved, (int)width, (int)height, 8).code, 0);
    int stride;
    unsigned char *plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            unsigned char *to = plane + y * (size_t)stride + x * channels;
            memcpy(to, pixels + ((size_t)y * width + x) * 3, 3);
            if (alpha)
                to[3] = x < width / 2 ? 0 : 255;
        }
    if (profile != NULL)
        assert_int_equal(
            heif_image_set_raw_color_profile(image, "prof", profile->bytes, profile->length).code,
            0);
    struct heif_encoder *encoder;
    assert_int_equal(heif_context_get_encoder_for_format(
                         context, avif ? heif_compression_AV1 : heif_compression_HEVC, &encoder)
                         .code,
                     0);
    heif_encoder_set_lossy_quality(encoder, 90);
    heif_encoder_set_parameter(encoder, "chroma", "444");
    if (avif)
        heif_encoder_set_parameter_integer(encoder, "speed", 9);
    else
        heif_encoder_set_parameter(encoder, "preset", "ultrafast");
    struct heif_image_handle *handle = NULL;
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    options->image_orientation = (enum heif_orientation)orientation;
    assert_int_equal(heif_context_encode_image(context, image, encoder, options, &handle).code, 0);
    heif_encoding_options_free(options);
    struct file exif = make_exif(orientation, true);
    if (orientation > 1)
        assert_int_equal(
            heif_context_add_exif_metadata(context, handle, exif.bytes, (int)exif.length).code, 0);
    file_free(&exif);
    heif_image_handle_release(handle);
    heif_encoder_release(encoder);
    heif_image_release(image);
    struct file file = {0};
    struct heif_writer writer = {1, heif_keep};
    assert_int_equal(heif_context_write(context, &writer, &file).code, 0);
    heif_context_free(context);
    return file;
}

// How a TIFF of the four quarters is to be coded.
struct tiff_kind {
    const char *name;
    uint16_t photometric, bits, compression, planar;
    bool tiled, big_endian, big;
    int orientation;
};

static inline unsigned tiff_samples(const struct tiff_kind *kind)
{
    return kind->photometric == PHOTOMETRIC_RGB || kind->photometric == PHOTOMETRIC_YCBCR ||
                   kind->photometric == PHOTOMETRIC_CIELAB
               ? 3
           : kind->photometric == PHOTOMETRIC_SEPARATED ? 4
                                                        : 1;
}

// One sample of a quarter, of 8 bits.
static inline unsigned tiff_sample(const struct tiff_kind *kind, unsigned quarter, unsigned sample)
{
    const unsigned char *rgb = quarters[quarter];
    switch (kind->photometric) {
    case PHOTOMETRIC_MINISBLACK:
        return rgb[1];
    case PHOTOMETRIC_MINISWHITE:
        return 255u - rgb[1];
    case PHOTOMETRIC_PALETTE:
        return quarter;
    case PHOTOMETRIC_SEPARATED:
        return sample == 3 ? 0 : 255u - rgb[sample];
    default:
        return rgb[sample];
    }
}

struct tiff_memory {
    struct file file;
    size_t at;
};

static inline tmsize_t tiff_read_back(thandle_t handle, void *data, tmsize_t size)
{
    struct tiff_memory *memory = handle;
    size_t left = memory->file.length - memory->at;
    size_t count = (size_t)size < left ? (size_t)size : left;
    memcpy(data, memory->file.bytes + memory->at, count);
    memory->at += count;
    return (tmsize_t)count;
}

static inline tmsize_t tiff_keep(thandle_t handle, void *data, tmsize_t size)
{
    struct tiff_memory *memory = handle;
    while (memory->file.length < memory->at + (size_t)size)
        file_add(&memory->file, "", 1);
    memcpy(memory->file.bytes + memory->at, data, (size_t)size);
    memory->at += (size_t)size;
    return size;
}

static inline toff_t tiff_seek(thandle_t handle, toff_t offset, int whence)
{
    struct tiff_memory *memory = handle;
    memory->at = offset + (whence == SEEK_END   ? memory->file.length
                           : whence == SEEK_CUR ? memory->at
                                                : 0);
    return memory->at;
}

static inline int tiff_end(thandle_t handle)
{
    (void)handle;
    return 0;
}

static inline toff_t tiff_size(thandle_t handle)
{
    return ((struct tiff_memory *)handle)->file.length;
}

static inline void tiff_put_rows(TIFF *tiff, const struct tiff_kind *kind, unsigned width,
                                 unsigned height)
{
    unsigned samples = tiff_samples(kind), wide = kind->bits / 8;
    unsigned planes = kind->planar == PLANARCONFIG_SEPARATE ? samples : 1;
    unsigned side = 16, across = kind->tiled ? side : width, down = kind->tiled ? side : 1;
    unsigned char *block = calloc((size_t)across * down * samples, wide);
    for (unsigned plane = 0; plane < planes; plane++)
        for (unsigned top = 0; top < height; top += down)
            for (unsigned left = 0; left < width; left += across) {
                unsigned char *to = block;
                for (unsigned y = top; y < top + down; y++)
                    for (unsigned x = left; x < left + across; x++)
                        for (unsigned s = 0; s < samples / planes; s++) {
                            unsigned quarter = (y >= height / 2) * 2u + (x >= width / 2);
                            unsigned value = tiff_sample(kind, quarter, planes > 1 ? plane : s);
                            memcpy(to, &(uint16_t){(uint16_t)(value * (wide == 2 ? 257 : 1))},
                                   wide);
                            to += wide;
                        }
                if (kind->tiled)
                    assert_true(TIFFWriteTile(tiff, block, left, top, 0, (uint16_t)plane) > 0);
                else
                    assert_int_equal(TIFFWriteScanline(tiff, block, top, (uint16_t)plane), 1);
            }
    free(block);
}

static inline struct file make_tiff(const struct tiff_kind *kind, unsigned width, unsigned height,
                                    const struct file *profile)
{
    struct tiff_memory memory = {0};
    char mode[8];
    snprintf(mode, sizeof mode, "w%s%s", kind->big_endian ? "b" : "l", kind->big ? "8" : "");
    TIFF *tiff = TIFFClientOpen("test", mode, &memory, tiff_read_back, tiff_keep, tiff_seek,
                                tiff_end, tiff_size, NULL, NULL);
    assert_non_null(tiff);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, kind->photometric);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, kind->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, tiff_samples(kind));
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, kind->planar);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind->compression);
    if (kind->orientation > 0)
        TIFFSetField(tiff, TIFFTAG_ORIENTATION, kind->orientation);
    if (kind->photometric == PHOTOMETRIC_YCBCR) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, 95);
    }
    if (kind->tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
    }
    uint16_t red[256] = {0}, green[256] = {0}, blue[256] = {0};
    for (int i = 0; i < 4; i++) {
        red[i] = (uint16_t)(quarters[i][0] * 257);
        green[i] = (uint16_t)(quarters[i][1] * 257);
        blue[i] = (uint16_t)(quarters[i][2] * 257);
    }
    if (kind->photometric == PHOTOMETRIC_PALETTE)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
    if (profile != NULL)
        TIFFSetField(tiff, TIFFTAG_ICCPROFILE, (uint32_t)profile->length, profile->bytes);
    tiff_put_rows(tiff, kind, width, height);
    TIFFClose(tiff);
    return memory.file;
}

#endif
