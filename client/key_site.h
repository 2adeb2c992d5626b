// Whose key it is, as far as its first characters tell.
#ifndef VQAGEN_KEY_SITE_H
#define VQAGEN_KEY_SITE_H

#include <stdbool.h>

struct key_site {
    const char *prefix;
    const char *title;  // for people: "Anthropic"
    const char *host;   // a key of this site is good at hosts that end so
    const char *preset; // the name for --endpoint; NULL: none
};

// NULL: the key begins as many do ("sk-" alone is OpenAI's, DeepSeek's and Model Studio's).
const struct key_site *key_site_find(const char *key);

// Whether the URL's host is one of the site's own.
bool key_site_serves(const struct key_site *site, const char *url);

#endif
