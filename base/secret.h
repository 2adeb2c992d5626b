// Keys that must never be shown. Whoever learns a key (settings, environment) registers it here;
// whoever writes text that came from outside or carries settings passes it through secret_hide.
//
// Registration happens while the process starts, before other threads do.
#ifndef VQAGEN_SECRET_H
#define VQAGEN_SECRET_H

#include <stdbool.h>
#include <stddef.h>

// Keeps a copy. Texts under 6 bytes are not registered: hiding them would garble ordinary words.
void secret_register(const char *secret);

// Registers the password of a URL (scheme://user:password@host), also as a proxy is told it: the
// base64 of user:password. Does nothing for a URL without one.
void secret_register_url(const char *url);

// Replaces each registered secret in text by its short form, in place (the short form is never
// longer). Returns text.
char *secret_hide(char *text);

// Replaces each run of base64 that is longer than any hash or name (256 characters) by its first
// 16 characters and "...", in place: endpoints repeat images in their refusals. Returns text.
char *secret_hide_base64(char *text);

// "sk-p…9xQz" style short form of a key: at most 4 first and 4 last characters of long keys, fewer
// of short ones. out needs 16 bytes and is returned.
char *secret_shorten(const char *secret, char *out);

#endif
