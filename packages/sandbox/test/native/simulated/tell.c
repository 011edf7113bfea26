/* SPDX-License-Identifier: MIT */
/* The supervisor's report, and a way to begin anew, which a process that supervises once does not need. */
#include "../../../native/launcher/denials/tell.c"

void simulated_tell_reset(void)
{
	memset(denials, 0, sizeof denials);
	different = lost = 0;
	spent = waiting_length = 0;
}
