/* SPDX-License-Identifier: MIT */
/* What a filter above may deny of this layer's calls; a process that restricts itself asks before it begins. */
#ifndef SB_CAPS_DENIED_H
#define SB_CAPS_DENIED_H

#include "sb_js_ask.h"

#define SB_CAPS_QUESTIONS 5u

extern const struct sb_named_question sb_caps_questions[SB_CAPS_QUESTIONS];

#endif
