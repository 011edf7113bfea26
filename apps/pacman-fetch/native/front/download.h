/* SPDX-License-Identifier: MIT */
/* One file by the process that downloads: asked for, taken in, and finished. */
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
	/* Set by it: the channel can be used for another file. */
	int is_in_order;
};

/* The exit status; -1 where Node has to download the file, which finds FILE in a state that it knows. */
int download_run(struct download *download);

#endif
