/* SPDX-License-Identifier: MIT */
#include "words.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>

#define STDOUT 1
#define STDERR 2

/* By step, and by errno if that makes a difference: 0 means any. */
static const struct {
	const char *step;
	int error;
	const char *text;
} words[] = {
	{"open", ENOENT, "it does not exist. Compile one: sb-run --compile FILE"},
	{"open", EACCES, "you may not read it. Ask its owner, or compile a file yourself"},
	{"open", ELOOP, "its links lead in a circle. Correct them"},
	{"open", 0, "it cannot be opened. Name a regular file"},
	{"trust", EREMOTE,
		"it lies on a file system that another user serves (FUSE), who may never answer. "
		"Move "
		"it, or unmount that (fusermount3 -u)"},
	{"trust", 0,
		"another user than root and you can change it, or can change a directory or link "
		"on its path. An owner that the user namespace does not map counts as another "
		"user. Use chmod go-w and chown, or move it"},
	{"magic", 0, "it is not a compiled sandbox. Make one with sb-run --compile FILE"},
	{"version", 0,
		"it is of another version. Compile it again, with the sb-run of this sb-exec"},
	{"length", 0, "its length is wrong. Copy or compile it again"},
	{"checksum", 0, "it is damaged. Copy or compile it again"},
	{"documents", 0, "its parts contradict each other. Compile it again"},
	{"records", 0, "its parts contradict each other, or are too long. Compile it again"},
	{"privileges", 0,
		"this process lacks the rights that it requires. Run it as the user that it was "
		"made for: as root, or as an ordinary user"},
	{"kernel", 0,
		"it requires features that this kernel lacks. Use a newer kernel, or compile it "
		"with --prefer"},
	{"report", 0, "cannot write the report of it. Give a descriptor that is open for writing"},
	{"identity", 0,
		"sb-exec has other rights than its caller. Remove the set-user-ID bit and the "
		"capabilities from the file of sb-exec (chmod ug-s, setcap -r)"},
};

/* Returns 0, or -1 if not all of it could be written. */
static int say_to(int stream, const char *text)
{
	size_t length = strlen(text);
	while (length > 0) {
		long written = sb_syscall3(__NR_write, stream, (long)text, (long)length);
		if (written == -EINTR)
			continue;
		if (written <= 0)
			return -1;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

static void say(const char *text)
{
	(void)say_to(STDERR, text); /* if nobody reads it, the exit status is left */
}

static int is_same(const char *one, const char *other)
{
	return strlen(one) == strlen(other) && memcmp(one, other, strlen(one)) == 0;
}

static const char *text_of(const struct sb_failure *failure)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (is_same(words[i].step, failure->step) &&
			(words[i].error == 0 || words[i].error == failure->error))
			return words[i].text;
	}
	if (!is_same(failure->step, "command"))
		return NULL;
	if (failure->error == EREMOTE)
		return "the command lies on a file system that another user serves (FUSE), who may "
		       "never "
		       "answer. Name another one, or unmount that (fusermount3 -u)";
	return failure->error == ENOENT
		       ? "the command does not exist. Correct its name, or the PATH of the sandbox"
		       : "the command cannot be executed. Check its mode";
}

int sb_words_say(const char *file, const struct sb_failure *failure)
{
	const char *text = text_of(failure);
	if (!text)
		return 0;
	say("sb-exec: ");
	say(file);
	say(": ");
	say(text);
	say(". Nothing was run.\n");
	return 1;
}

static const char usage[] =
	"Usage: sb-exec [--report-fd N] FILE -- COMMAND [ARGUMENT...]\n"
	"       sb-exec [--report-fd N] FILE [ARGUMENT...]   if FILE names its command\n"
	"Runs a command in the sandbox that sb-run --compile FILE has made. Exit status:\n"
	"that of the command; 125 failure, nothing ran; 126 not executable; 127 missing.\n";

int sb_words_help(void)
{
	return say_to(STDOUT, usage);
}

void sb_words_usage(const char *why)
{
	if (why) {
		say("sb-exec: ");
		say(why);
		say(".\n");
	}
	say(usage);
}
