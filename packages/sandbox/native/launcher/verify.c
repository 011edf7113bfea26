/* SPDX-License-Identifier: MIT */
#include "verify.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>

#define ALL_BITS 0777u
#define EXECUTE 1 /* X_OK */

int sb_verify_death_signal(int signal)
{
	int present = -1;
	long error = sb_syscall3(__NR_prctl, PR_GET_PDEATHSIG, (long)&present, 0);
	if (error)
		return (int)error;
	return present == signal ? 0 : -EPERM;
}

int sb_verify_limit(uint32_t resource, const uint64_t limit[2])
{
	/* Neither is the expected value until the kernel has written them. */
	uint64_t present[2] = {~limit[0], ~limit[1]};
	long error = sb_syscall6(__NR_prlimit64, 0, (long)resource, 0, (long)present, 0, 0);
	if (error)
		return (int)error;
	return present[0] == limit[0] && present[1] == limit[1] ? 0 : -EPERM;
}

int sb_verify_folder(const char *path)
{
	struct stat here, there;
	memset(&here, 0x55, sizeof here);
	memset(&there, 0xaa, sizeof there);
	long error = sb_syscall6(__NR_newfstatat, AT_FDCWD, (long)".", (long)&here, 0, 0, 0);
	if (error == 0)
		error = sb_syscall6(__NR_newfstatat, AT_FDCWD, (long)path, (long)&there, 0, 0, 0);
	if (error)
		return (int)error;
	return here.st_dev == there.st_dev && here.st_ino == there.st_ino ? 0 : -EPERM;
}

int sb_verify_executable(const char *path, uint64_t device, uint64_t inode)
{
	struct stat file;
	memset(&file, 0, sizeof file);
	long error = sb_syscall6(__NR_newfstatat, AT_FDCWD, (long)path, (long)&file, 0, 0, 0);
	if (error)
		return (int)error;
	if (file.st_dev != device || file.st_ino != inode)
		return -ESTALE;
	return (int)sb_syscall3(__NR_faccessat, AT_FDCWD, (long)path, EXECUTE);
}

int sb_set_umask(uint32_t mask)
{
	/* By two other values, of which at least one is not 0: the kernel would not give one answer for
	 * all. */
	(void)sb_syscall3(__NR_umask, ALL_BITS, 0, 0);
	long first = sb_syscall3(__NR_umask, mask, 0, 0);
	long second = sb_syscall3(__NR_umask, mask, 0, 0);
	return first == ALL_BITS && second == (long)(mask & ALL_BITS) ? 0 : -EPERM;
}

int sb_verify_no_new_privs(void)
{
	long present = sb_syscall6(__NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0);
	return present == 1 ? 0 : -EPERM;
}
