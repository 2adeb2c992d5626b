// Which endpoint is called, and with which key.
#include "option_list.h"

static const struct option_entry entries[] = {
    {.id = OPTION_ENDPOINT,
     .name = "endpoint",
     .argument = "NAME|URL",
     .type = TYPE_TEXT,
     .example = "openai",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_PREPARE | FOR_TUNE,
     .help = "Where the calls go: a known provider or local server by name, the URL of anything "
             "that speaks the OpenAI protocol, or \"builtin\", a small model inside vqagen that "
             "needs neither key nor network. Without it, the one provider whose key variable is "
             "set. Images keep to the provider's limits where they are tighter than the options; "
             "that is all prepare does with it."},
    {.id = OPTION_BASE_URL,
     .name = "base-url",
     .argument = "URL",
     .type = TYPE_URL,
     .example = "http://localhost:8000/v1",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .help = "The address in place of the named provider's own, for a gateway or another port."},
    {.id = OPTION_ENDPOINTS,
     .name = "endpoints",
     .argument = "KEY=VALUE,...",
     .type = TYPE_ENDPOINTS,
     .example = "base_url=http://gpu2:8000/v1,weight=2",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE,
     .flags = OPTION_NO_VARIABLE,
     .help = "Several endpoints that share the calls, in place of --endpoint; given once for each. "
             "Keys: endpoint, base_url, model, model_name, name, weight, role (fallback: only "
             "while no other can be called), key_variable (of the environment), api_key_file, "
             "concurrency, max_concurrency, requests_per_minute, tokens_per_minute, price (as in "
             "0.15/0.60). What is left out is as the options of these names say, but for the key."},
    {.id = OPTION_MODEL,
     .name = "model",
     .letter = 'm',
     .argument = "NAME",
     .type = TYPE_TEXT,
     .example = "gpt-4o-mini",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .flags = OPTION_DATASET,
     .help = "The model, as the endpoint calls it. It must take images."},
    {.id = OPTION_MODEL_NAME,
     .name = "model-name",
     .argument = "HOW",
     .type = TYPE_CHOICE,
     .choices = "auto|verbatim|normalized",
     .initial = "auto",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .flags = OPTION_DATASET,
     .help = "How the model's name is sent. auto: as typed, but a path that begins with '/' is "
             "reduced to its last part in lower case, except for local servers. verbatim: always "
             "as typed. normalized: always reduced."},
    {.id = OPTION_API_KEY,
     .name = "api-key",
     .argument = "KEY",
     .type = TYPE_TEXT,
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .flags = OPTION_SECRET | OPTION_NO_ARGV | OPTION_NO_FILE,
     .help = "The key, for whatever endpoint is chosen. It goes before the provider's own "
             "variable, such as OPENAI_API_KEY."},
    {.id = OPTION_API_KEY_FILE,
     .name = "api-key-file",
     .argument = "FILE",
     .type = TYPE_FILE,
     .example = "~/.config/vqagen/key",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .help = "Read the key from FILE, which nobody but its owner may read (chmod 600)."},
    {.id = OPTION_ALLOW_HTTP,
     .name = "allow-http",
     .type = TYPE_SWITCH,
     .initial = "false",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .help = "Send the key over plain http:// to a public host too, where others can read it on "
             "the way."},
    {.id = OPTION_CA_FILE,
     .name = "ca-file",
     .argument = "FILE",
     .type = TYPE_FILE,
     .example = "/etc/ssl/private-ca.pem",
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .help = "Trust the certificates in FILE (PEM) instead of the system's: for an endpoint with a "
             "certificate of its own."},
    {.id = OPTION_PROXY,
     .name = "proxy",
     .argument = "URL",
     .type = TYPE_TEXT,
     .group = GROUP_ENDPOINT,
     .commands = FOR_GENERATE | FOR_DIAGNOSE | FOR_TUNE,
     .help = "Go through this proxy. Without it the customary https_proxy and no_proxy variables "
             "hold; loopback is never proxied."},
};

const struct option_list option_list_endpoint = {entries, sizeof entries / sizeof entries[0]};
