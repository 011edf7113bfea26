/* SPDX-License-Identifier: MIT */
/*
 * The calls that read and change user and group ids, each returning 0 or -errno.
 *
 * There are three kinds: Linux with a libc, whose wrappers change every thread (nptl(7)); the
 * launcher (SB_FREESTANDING), which has no libc and one thread; macOS and the BSDs, where ids
 * belong to the process anyway.
 */
#ifndef SB_IDS_H
#define SB_IDS_H

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef SB_FREESTANDING
#include "sb_syscall.h"
#else
#include <grp.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/fsuid.h>
#endif
#endif

/* Real, effective, saved and file-system id; the last equals the effective one outside Linux. */
struct sb_ids {
	unsigned int real, effective, saved, filesystem;
};

#define SB_UNCHANGED ((unsigned int)-1)

#ifdef SB_FREESTANDING

static inline int sb_setgroups(size_t count, const gid_t *groups)
{
	return (int)sb_syscall3(__NR_setgroups, (long)count, (long)groups, 0);
}

static inline int sb_getgroups(int size, gid_t *groups)
{
	return (int)sb_syscall3(__NR_getgroups, size, (long)groups, 0);
}

static inline int sb_setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return (int)sb_syscall3(__NR_setresgid, real, effective, saved);
}

static inline int sb_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return (int)sb_syscall3(__NR_setresuid, real, effective, saved);
}

static inline int sb_setuid(uid_t uid)
{
	return (int)sb_syscall3(__NR_setuid, uid, 0, 0);
}

static inline int sb_setgid(gid_t gid)
{
	return (int)sb_syscall3(__NR_setgid, gid, 0, 0);
}

static inline int sb_seteuid(uid_t uid)
{
	return sb_setresuid(SB_UNCHANGED, uid, SB_UNCHANGED);
}

static inline int sb_setegid(gid_t gid)
{
	return sb_setresgid(SB_UNCHANGED, gid, SB_UNCHANGED);
}

static inline int sb_getuids(struct sb_ids *ids)
{
	long error = sb_syscall3(
		__NR_getresuid, (long)&ids->real, (long)&ids->effective, (long)&ids->saved);
	/* An invalid id changes nothing, and the call answers with the present one (setfsuid(2)). */
	ids->filesystem = (unsigned int)sb_syscall3(__NR_setfsuid, SB_UNCHANGED, 0, 0);
	return (int)error;
}

static inline int sb_getgids(struct sb_ids *ids)
{
	long error = sb_syscall3(
		__NR_getresgid, (long)&ids->real, (long)&ids->effective, (long)&ids->saved);
	ids->filesystem = (unsigned int)sb_syscall3(__NR_setfsgid, SB_UNCHANGED, 0, 0);
	return (int)error;
}

#else /* with a libc */

static inline int sb_setgroups(size_t count, const gid_t *groups)
{
#ifdef __linux__
	return setgroups(count, groups) ? -errno : 0;
#else
	return setgroups((int)count, groups) ? -errno : 0;
#endif
}

static inline int sb_getgroups(int size, gid_t *groups)
{
	int count = getgroups(size, groups);
	return count < 0 ? -errno : count;
}

static inline int sb_setuid(uid_t uid)
{
	return setuid(uid) ? -errno : 0;
}

static inline int sb_setgid(gid_t gid)
{
	return setgid(gid) ? -errno : 0;
}

static inline int sb_seteuid(uid_t uid)
{
	return seteuid(uid) ? -errno : 0;
}

static inline int sb_setegid(gid_t gid)
{
	return setegid(gid) ? -errno : 0;
}

#ifdef __APPLE__

/* There is no setresuid: setuid(2) and setgid(2) of a privileged process set all three ids. */
static inline int sb_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	(void)effective;
	(void)saved;
	return sb_setuid(real);
}

static inline int sb_setresgid(gid_t real, gid_t effective, gid_t saved)
{
	(void)effective;
	(void)saved;
	return sb_setgid(real);
}

/* The saved id can't be read: only the attempts to regain tell. */
static inline int sb_getuids(struct sb_ids *ids)
{
	ids->real = getuid();
	ids->effective = ids->saved = ids->filesystem = geteuid();
	return 0;
}

static inline int sb_getgids(struct sb_ids *ids)
{
	ids->real = getgid();
	ids->effective = ids->saved = ids->filesystem = getegid();
	return 0;
}

#else

static inline int sb_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return setresuid(real, effective, saved) ? -errno : 0;
}

static inline int sb_setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return setresgid(real, effective, saved) ? -errno : 0;
}

static inline int sb_getuids(struct sb_ids *ids)
{
	if (getresuid(&ids->real, &ids->effective, &ids->saved))
		return -errno;
	ids->filesystem = ids->effective;
#ifdef __linux__
	/* An invalid id changes nothing, and the call answers with the present one (setfsuid(2)). */
	ids->filesystem = (unsigned int)setfsuid(SB_UNCHANGED);
#endif
	return 0;
}

static inline int sb_getgids(struct sb_ids *ids)
{
	if (getresgid(&ids->real, &ids->effective, &ids->saved))
		return -errno;
	ids->filesystem = ids->effective;
#ifdef __linux__
	ids->filesystem = (unsigned int)setfsgid(SB_UNCHANGED);
#endif
	return 0;
}

#endif
#endif
#endif
