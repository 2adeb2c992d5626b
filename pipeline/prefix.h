// The beginning of a reply that a call held, put back in front of what the model went on with.
#ifndef VQAGEN_PREFIX_H
#define VQAGEN_PREFIX_H

// The whole reply. A server that does not know what a prefix is begins anew, and some repeat it:
// then the text stands as it is. A new string; NULL: no memory.
char *prefix_restore(const char *prefix, const char *text);

#endif
