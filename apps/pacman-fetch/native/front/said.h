/* SPDX-License-Identifier: MIT */
/* Messages to the user, in the words and colours of src/ui/messages.ts. */
#ifndef FRONT_SAID_H
#define FRONT_SAID_H

/* "error: ..." on standard error, and a hint in a second line unless that is NULL. Texts: printable ASCII. */
void said_error(const char *text, const char *hint);

/* Whether standard error shows colours and bars. */
int said_is_terminal(void);

#endif
