// Text for HTML and SVG: escaped, and well-formed as XML too.
#ifndef VQAGEN_HTML_H
#define VQAGEN_HTML_H

#include "buffer.h"

// Appends text so that it is safe between tags and inside quoted attributes. Bytes that are not
// UTF-8, and characters that XML does not allow, become U+FFFD; NULL is "".
void html_write_text(struct buffer *out, const char *text);

#endif
