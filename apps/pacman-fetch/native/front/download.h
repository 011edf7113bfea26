/* SPDX-License-Identifier: MIT */
/* Downloads one file by the process that downloads: asks for it, receives it, and finishes it. */
#ifndef FRONT_DOWNLOAD_H
#define FRONT_DOWNLOAD_H

#include "call.h"
#include "channel.h"
#include "owner.h"

struct download {
	const struct call *call;
	const struct owner *owner;
	int folder;             /* of FILE, open */
	struct channel channel; /* to the process that downloads */
	int is_patient;
	int has_bar;
	/* Set by download_run(): the channel can be used for another file. */
	int is_in_order;
};

/* Returns the exit status; -1 if Node must download the file, which finds FILE in a known state. */
int download_run(struct download *download);

#endif
