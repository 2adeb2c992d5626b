// Whether a text is well-formed XML, as far as generated markup can go wrong: tags that nest and
// close, attributes in quotes, no bare < or &.
#ifndef VQAGEN_TUNE_MARKUP_H
#define VQAGEN_TUNE_MARKUP_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct markup {
    char open[64][24]; // the names of open elements
    int depth;
    char fault[200]; // "" when it is well-formed
};

static inline bool markup_fails(struct markup *markup, const char *what, const char *at)
{
    snprintf(markup->fault, sizeof markup->fault, "%s at: %.80s", what, at);
    return false;
}

// An entity after &: one of XML's five, or a number.
static inline bool markup_entity(const char *at)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(at, known[i], strlen(known[i])) == 0)
            return true;
    return false;
}

// A tag that begins at *at; moves *at behind it.
static inline bool markup_tag(struct markup *markup, const char **at)
{
    const char *start = *at, *p = start + 1;
    bool closes = *p == '/';
    char name[24] = "";
    p += closes;
    for (size_t i = 0; isalnum((unsigned char)*p) && i + 1 < sizeof name; i++)
        name[i] = *p++;
    if (name[0] == '\0')
        return markup_fails(markup, "a bare <", start);
    while (isspace((unsigned char)*p)) {
        while (isspace((unsigned char)*p))
            p++;
        if (*p == '/' || *p == '>')
            break;
        while (isalnum((unsigned char)*p) || *p == '-')
            p++;
        if (p[0] != '=' || p[1] != '"')
            return markup_fails(markup, "an attribute without quotes", start);
        for (p += 2; *p != '"'; p++)
            if (*p == '\0' || *p == '<' || (*p == '&' && !markup_entity(p)))
                return markup_fails(markup, "a bad attribute", start);
        p++;
    }
    bool empty = *p == '/';
    p += empty;
    if (*p != '>')
        return markup_fails(markup, "a tag without an end", start);
    *at = p + 1;
    if (closes) {
        if (markup->depth == 0 || strcmp(markup->open[--markup->depth], name) != 0)
            return markup_fails(markup, "a tag that closes another", start);
    } else if (!empty) {
        if (markup->depth == 64)
            return markup_fails(markup, "too deep", start);
        strcpy(markup->open[markup->depth++], name);
    }
    return true;
}

static inline bool markup_is_good(const char *text, struct markup *markup)
{
    *markup = (struct markup){.depth = 0};
    const char *at = text;
    if (strncmp(at, "<!DOCTYPE html>", 15) == 0)
        at += 15;
    while (*at != '\0') {
        if (*at == '<') {
            if (!markup_tag(markup, &at))
                return false;
        } else if (*at == '&' && !markup_entity(at)) {
            return markup_fails(markup, "a bare &", at);
        } else {
            at++;
        }
    }
    return markup->depth == 0 || markup_fails(markup, markup->open[markup->depth - 1], "the end");
}

#endif
