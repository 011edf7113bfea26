/* SPDX-License-Identifier: MIT */
#include "records.h"
#include "report.h"
#include "source.h"
#include "steps.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>

int sb_main(int argc, char **argv);

/* Reads the records, and finds the process record; an invalid one is an EINVAL without a call.
 * `mark` is what they must begin with, or NULL if the descriptor itself was passed. */
static int take_records(struct sb_launch *launch, int source, const char *mark)
{
	struct sb_failure *failure = &launch->failure;
	if (source < 0 || sb_source_sealed(source, failure))
		return -1; /* told by then */
	uint8_t *document;
	long length = sb_records_read(source, &document);
	if (length < 0)
		return sb_fail(failure, "records", "read", (int)-length);
	if (mark) {
		int error = sb_source_marked(document, (size_t)length, mark, failure);
		if (error)
			return error;
		document += SB_MARK_LENGTH;
		length -= SB_MARK_LENGTH;
	}
	return sb_launch_take(launch, document, (size_t)length);
}

/* SB_NOBODY for "-"; otherwise the descriptor, which the kernel will close, or -1. */
static int open_status(const char *argument)
{
	if (argument[0] == '-' && !argument[1])
		return SB_NOBODY;
	int status = sb_parse_number(argument);
	return status >= 0 && !sb_syscall3(__NR_fcntl, status, F_SETFD, FD_CLOEXEC) ? status : -1;
}

/* A path needs a mark: it may no longer lead to the file for which it was written. */
static int is_complete(int argc, char **argv)
{
	return argc >= 3 && argc == (argv[1][0] == '/' ? 4 : 3);
}

int sb_main(int argc, char **argv)
{
	static struct sb_launch launch; /* zero, and not on the stack */
	if (!is_complete(argc, argv))
		return SB_LAUNCHER_FAILED;
	launch.status = open_status(argv[2]);
	int source = sb_source_open(argv[1], &launch.failure);
	if (launch.status == -1 || (source >= 0 && source == launch.status))
		return SB_LAUNCHER_FAILED; /* nobody to tell */
	int layer = 0;
	if (take_records(&launch, source, argv[3]) == 0)
		layer = sb_launch_run(&launch);
	sb_report_failure(launch.status, layer, &launch.failure);
	return SB_LAUNCHER_FAILED;
}
