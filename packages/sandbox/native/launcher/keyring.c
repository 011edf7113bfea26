/* SPDX-License-Identifier: MIT */
#include "keyring.h"
#include "report.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/keyctl.h>

int sb_keyring_join(int status, struct sb_failure *failure)
{
	long joined = sb_syscall3(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0);
	/* Without a filter it is never denied; Docker's filter answers EPERM. */
	if (joined == -ENOSYS || joined == -EPERM) {
		sb_report_number(status, "unjoined", (unsigned int)-joined);
		return 0;
	}
	if (joined < 0)
		return sb_fail(failure, "session_keyring", "keyctl", (int)-joined);
	long present = sb_syscall3(__NR_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
	/* A filter that answers in place of the kernel can only return 0. */
	return joined > 0 && present == joined ? 0 : sb_fail(failure, "verify", "keyctl", EPERM);
}
