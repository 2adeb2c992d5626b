#include "colours.h"

#include "memory.h"

#include <lcms2_plugin.h>
#include <setjmp.h>
#include <stdlib.h>

struct colours {
    cmsContext context; // of its own, so that threads share nothing
    cmsHTRANSFORM transform;
    enum colours_space space;
};

// Where the source's colours are told: by a profile, else by chromaticities or an exponent alone.
// L*a*b* needs nothing of it.
struct origin {
    enum colours_space space;
    const void *profile;
    size_t length;
    const double *chromaticities; // NULL: grey
    double exponent;
};

// A difference that nobody sees, and that a profile which means sRGB makes by its rounded tables.
enum { SAME_WITHIN = 3 };

static struct colours *make_guarded(const struct origin *origin);
static struct colours *make(cmsContext context, cmsHPROFILE profile, enum colours_space space);
static bool changes_nothing(const struct colours *colours);

struct colours *colours_from_profile(const void *profile, size_t length, enum colours_space space)
{
    struct origin origin = {.space = space, .profile = profile, .length = length};
    return length <= UINT32_MAX ? make_guarded(&origin) : NULL;
}

struct colours *colours_from_primaries(const double chromaticities[8], double exponent)
{
    return make_guarded(&(struct origin){
        .space = COLOURS_RGB, .chromaticities = chromaticities, .exponent = exponent});
}

struct colours *colours_from_exponent(double exponent)
{
    return make_guarded(&(struct origin){.space = COLOURS_GREY, .exponent = exponent});
}

struct colours *colours_from_lab(void)
{
    return make_guarded(&(struct origin){.space = COLOURS_LAB});
}

// lcms2 (2.14) does not look at everything that it asks for: without memory cmsStageDup and
// cmsCreateProfilePlaceholder crash, and most others make a transform that shows other colours or
// none. So an allocation that fails is noted and leads straight back to here. What lcms2 had by
// then is lost, but so is the run.
static _Thread_local jmp_buf *way_out;

static void *checked(void *got)
{
    if (memory_noted(got) == NULL && way_out != NULL)
        longjmp(*way_out, 1);
    return got;
}

// As much as lcms2 itself allows: more is asked for by damaged profiles.
enum { MOST_AT_ONCE = 512 << 20 };

static void *allocate(cmsContext context, cmsUInt32Number size)
{
    (void)context;
    return size <= MOST_AT_ONCE ? checked(malloc(size)) : NULL;
}

static void *reallocate(cmsContext context, void *old, cmsUInt32Number size)
{
    (void)context;
    return size <= MOST_AT_ONCE ? checked(realloc(old, size)) : NULL;
}

static void release(cmsContext context, void *memory)
{
    (void)context;
    free(memory);
}

static cmsContext make_context(void)
{
    cmsPluginMemHandler plugin = {
        .base = {.Magic = cmsPluginMagicNumber,
                 .ExpectedVersion = 2000,
                 .Type = cmsPluginMemHandlerSig},
        .MallocPtr = allocate,
        .FreePtr = release,
        .ReallocPtr = reallocate,
    };
    return memory_noted(cmsCreateContext(&plugin, NULL));
}

static cmsHPROFILE make_grey_profile(cmsContext context, double exponent)
{
    cmsToneCurve *curve = cmsBuildGamma(context, exponent);
    if (curve == NULL)
        return NULL;
    cmsHPROFILE profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
    cmsFreeToneCurve(curve);
    return profile;
}

