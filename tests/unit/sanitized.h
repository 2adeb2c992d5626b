// Whether a sanitizer looks on. It makes a test several times slower: where many rounds differ by
// chance alone, a part of them is enough there, since the debug build goes through all.
#ifndef VQAGEN_SANITIZED_H
#define VQAGEN_SANITIZED_H

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

#endif
