/* SPDX-License-Identifier: MIT */
/* The document that the launcher reads: records, one after the other. */
#ifndef SB_RECORDS_H
#define SB_RECORDS_H

#include "sb_record.h"

/* At most one record of each layer; missing ones are NULL. */
struct sb_records {
	const uint8_t *bytes[SB_LAYER_SECCOMP + 1];
	size_t length[SB_LAYER_SECCOMP + 1];
};

/* All records of one launch, in bytes; a larger document is refused. */
#define SB_RECORDS_MAX (4u << 20)

/* Reads a descriptor to its end. The length, or -errno; the bytes are in *document. */
long sb_records_read(int descriptor, uint8_t **document);

/* Splits a document into records, each padded to eight bytes. Layers ascend, so each occurs once,
 * and the process record is first. Returns 0, or -EINVAL. */
int sb_records_split(const uint8_t *document, size_t length, struct sb_records *records);

#endif
