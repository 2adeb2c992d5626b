// Which endpoint is called, and with which key: what the settings leave open is found in the
// providers' customary environment variables.
#ifndef VQAGEN_ACCESS_H
#define VQAGEN_ACCESS_H

#include "settings.h"

// Completes OPTION_ENDPOINT, OPTION_BASE_URL and OPTION_API_KEY, each with where it came from.
//
// - Without endpoint and base URL, the one provider whose variable is set (OPENAI_API_KEY, ...).
// - A base URL of a lower layer than the endpoint's is left aside: who types --endpoint deepseek
//   means DeepSeek, whatever VQAGEN_BASE_URL says.
// - The key: --api-key-file, VQAGEN_API_KEY, VQAGEN_API_KEY_FILE, the provider's own variable, the
//   settings file's api_key_file. A provider's variable is sent to that provider's address, or to
//   the base URL given together with its name, never elsewhere.
//
// False: ERR_SETTINGS with what to set. required: whether it is a fault when no endpoint is found.
bool access_choose(struct settings *settings, char *const *environment, bool required,
                   struct error *why);

// The same for one of several endpoints, whose settings name an endpoint or a base URL: the key is
// that of key_variable (NULL: not given), of api_key_file, or the provider's own. The general
// VQAGEN_API_KEY is nobody's in particular, and so not sent to each of them.
bool access_choose_own(struct settings *settings, const char *key_variable,
                       char *const *environment, struct error *why);

bool access_is_builtin(const struct settings *settings);

// Reads a key from a file that none but its owner may read, and trims it. A new string;
// NULL: ERR_SETTINGS. private_only: whether a file that others may read is refused.
char *access_read_key(const char *path, bool private_only, struct error *why);

#endif
