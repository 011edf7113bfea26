/* SPDX-License-Identifier: MIT */
/* The filter once more, for the supervisor: what it answered to a call, and which arguments it looked at. */
#ifndef SB_FILTER_H
#define SB_FILTER_H

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "judge.h"

/* The bit of a denial's right that means the filter. The path is then the call as numbers: architecture, number, and the six
 * arguments, of which those are 0 that the filter did not look at. */
#define SB_BY_FILTER 48

/* Takes the instructions of a record. 0, or -EINVAL: one of them is not among those that this package compiles, or a jump
 * leads out. */
int sb_filter_take(struct sb_filter *filter, const uint8_t *record, size_t length);

/* What the filter returns for a call. *seen is the call without the arguments that it did not look at. */
uint32_t sb_filter_answer(
	const struct sb_filter *filter, const struct seccomp_data *data, struct seccomp_data *seen);

/* Fills in a denial: the filter asked with an error, which is the answer then. */
void sb_filter_deny(struct sb_denial *denial, uint32_t answer, const struct seccomp_data *seen);

#endif
