#include "endpoint_images.h"

#include "endpoint.h"
#include "endpoint_url.h"

#include <string.h>
#include <strings.h>

// By a preset's name, or by the end of the address's host, which is how gateways to the same models
// are told.
static const struct {
    const char *preset, *host;
    struct endpoint_images images;
} rules[] = {
    // OpenAI, "Images and vision": the newest models refuse more than 30,000 patches of 32 pixels a
    // side, and sides above 65,535. Patches at the edges count as whole ones: so 30 megapixels.
    {"openai", "api.openai.com", {65535, 30000000, 0}},
    // Anthropic, "Vision": 8000 x 8000 pixels, 10 MB of base64, which its errors count as MiB.
    {"anthropic", "api.anthropic.com", {8000, 0, 10485760}},
    // The same page: half of that on Amazon Bedrock and Google Cloud.
    {NULL, "amazonaws.com", {8000, 0, 5242880}},
    {NULL, "aiplatform.googleapis.com", {8000, 0, 5242880}},
    // Google, "Image understanding": 20 MB for a request with all that is in it; a MB is left for
    // the rest.
    {"gemini", "generativelanguage.googleapis.com", {0, 0, 19000000}},
    {"gemini-openai", NULL, {0, 0, 19000000}},
    // DeepSeek's API reference on images: 8192 pixels a side, 32 MiB an image.
    {"deepseek", "api.deepseek.com", {8192, 0, (size_t)32 << 20}},
    // Zhipu's reference of the GLM-V models: 6000 x 6000 pixels, 5 MB; read as of the base64, which
    // is the safe way.
    {"zhipu", "open.bigmodel.cn", {6000, 0, 5000000}},
    {"zai", "api.z.ai", {6000, 0, 5000000}},
    // Alibaba Model Studio, "Visual understanding": 10 MB of base64.
    {"dashscope", "dashscope.aliyuncs.com", {0, 0, 10000000}},
    {"dashscope-intl", "dashscope-intl.aliyuncs.com", {0, 0, 10000000}},
};

static void tighten(struct endpoint_images *images, const struct endpoint_images *rule)
{
    if (rule->max_side_px > 0 &&
        (images->max_side_px == 0 || rule->max_side_px < images->max_side_px))
        images->max_side_px = rule->max_side_px;
    if (rule->max_pixels > 0 && (images->max_pixels == 0 || rule->max_pixels < images->max_pixels))
        images->max_pixels = rule->max_pixels;
    if (rule->max_base64_bytes > 0 &&
        (images->max_base64_bytes == 0 || rule->max_base64_bytes < images->max_base64_bytes))
        images->max_base64_bytes = rule->max_base64_bytes;
}

static bool is_below(const char *host, const char *domain)
{
    size_t length = strlen(host), end = strlen(domain);
    return length >= end && strcasecmp(host + length - end, domain) == 0 &&
           (length == end || host[length - end - 1] == '.');
}

static void tighten_by_host(struct endpoint_images *images, const char *address)
{
    struct endpoint_url url;
    if (!endpoint_url_init(&url, address, NULL, "", NULL))
        return; // whoever calls it says what is wrong with it
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].host != NULL && is_below(url.host, rules[i].host))
            tighten(images, &rules[i].images);
    endpoint_url_clear(&url);
}

bool endpoint_images_find(const char *endpoint, const char *base_url,
                          struct endpoint_images *images, struct error *why)
{
    *images = (struct endpoint_images){0};
    if (base_url != NULL)
        tighten_by_host(images, base_url);
    if (endpoint == NULL)
        return true;
    if (strstr(endpoint, "://") != NULL) {
        tighten_by_host(images, endpoint);
        return true;
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].preset != NULL && strcasecmp(rules[i].preset, endpoint) == 0)
            tighten(images, &rules[i].images);
    return endpoint_preset_find(endpoint) != NULL || strcasecmp(endpoint, "builtin") == 0 ||
           strcasecmp(endpoint, "custom") == 0 ||
           error_set(why, ERR_SETTINGS,
                     "there is no endpoint named '%s': `vqagen help generate` lists them; an "
                     "address begins with http:// or https://",
                     endpoint);
}
