#include "verify.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>

#define ALL_BITS 0777u

/* A fifth of a millisecond; a closing that did nothing leaves the records open, far below. */
#define DESCRIPTORS_ASKED 4096u

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
	/* Neither is what is asked for, until the kernel has written them. */
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

/* Without /proc: a number that is not open answers EBADF, and nothing else does. */
static int ask_each(const struct sb_process *process, int status)
{
	for (unsigned int descriptor = 0; descriptor < DESCRIPTORS_ASKED; descriptor++) {
		if ((int)descriptor != status && !sb_is_kept(process, descriptor) &&
			sb_syscall3(__NR_fcntl, descriptor, F_GETFD, 0) != -EBADF)
			return -EPERM;
	}
	return 0;
}

struct search {
	const struct sb_process *process;
	int status, folder;
};

static int is_foreign(void *context, int descriptor)
{
	const struct search *search = context;
	return descriptor != search->folder && descriptor != search->status &&
	       !sb_is_kept(search->process, (unsigned int)descriptor);
}

int sb_verify_descriptors(const struct sb_process *process, int status)
{
	struct search search = {process, status, -1};
	search.folder = sb_open_descriptors();
	if (search.folder < 0)
		return ask_each(process, status);
	int found = sb_find_descriptor(search.folder, is_foreign, &search);
	(void)sb_syscall3(__NR_close, search.folder, 0, 0); /* it was read only */
	if (found < 0)
		return found == -ENOENT ? 0 : found;
	return -EPERM;
}

int sb_set_umask(uint32_t mask)
{
	/* By two others, of which one at least is no 0: one answer for all is none of the kernel's. */
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
