/* SPDX-License-Identifier: MIT */
/* The arguments of the program, if they have the one form that pacman uses. */
#ifndef FRONT_CALL_H
#define FRONT_CALL_H

#include <limits.h>
#include <stdint.h>

#include "wire.h"

struct call {
	char file[PATH_MAX]; /* FILE: absolute, and without a slash too many */
	const char *part;    /* its last part, which ends in .part */
	char name[256];      /* the same without that */
	const char *url;     /* http or https, as WHATWG's URL would write it */
	char host[300];      /* with the port where it isn't the scheme's own */
	char key[32]; /* "http-80-811c9dc5": what it may connect to, and what it was told beside that */
	char **arguments;   /* all of them, behind the program's name */
	const char *config; /* of --config; NULL */
	uint64_t max_bytes; /* pacman's own limit for this kind of file */
	int may_resume;     /* whether what came of it is of use to another attempt */
	int is_signature;
	int takes_from_cache; /* what the directory above has is taken from there, by Node */
	int has_no_bar;
	int is_xfer; /* FILE gets its name without .part in the end, and a signature may be missing */
};

/* More than all options that are accepted. */
enum { CALL_MAX_ARGUMENTS = 16 };

/* Parses "pacman-fetch -o FILE URL" or "pacman-fetch xfer URL", with options before it that are the
 * same for all files, and with a FILE and a URL that need no interpretation. FILE of "xfer" has
 * .part after its name until it is complete. At most one call is parsed. Returns 0, or -1 for
 * everything else. */
int call_read(int argc, char **argv, struct call *call);

#endif
