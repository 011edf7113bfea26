/* SPDX-License-Identifier: MIT */
/*
 * Asks the system's libcap what it makes of a text. Reads lines from the file in its argument and answers each with one:
 *   text TEXT      effective permitted inheritable, in hexadecimal, or "error"
 *   sets E P I     the text form
 *   iab TEXT       inheritable ambient blocked, in hexadecimal, or "error"
 *   vectors I A B  the text form
 *
 * libcap's functions are declared here (sys/capability.h), so that its library alone is needed and no headers.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 64 };
enum { FLAG_EFFECTIVE, FLAG_PERMITTED, FLAG_INHERITABLE };
enum { VECTOR_INHERITABLE = 2, VECTOR_AMBIENT = 3, VECTOR_BLOCKED = 4 };

extern void *cap_init(void);
extern void *cap_from_text(const char *text);
extern char *cap_to_text(void *sets, void *length);
extern int cap_get_flag(void *sets, int capability, int flag, int *value);
extern int cap_set_flag(void *sets, int flag, int count, const int *capabilities, int value);
extern int cap_free(void *any);
extern void *cap_iab_init(void);
extern void *cap_iab_from_text(const char *text);
extern char *cap_iab_to_text(void *iab);
extern int cap_iab_get_vector(void *iab, int vector, int capability);
extern int cap_iab_set_vector(void *iab, int vector, int capability, int value);

static const int vectors[] = {VECTOR_INHERITABLE, VECTOR_AMBIENT, VECTOR_BLOCKED};
static const int flags[] = {FLAG_EFFECTIVE, FLAG_PERMITTED, FLAG_INHERITABLE};

static void answer_masks(void *parsed, int is_iab)
{
	uint64_t masks[3] = {0};
	if (!parsed) {
		puts("error");
		return;
	}
	for (int which = 0; which < 3; which++) {
		for (int capability = 0; capability < BITS; capability++) {
			int value = 0;
			if (is_iab)
				value = cap_iab_get_vector(parsed, vectors[which], capability);
			else if (cap_get_flag(parsed, capability, flags[which], &value))
				continue; /* past what this libcap holds */
			masks[which] |= (uint64_t)(value == 1) << capability;
		}
	}
	printf("%llx %llx %llx\n", (unsigned long long)masks[0], (unsigned long long)masks[1],
		(unsigned long long)masks[2]);
	(void)cap_free(parsed);
}

static void answer_text(const char *numbers, int is_iab)
{
	unsigned long long masks[3];
	void *made = is_iab ? cap_iab_init() : cap_init();
	if (!made || sscanf(numbers, "%llx %llx %llx", masks, masks + 1, masks + 2) != 3)
		exit(3);
	for (int which = 0; which < 3; which++) {
		for (int capability = 0; capability < BITS; capability++) {
			if (!(masks[which] >> capability & 1))
				continue;
			int error = is_iab ? cap_iab_set_vector(made, vectors[which], capability, 1)
					   : cap_set_flag(made, flags[which], 1, &capability, 1);
			if (error)
				exit(4);
		}
	}
	char *text = is_iab ? cap_iab_to_text(made) : cap_to_text(made, NULL);
	if (!text)
		exit(5);
	puts(text);
	(void)cap_free(text);
	(void)cap_free(made);
}

int main(int argc, char **argv)
{
	static char line[1 << 16];
	FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;
	if (!file)
		return 2;
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		char *rest = strchr(line, ' ');
		if (!rest)
			return 2;
		*rest++ = '\0';
		if (strcmp(line, "text") == 0)
			answer_masks(cap_from_text(rest), 0);
		else if (strcmp(line, "iab") == 0)
			answer_masks(cap_iab_from_text(rest), 1);
		else
			answer_text(rest, strcmp(line, "vectors") == 0);
	}
	return fclose(file) ? 6 : 0;
}
