/* SPDX-License-Identifier: MIT */
/*
 * Restricts itself three times: without no_new_privs, with the flag of ABI 11 that sets it, and with
 * that flag where no_new_privs is set already, so that only the flag can be refused. Run by an ordinary
 * user. Prints each answer, and no_new_privs after it, in one line.
 */
#define _GNU_SOURCE
#include "../../native/landlock_abi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *restrict_self(int ruleset, unsigned int flags)
{
	return syscall(LL_SYS_RESTRICT_SELF, ruleset, flags) == 0 ? "OK" : strerrorname_np(errno);
}

static int no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

int main(void)
{
	struct ll_ruleset_attr attributes = {.handled_fs = LL_FS_READ_FILE};
	int ruleset =
		(int)syscall(LL_SYS_CREATE_RULESET, &attributes, sizeof attributes.handled_fs, 0);
	if (ruleset < 0) {
		printf("no ruleset: %s\n", strerrorname_np(errno));
		return 0;
	}
	const char *plain = restrict_self(ruleset, 0);
	printf("plain %s %d, ", plain, no_new_privs());
	const char *flagged = restrict_self(ruleset, LL_RESTRICT_NO_NEW_PRIVS);
	printf("flag %s %d, ", flagged, no_new_privs());
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 1;
	const char *again = restrict_self(ruleset, LL_RESTRICT_NO_NEW_PRIVS);
	printf("again %s, ", again);
	int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	printf("read %s\n", file >= 0 ? "OK" : strerrorname_np(errno));
	return 0;
}
