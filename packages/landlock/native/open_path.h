/*
 * Opens what a rule names. For root, whose rule may grant what nobody else may reach, no symbolic link of another user
 * leads the way where others can change it; for anybody else this is openat(2).
 */
#ifndef SB_OPEN_PATH_H
#define SB_OPEN_PATH_H

#include <stdint.h>

/* Whose links are followed beside root's. */
struct sb_trust {
	uint32_t runner; /* the user who will be restricted */
	int unmapped; /* whether ids of outside read as one number here: nothing can be said of those */
};

/*
 * A descriptor (O_PATH, close-on-exec) or -errno. *is_foreign is set where the error is that of a link of another user:
 * its owner is neither root nor the runner, and others may put something else in its place.
 */
long sb_open_path(const char *path, const struct sb_trust *trust, int *is_foreign);

#endif
