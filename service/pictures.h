// Pictures as they were sent, checked and looked at once: the second call on a picture costs a
// fingerprint only. The least recently used is forgotten first.
#ifndef VQAGEN_PICTURES_H
#define VQAGEN_PICTURES_H

#include "fingerprint.h"
#include "look.h"

struct pictures;

// What is known of one picture. message is "" when it is a good one.
struct picture_entry {
    struct fingerprint print;
    bool looked; // facts are known
    unsigned width, height;
    const char *code;  // OpenAI's word for what is wrong; static
    char message[200]; // "": nothing is wrong
    struct facts facts;
};

// look: facts are wanted, so that each picture is decoded; otherwise its header is read. room: the
// number of pictures remembered. NULL: ERR_MEMORY.
struct pictures *pictures_new(bool look, size_t room, struct error *why);
void pictures_free(struct pictures *pictures);

// From any thread. Checks base64 text of a JPEG, or remembers it by its fingerprint. False:
// ERR_MEMORY.
bool pictures_get(struct pictures *pictures, const struct fingerprint *print, const char *base64,
                  size_t length, struct picture_entry *entry, struct error *why);

#endif
