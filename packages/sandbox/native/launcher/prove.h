/* Shows that a ruleset holds: /proc has no line for Landlock, so the launcher tries what it forbids. */
#ifndef SB_PROVE_H
#define SB_PROVE_H

#include "../../../landlock/native/landlock.h"

/*
 * Attempts what the ruleset may forbid and reports each answer; the composer knows which answers are
 * due. Nothing is written, sent or signalled, whatever the answers are.
 */
void sb_prove(int status, const struct sb_landlock *ruleset);

#endif
