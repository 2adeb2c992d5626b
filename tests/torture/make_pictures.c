// Writes a small picture of each format that is read into a folder: those that each decoder, and
// what stands beside the pixels (colour profiles, EXIF), take other paths for.
#include "make_modern.h"
#include "make_other.h"

#include <webp/encode.h>

enum { W = 40, H = 30 };

static void keep(const char *folder, const char *name, struct file file)
{
    char path[4096];
    assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(file.bytes, 1, file.length, stream), file.length);
    assert_int_equal(fclose(stream), 0);
    file_free(&file);
}

static void jpeg_add_profile(struct file *jpeg, const struct file *profile)
{
    struct file segment = {0};
    file_add(&segment, "\xff\xe2", 2);
    file_add_number(&segment, (uint32_t)(profile->length + 16), 2, true);
    file_add(&segment, "ICC_PROFILE\0\1\1", 14);
    file_add(&segment, profile->bytes, profile->length);
    file_insert(jpeg, 2, segment.bytes, segment.length);
    file_free(&segment);
}

static void keep_jpegs(const char *folder, const unsigned char *rgb)
{
    struct file profile = make_p3_profile(), inks = make_ink_profile();
    struct file file = encode_jpeg(rgb, W, H, TJPF_RGB, TJSAMP_420, 0);
    jpeg_add_profile(&file, &profile);
    keep(folder, "profile.jpg", file);
    file = encode_jpeg(rgb, W, H, TJPF_RGB, TJSAMP_444, TJFLAG_PROGRESSIVE);
    jpeg_add_exif(&file, 6);
    keep(folder, "turned.jpg", file);
    unsigned char cmyk[W * H * 4];
    for (size_t i = 0; i < sizeof cmyk; i++)
        cmyk[i] = i % 4 < 3 ? rgb[i / 4 * 3 + i % 4] : 255;
    file = encode_jpeg(cmyk, W, H, TJPF_CMYK, TJSAMP_444, 0);
    jpeg_add_profile(&file, &inks);
    keep(folder, "inks.jpg", file);
    file_free(&profile);
    file_free(&inks);
}

static void keep_pngs(const char *folder, const unsigned char *rgb)
{
    struct file profile = make_p3_profile(), exif = make_exif(8, true);
    struct spng_ihdr plain = {W, H, 8, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 0};
    struct spng_iccp iccp = {"P3", profile.length, (char *)profile.bytes};
    spng_ctx *encoder = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(encoder, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_ihdr(encoder, &plain);
    assert_int_equal(spng_set_iccp(encoder, &iccp), 0);
    assert_int_equal(spng_encode_image(encoder, rgb, W * H * 3, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE),
                     0);
    int code;
    struct file file = {0};
    file.bytes = spng_get_png_buffer(encoder, &file.length, &code);
    assert_non_null(file.bytes);
    spng_ctx_free(encoder);
    keep(folder, "profile.png", file);
    struct spng_ihdr interlaced = {W, H, 16, SPNG_COLOR_TYPE_TRUECOLOR, 0, 0, 1};
    unsigned char deep[W * H * 6];
    for (size_t i = 0; i < sizeof deep; i++)
        deep[i] = rgb[i / 2];
    keep(folder, "interlaced.png", encode_png(deep, sizeof deep, interlaced, NULL, NULL, &exif));
    file_free(&exif);
    file_free(&profile);
}

static void webp_add(struct file *file, const char *name, const struct file *body)
{
    file_add(file, name, 4);
    file_add_number(file, (uint32_t)body->length, 4, false);
    file_add(file, body->bytes, body->length);
    file_add(file, "", body->length % 2);
}

// The extended container around a simple file's chunks, with a profile and EXIF.
static struct file make_webp(const unsigned char *rgb, bool lossless)
{
    uint8_t *bytes = NULL;
    size_t length = lossless ? WebPEncodeLosslessRGB(rgb, W, H, W * 3, &bytes)
                             : WebPEncodeRGB(rgb, W, H, W * 3, 95, &bytes);
    assert_true(length > 0);
    struct file profile = make_p3_profile(), exif = make_exif(3, false);
    struct file chunks = {0}, header = {0}, file = {0};
    file_add(&header, "\x28\0\0\0", 4); // a profile, EXIF
    file_add_number(&header, W - 1, 3, false);
    file_add_number(&header, H - 1, 3, false);
    file_add(&chunks, "WEBP", 4);
    webp_add(&chunks, "VP8X", &header);
    webp_add(&chunks, "ICCP", &profile);
    file_add(&chunks, bytes + 12, length - 12);
    webp_add(&chunks, "EXIF", &exif);
    webp_add(&file, "RIFF", &chunks);
    file_free(&profile);
    file_free(&exif);
    file_free(&chunks);
    file_free(&header);
    WebPFree(bytes);
    return file;
}

static void keep_tiffs(const char *folder)
{
    static const struct tiff_kind rgb = {
        "", PHOTOMETRIC_RGB, 8, COMPRESSION_LZW, PLANARCONFIG_CONTIG, false, false, false, 6};
    static const struct tiff_kind palette = {
        "", PHOTOMETRIC_PALETTE, 8, COMPRESSION_PACKBITS, PLANARCONFIG_CONTIG, false, true, false,
        1};
    static const struct tiff_kind tiled = {
        "", PHOTOMETRIC_YCBCR, 8, COMPRESSION_JPEG, PLANARCONFIG_CONTIG, true, false, false, 1};
    static const struct tiff_kind planes = {"",
                                            PHOTOMETRIC_SEPARATED,
                                            8,
                                            COMPRESSION_ADOBE_DEFLATE,
                                            PLANARCONFIG_SEPARATE,
                                            false,
                                            false,
                                            true,
                                            1};
    static const struct tiff_kind lab = {
        "", PHOTOMETRIC_CIELAB, 8, COMPRESSION_LZW, PLANARCONFIG_CONTIG, false, false, false, 1};
    struct file profile = make_p3_profile(), inks = make_ink_profile();
    keep(folder, "profile.tiff", make_tiff(&rgb, W, H, &profile));
    keep(folder, "palette.tiff", make_tiff(&palette, W, H, NULL));
    keep(folder, "tiled.tiff", make_tiff(&tiled, W, H, NULL));
    keep(folder, "lab.tiff", make_tiff(&lab, W, H, NULL));
    keep(folder, "inks.tiff", make_tiff(&planes, W, H, &inks));
    file_free(&profile);
    file_free(&inks);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: make_pictures FOLDER\n");
        return 2;
    }
    const char *folder = arguments[1];
    unsigned char *rgb = make_quarters(W, H);
    struct file profile = make_p3_profile();
    keep_jpegs(folder, rgb);
    keep_pngs(folder, rgb);
    keep_tiffs(folder);
    keep(folder, "lossy.webp", make_webp(rgb, false));
    keep(folder, "lossless.webp", make_webp(rgb, true));
    keep(folder, "plain.gif", make_gif(W, H, true));
    keep(folder, "plain.bmp", make_bmp(W, H, false));
    keep(folder, "runs.bmp", make_bmp_runs(W, H, 8));
    keep(folder, "runs.tga", make_tga(W, H, true));
    keep(folder, "deep.psd", make_psd(W, H, 16));
    keep(folder, "profile.heic", encode_heif(rgb, W, H, false, false, 6, &profile));
    keep(folder, "profile.avif", encode_heif(rgb, W, H, true, true, 1, &profile));
    file_free(&profile);
    free(rgb);
    return 0;
}