static cmsHPROFILE make_rgb_profile(cmsContext context, const double c[8], double exponent)
{
    static const double srgb_curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    bool possible = true;
    for (int i = 0; i < 8; i++)
        possible = possible && c[i] >= 0 && c[i] <= 1;
    for (int i = 1; i < 8; i += 2)
        possible = possible && c[i] > 0; // lcms divides by it
    cmsToneCurve *curve = exponent > 0 ? cmsBuildGamma(context, exponent)
                                       : cmsBuildParametricToneCurve(context, 4, srgb_curve);
    if (curve == NULL)
        return NULL;
    cmsCIExyY white = {c[0], c[1], 1};
    cmsCIExyYTRIPLE primaries = {{c[2], c[3], 1}, {c[4], c[5], 1}, {c[6], c[7], 1}};
    cmsHPROFILE profile = possible
                              ? cmsCreateRGBProfileTHR(context, &white, &primaries,
                                                       (cmsToneCurve *[3]){curve, curve, curve})
                              : NULL;
    cmsFreeToneCurve(curve);
    return profile;
}

static struct colours *make_from(const struct origin *origin)
{
    cmsContext context = make_context();
    if (context == NULL)
        return NULL;
    cmsHPROFILE profile =
        origin->space == COLOURS_LAB ? cmsCreateLab4ProfileTHR(context, NULL)
        : origin->profile != NULL
            ? cmsOpenProfileFromMemTHR(context, origin->profile, (cmsUInt32Number)origin->length)
        : origin->chromaticities != NULL
            ? make_rgb_profile(context, origin->chromaticities, origin->exponent)
            : make_grey_profile(context, origin->exponent);
    return make(context, profile, origin->space);
}

static struct colours *make_guarded(const struct origin *origin)
{
    jmp_buf here;
    if (setjmp(here) != 0) {
        way_out = NULL;
        return NULL;
    }
    way_out = &here;
    struct colours *colours = make_from(origin);
    way_out = NULL;
    return colours;
}

struct colours *colours_from_codes(unsigned primaries, unsigned transfer)
{
    static const struct {
        unsigned code;
        double chromaticities[8];
    } known[] = {
        {1, {0.3127, 0.3290, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060}},  // BT.709, sRGB
        {5, {0.3127, 0.3290, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060}},  // BT.601, 625 lines
        {6, {0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070}},  // BT.601, 525 lines
        {9, {0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046}},  // BT.2020
        {11, {0.3140, 0.3510, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060}}, // DCI-P3
        {12, {0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060}}, // Display P3
    };
    // The curves of video (1, 6, 14, 15) are of cameras; pictures made with them are shown with
    // that of sRGB everywhere. 2 is "unspecified".
    double exponent = transfer == 4 ? 2.2 : transfer == 5 ? 2.8 : transfer == 8 ? 1.0 : 0;
    bool plain = exponent > 0 || transfer == 1 || transfer == 2 || transfer == 6 ||
                 transfer == 13 || transfer == 14 || transfer == 15;
    for (size_t i = 0; plain && i < sizeof known / sizeof known[0]; i++)
        // With the same curve, and nearly the same primaries, it is the common case: sRGB.
        if (known[i].code == primaries && (primaries != 1 || exponent > 0))
            return colours_from_primaries(known[i].chromaticities, exponent);
    return NULL;
}

static cmsUInt32Number input_format(enum colours_space space)
{
    return space == COLOURS_GREY  ? TYPE_GRAY_8
           : space == COLOURS_RGB ? TYPE_RGB_8_PLANAR
           : space == COLOURS_LAB ? TYPE_Lab_8
                                  : TYPE_CMYK_8_REV;
}

