/* SPDX-License-Identifier: MIT */
/* What a filter above may deny of this layer's calls; a process that restricts itself asks before it begins. */
#ifndef SB_LANDLOCK_DENIED_H
#define SB_LANDLOCK_DENIED_H

#include "sb_js_ask.h"

#define SB_LANDLOCK_QUESTIONS 3u

extern const struct sb_named_question sb_landlock_questions[SB_LANDLOCK_QUESTIONS];

#endif
