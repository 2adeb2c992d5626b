#include "secret.h"

#include "base64.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A run may have 32 endpoints, each with a key of its own.
enum { MAX_SECRETS = 80, MIN_SECRET = 6 };

static char *secrets[MAX_SECRETS]; // written only while the process starts
static size_t secret_count;

void secret_register(const char *secret)
{
    if (secret == NULL || strlen(secret) < MIN_SECRET || secret_count == MAX_SECRETS)
        return;
    for (size_t i = 0; i < secret_count; i++)
        if (strcmp(secrets[i], secret) == 0)
            return;
    char *copy = strdup(secret);
    if (copy != NULL)
        secrets[secret_count++] = copy;
}

void secret_register_url(const char *url)
{
    const char *scheme = strstr(url, "://"), *user = scheme != NULL ? scheme + 3 : url;
    const char *at = memrchr(user, '@', strcspn(user, "/?#"));
    const char *colon = at != NULL ? memchr(user, ':', (size_t)(at - user)) : NULL;
    if (colon == NULL)
        return;
    char *password = strndup(colon + 1, (size_t)(at - colon - 1));
    secret_register(password);
    free(password);
    struct buffer told;
    buffer_init(&told, 4096);
    if (base64_encode(user, (size_t)(at - user), &told))
        secret_register(buffer_text(&told));
    buffer_clear(&told);
}

char *secret_shorten(const char *secret, char *out)
{
    size_t length = strlen(secret);
    if (length >= 20)
        snprintf(out, 16, "%.4s...%s", secret, secret + length - 4);
    else if (length >= 12)
        snprintf(out, 16, "%.2s...%s", secret, secret + length - 2);
    else
        snprintf(out, 16, "%s", length >= 3 ? "***" : "*");
    return out;
}

char *secret_hide(char *text)
{
    for (size_t i = 0; i < secret_count; i++) {
        size_t length = strlen(secrets[i]);
        char brief[16];
        secret_shorten(secrets[i], brief);
        size_t kept = strlen(brief);
        for (char *at = strstr(text, secrets[i]); at != NULL; at = strstr(at + kept, secrets[i])) {
            memcpy(at, brief, kept);
            memmove(at + kept, at + length, strlen(at + length) + 1);
        }
    }
    return text;
}

static bool is_base64(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("+/=-_", c) != NULL);
}

char *secret_hide_base64(char *text)
{
    enum { LONGEST = 256, KEPT = 16 };
    for (char *at = text; *at != '\0';) {
        size_t length = 0;
        while (is_base64(at[length]))
            length++;
        if (length > LONGEST) {
            memcpy(at + KEPT, "...", 3);
            memmove(at + KEPT + 3, at + length, strlen(at + length) + 1);
            length = KEPT + 3;
        }
        at += length > 0 ? length : 1;
    }
    return text;
}
