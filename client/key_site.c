#include "key_site.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

// The beginnings are those that the sites' consoles give out, as secret scanners list them (the
// rules of gitleaks; GitHub's "Supported secret scanning patterns"). Longer ones stand first.
static const struct key_site sites[] = {
    {"sk-ant-", "Anthropic", "anthropic.com", "anthropic"},
    {"sk-or-", "OpenRouter", "openrouter.ai", "openrouter"},
    {"sk-proj-", "OpenAI", "openai.com", "openai"},
    {"sk-svcacct-", "OpenAI", "openai.com", "openai"},
    {"sk-admin-", "OpenAI", "openai.com", "openai"},
    {"AIza", "Google (Gemini)", "googleapis.com", "gemini"},
    {"gsk_", "Groq", "groq.com", NULL},
    {"xai-", "xAI", "x.ai", NULL},
    {"hf_", "Hugging Face", "huggingface.co", NULL},
    {"pplx-", "Perplexity", "perplexity.ai", NULL},
    {"nvapi-", "NVIDIA", "nvidia.com", NULL},
    {"r8_", "Replicate", "replicate.com", NULL},
    {"fw_", "Fireworks", "fireworks.ai", NULL},
    {"github_pat_", "GitHub", "github.com", NULL},
    {"ghp_", "GitHub", "github.com", NULL},
    {"AKIA", "AWS", "amazonaws.com", NULL},
};

const struct key_site *key_site_find(const char *key)
{
    for (size_t i = 0; key != NULL && i < sizeof sites / sizeof *sites; i++)
        if (strncmp(key, sites[i].prefix, strlen(sites[i].prefix)) == 0)
            return &sites[i];
    return NULL;
}

bool key_site_serves(const struct key_site *site, const char *url)
{
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    size_t length = strcspn(host, "/:?#"), tail = strlen(site->host);
    return length >= tail && strncasecmp(host + length - tail, site->host, tail) == 0 &&
           (length == tail || host[length - tail - 1] == '.');
}
