/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int said_is_terminal(void)
{
	return isatty(STDERR_FILENO);
}

/* NO_COLOR (no-color.org), and a terminal without colours. */
static int wants_color(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return said_is_terminal() && (!no || !no[0]) &&
	       (!terminal || strcmp(terminal, "dumb") != 0);
}

void said_error(const char *text, const char *hint)
{
	const char *head = wants_color() ? "\033[1;31merror:\033[0m" : "error:";
	/* A reader that is gone does not change the result. */
	(void)dprintf(STDERR_FILENO, "%s %s\n%s%s%s", head, text, hint ? "       " : "",
		hint ? hint : "", hint ? "\n" : "");
}
