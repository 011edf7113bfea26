/* A steady clock. */
#ifndef FRONT_CLOCK_H
#define FRONT_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment. */
int64_t clock_now(void);

#endif
