/* SPDX-License-Identifier: MIT */
/*
 * The probe attempts one operation at a time, inside a sandbox, and reports the kernel's answer. An
 * attempt that cannot be reported counts as no attempt, which fails the test.
 */
#ifndef PROBE_H
#define PROBE_H

/* An operation: 0 when the kernel allowed it, otherwise -errno. PROBE_USAGE for bad arguments. */
typedef int (*probe_fn)(int argc, char **argv);

#define PROBE_USAGE (-100000)

struct probe_operation {
	const char *name;
	const char *arguments; /* for the usage text */
	probe_fn attempt;
};

extern const struct probe_operation probe_id_operations[];
extern const struct probe_operation probe_file_operations[];
extern const struct probe_operation probe_process_operations[];
extern const struct probe_operation probe_caps_operations[];
extern const struct probe_operation probe_landlock_fs_operations[];
extern const struct probe_operation probe_net_operations[];
extern const struct probe_operation probe_syscall_operations[];
extern const struct probe_operation probe_address_operations[];
extern const struct probe_operation probe_others_operations[];
extern const struct probe_operation probe_kernel_operations[];
extern const struct probe_operation probe_namespace_operations[];
extern const struct probe_operation probe_inherited_operations[];
extern const struct probe_operation probe_unrestricted_operations[];
extern const struct probe_operation probe_shared_operations[];
extern const struct probe_operation probe_ipc_operations[];

/* The outcome of a call: 0, or -errno. */
int probe_result(long returned);

/* The same for a call that creates a descriptor, which is closed. */
int probe_made(long descriptor);

/* A number from an argument; ends the program on anything else. */
unsigned int probe_number(const char *text);

#endif
