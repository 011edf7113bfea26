/*
 * The calls that read and change user and group ids, each returning 0 or -errno.
 *
 * On Linux with a libc these change every thread (nptl(7), "set*id" wrappers); on macOS and the
 * BSDs ids belong to the process anyway.
 */
#ifndef SB_IDS_H
#define SB_IDS_H

#include <errno.h>
#include <grp.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/fsuid.h>
#endif

/* Real, effective, saved and file-system id; the last equals the effective one outside Linux. */
struct sb_ids {
	unsigned int real, effective, saved, filesystem;
};

static inline int sb_setgroups(size_t count, const gid_t *groups)
{
#ifdef __linux__
	return setgroups(count, groups) ? -errno : 0;
#else
	return setgroups((int)count, groups) ? -errno : 0;
#endif
}

static inline int sb_setgids(gid_t gid)
{
#ifdef __APPLE__
	/* setgid(2) of a privileged process sets all three; there is no setresgid. */
	return setgid(gid) ? -errno : 0;
#else
	return setresgid(gid, gid, gid) ? -errno : 0;
#endif
}

static inline int sb_setuids(uid_t uid)
{
#ifdef __APPLE__
	return setuid(uid) ? -errno : 0;
#else
	return setresuid(uid, uid, uid) ? -errno : 0;
#endif
}

static inline int sb_getuids(struct sb_ids *ids)
{
#ifdef __APPLE__
	/* The saved id can't be read here: only the attempts to regain tell (see verify.c). */
	ids->real = getuid();
	ids->effective = ids->saved = ids->filesystem = geteuid();
#else
	uid_t real, effective, saved;
	if (getresuid(&real, &effective, &saved))
		return -errno;
	ids->real = real;
	ids->effective = ids->filesystem = effective;
	ids->saved = saved;
#endif
#ifdef __linux__
	/* An invalid id changes nothing, and the call answers with the present one (setfsuid(2)).
	 */
	ids->filesystem = (unsigned int)setfsuid((uid_t)-1);
#endif
	return 0;
}

static inline int sb_getgids(struct sb_ids *ids)
{
#ifdef __APPLE__
	ids->real = getgid();
	ids->effective = ids->saved = ids->filesystem = getegid();
#else
	gid_t real, effective, saved;
	if (getresgid(&real, &effective, &saved))
		return -errno;
	ids->real = real;
	ids->effective = ids->filesystem = effective;
	ids->saved = saved;
#endif
#ifdef __linux__
	ids->filesystem = (unsigned int)setfsgid((gid_t)-1);
#endif
	return 0;
}

#endif
