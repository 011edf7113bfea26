/* SPDX-License-Identifier: MIT */
#include "served.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/fcntl.h>

#include "../../../../landlock/native/landlock_sys.h"

#define DONT_SYNC 0x4000 /* AT_STATX_DONT_SYNC */
#define LINE_MAX 65536u
#define OPTIONAL_FIELDS 6u /* the first of them, up to a dash */

enum answer { NO_LIST, NOT_LISTED, SERVED, NOT_SERVED };

uint64_t sb_mount_of(long descriptor)
{
	struct ll_statx status;
	memset(&status, 0, sizeof status);
	long error = ll_call(__NR_statx, descriptor, (long)"", AT_EMPTY_PATH | DONT_SYNC,
		LL_STATX_MNT_ID, (long)&status);
	return error == 0 && (status.mask & LL_STATX_MNT_ID) ? status.mount : SB_NO_MOUNT;
}

/* A part of a line. */
struct part {
	const char *text;
	size_t length;
};

/* Takes what is before the next mark, and the mark; all of it where there is none. */
static struct part take(struct part *rest, char mark)
{
	struct part taken = {rest->text, 0};
	while (taken.length < rest->length && rest->text[taken.length] != mark)
		taken.length++;
	size_t used = taken.length + (taken.length < rest->length);
	rest->text += used;
	rest->length -= used;
	return taken;
}

static int is_word(struct part part, const char *word)
{
	return part.length == strlen(word) && memcmp(part.text, word, part.length) == 0;
}

static uint64_t number_of(struct part part)
{
	uint64_t number = 0;
	for (size_t i = 0; i < part.length; i++)
		number = number * 10 + (uint64_t)(part.text[i] - '0');
	return number;
}

/* Behind the dash: the type, the source, and the options of the file system. */
static int is_served_line(struct part line)
{
	for (unsigned int field = 0; line.length; field++) {
		if (is_word(take(&line, ' '), "-") && field >= OPTIONAL_FIELDS)
			break;
	}
	struct part type = take(&line, ' '), options;
	(void)take(&line, ' ');
	int is_fuse = type.length >= 4 && memcmp(type.text, "fuse", 4) == 0;
	int is_open = 0, is_roots = 0;
	for (options = take(&line, ' '); options.length;) {
		struct part option = take(&options, ',');
		is_open |= is_word(option, "allow_other");
		is_roots |= is_word(option, "user_id=0");
	}
	return is_fuse && is_open && !is_roots;
}

/* The answer of one line; a mount whose line is cut off counts as served. */
static enum answer answer_of(struct part line, uint64_t mount, int is_whole)
{
	struct part rest = line;
	if (number_of(take(&rest, ' ')) != mount)
		return NOT_LISTED;
	return is_whole && !is_served_line(line) ? NOT_SERVED : SERVED;
}

static enum answer look_in(const char *list, uint64_t mount)
{
	static char text[LINE_MAX];
	enum answer answer = NO_LIST;
	size_t filled = 0;
	long file = ll_call(__NR_openat, AT_FDCWD, (long)list, O_RDONLY | O_CLOEXEC, 0, 0);
	if (file < 0)
		return NO_LIST;
	while (answer == NO_LIST || answer == NOT_LISTED) {
		long count = ll_call(
			__NR_read, file, (long)(text + filled), (long)(sizeof text - filled), 0, 0);
		if (count <= 0)
			break;
		filled += (size_t)count;
		struct part rest = {text, filled};
		while (rest.length && (answer == NO_LIST || answer == NOT_LISTED)) {
			struct part tail = rest, line = take(&rest, '\n');
			int is_whole = line.length < tail.length;
			if (!is_whole && tail.length < sizeof text) {
				rest = tail;
				break;
			}
			answer = answer_of(line, mount, is_whole);
		}
		for (size_t i = 0; i < rest.length; i++)
			text[i] = rest.text[i];
		filled = rest.length;
	}
	ll_close(file);
	return answer;
}

int sb_is_served_mount(uint64_t mount)
{
	enum answer own = look_in("/proc/self/mountinfo", mount);
	if (own == SERVED || own == NOT_SERVED)
		return own == SERVED;
	/* The first process alone may see the mounts above this one's root directory (chroot(2)). */
	enum answer first = look_in("/proc/1/mountinfo", mount);
	if (first == SERVED || first == NOT_SERVED)
		return first == SERVED;
	return own != NO_LIST || first != NO_LIST;
}
