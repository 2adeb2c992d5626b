// What every unit test includes: cmocka and the headers that it wants to come first.
#ifndef VQAGEN_UNIT_H
#define VQAGEN_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