// Takes context and profile.
static struct colours *make(cmsContext context, cmsHPROFILE profile, enum colours_space space)
{
    static const cmsColorSpaceSignature signatures[] = {
        [COLOURS_GREY] = cmsSigGrayData,
        [COLOURS_RGB] = cmsSigRgbData,
        [COLOURS_CMYK] = cmsSigCmykData,
        [COLOURS_LAB] = cmsSigLabData,
    };
    struct colours *colours = memory_noted(calloc(1, sizeof *colours));
    cmsHPROFILE srgb = cmsCreate_sRGBProfileTHR(context);
    bool fits = profile != NULL && colours != NULL && srgb != NULL;
    fits = fits && cmsGetColorSpace(profile) == signatures[space] &&
           cmsGetDeviceClass(profile) != cmsSigLinkClass &&
           cmsGetDeviceClass(profile) != cmsSigNamedColorClass;
    if (fits) {
        colours->context = context;
        colours->space = space;
        // As Adobe's programs do by default: colours stay, black stays black.
        colours->transform = cmsCreateTransformTHR(
            context, profile, input_format(space), srgb,
            space == COLOURS_RGB ? TYPE_RGB_8_PLANAR : TYPE_RGB_8, INTENT_RELATIVE_COLORIMETRIC,
            cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE);
        fits = colours->transform != NULL && !changes_nothing(colours);
    }
    if (srgb != NULL)
        cmsCloseProfile(srgb);
    if (profile != NULL)
        cmsCloseProfile(profile);
    if (fits)
        return colours;
    if (colours != NULL && colours->transform != NULL)
        cmsDeleteTransform(colours->transform);
    cmsDeleteContext(context);
    free(colours);
    return NULL;
}

// Tries a grid over all colours.
static bool changes_nothing(const struct colours *colours)
{
    enum { STEPS = 6, COUNT = STEPS * STEPS * STEPS };
    if (colours->space == COLOURS_CMYK || colours->space == COLOURS_LAB)
        return false;
    unsigned char before[3 * 256], after[3 * 256]; // room for all greys, or the grid
    unsigned count = colours->space == COLOURS_GREY ? 256 : COUNT;
    for (unsigned i = 0; i < count; i++) {
        if (colours->space == COLOURS_GREY) {
            before[i] = (unsigned char)i;
            continue;
        }
        before[i] = (unsigned char)(i % STEPS * 51);
        before[i + COUNT] = (unsigned char)(i / STEPS % STEPS * 51);
        before[i + 2 * COUNT] = (unsigned char)(i / STEPS / STEPS * 51);
    }
    cmsDoTransform(colours->transform, before, after, count);
    for (unsigned i = 0; i < 3 * count; i++) {
        int expected = colours->space == COLOURS_GREY ? before[i / 3] : before[i];
        if (abs(after[i] - expected) > SAME_WITHIN)
            return false;
    }
    return true;
}

static void convert_grey(const struct colours *colours, struct plane *plane)
{
    unsigned char before[256], after[3 * 256];
    for (unsigned i = 0; i < 256; i++)
        before[i] = (unsigned char)i;
    cmsDoTransform(colours->transform, before, after, 256);
    for (unsigned y = 0; y < plane->height; y++) {
        unsigned char *row = plane->samples + y * plane->stride;
        for (unsigned x = 0; x < plane->width; x++)
            row[x] = after[3 * row[x] + 1];
    }
}

void colours_convert(const struct colours *colours, struct picture *picture)
{
    struct plane *planes = picture->planes;
    if (colours->space == COLOURS_GREY) {
        convert_grey(colours, &planes[0]);
        return;
    }
    // The planes of RGB have the same sides, and so the same distance from each other.
    size_t distance = (size_t)(planes[1].samples - planes[0].samples);
    for (unsigned y = 0; y < planes[0].height; y++) {
        unsigned char *row = planes[0].samples + y * planes[0].stride;
        cmsDoTransformLineStride(colours->transform, row, row, planes[0].width, 1, 0, 0,
                                 (cmsUInt32Number)distance, (cmsUInt32Number)distance);
    }
}

void colours_convert_pixels(const struct colours *colours, const unsigned char *from,
                            unsigned char *pixels, size_t count)
{
    enum { PIECE = 1 << 20 };
    size_t channels = colours->space == COLOURS_CMYK ? 4 : 3;
    for (size_t at = 0; at < count; at += PIECE)
        cmsDoTransform(colours->transform, from + channels * at, pixels + 3 * at,
                       (cmsUInt32Number)(count - at < PIECE ? count - at : PIECE));
}

void colours_free(struct colours *colours)
{
    if (colours == NULL)
        return;
    cmsDeleteTransform(colours->transform);
    cmsDeleteContext(colours->context);
    free(colours);
}
