// The entry that libFuzzer calls. It returns 0; a trap, a report of a sanitizer, or a hang is a
// find.
#ifndef VQAGEN_FUZZ_H
#define VQAGEN_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
