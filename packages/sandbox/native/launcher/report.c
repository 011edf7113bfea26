#include "report.h"
#include "launcher.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>

static const char *const layers[] = {
	[0] = "launcher",
	[SB_LAYER_PROCESS] = "process",
	[SB_LAYER_CAPS] = "caps",
	[SB_LAYER_PRIVDROP] = "privdrop",
	[SB_LAYER_LANDLOCK] = "landlock",
	[SB_LAYER_SECCOMP] = "seccomp",
};

/* Everything or nothing; a reader that is gone has no use for it. */
static void write_all(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		long written = sb_syscall3(__NR_write, descriptor, (long)bytes, (long)length);
		if (written == -EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

struct line {
	char text[512];
	size_t length;
};

static void add(struct line *line, const char *text)
{
	size_t length = strlen(text);
	if (length > sizeof line->text - 2 - line->length)
		length = sizeof line->text - 2 - line->length;
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

void sb_report_failure(int status, int layer, const struct sb_failure *failure)
{
	struct line line = {.length = 0};
	char number[11] = {0};
	add(&line, "failed\t");
	add(&line, layers[layer]);
	add(&line, "\t");
	add(&line, failure->step);
	add(&line, "\t");
	add(&line, failure->syscall ? failure->syscall : "");
	add(&line, "\t");
	(void)sb_format_number(number, (unsigned int)failure->error);
	add(&line, number);
	line.text[line.length++] = '\n';
	write_all(status, line.text, line.length);
}

int sb_open_status_text(void)
{
	return (int)sb_syscall6(__NR_openat, -100, (long)"/proc/self/status", 02000000, 0, 0, 0);
}

void sb_report_ready(int status, int text)
{
	/* The file is made anew at each read from its start: it tells of this moment. */
	static char buffer[8192];
	long length =
		text < 0 ? 0
			 : sb_syscall6(__NR_pread64, text, (long)buffer, sizeof buffer, 0, 0, 0);
	write_all(status, "ready\n", 6);
	if (length > 0)
		write_all(status, buffer, (size_t)length);
}
