// What a file is, and what is said of one that is not read.
#include "fuzz.h"

#include "sniff.h"
#include "unread.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    enum picture_format format = sniff_format(bytes, length);
    struct error why = {0};
    unread_explain(format, bytes, length, &why);
    if (sniff_name(format) == NULL || why.kind != ERR_IMAGE || why.message[0] == '\0')
        __builtin_trap();
    return 0;
}
