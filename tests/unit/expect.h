// For calls that must succeed: fails the test with what they say; they give `&why` as their last
// argument.
#ifndef VQAGEN_TEST_EXPECT_H
#define VQAGEN_TEST_EXPECT_H

#include "error.h"

#define expect(call)                                                                               \
    do {                                                                                           \
        struct error why = {0};                                                                    \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, why.message);                                                \
    } while (0)

#endif
