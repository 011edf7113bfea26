/* SPDX-License-Identifier: MIT */
/*
 * Runs a function on every thread of this process. On Linux, no_new_privs, capabilities, Landlock
 * and seccomp belong to a thread, and a Node process has eleven threads before its first line.
 */
#ifndef SB_THREADS_H
#define SB_THREADS_H

/* Runs on each thread, inside a signal handler: only async-signal-safe calls. 0 or -errno. */
typedef int (*sb_thread_fn)(void *argument);

/* The result of a broadcast. Threads that ended meanwhile do not count. */
struct sb_threads_result {
	int threads; /* the number of threads that ran the function, including the caller */
	int failed;  /* the number of them that returned an error */
	int error;   /* the first error, positive */
};

/*
 * Runs `fn` on every thread, the caller last, and waits for each one.
 *
 * A thread that starts meanwhile is reached too. It ends when every thread that the kernel counted
 * at one moment is known to have run `fn`. So every later thread was started by one that had run
 * it.
 *
 * Returns 0 when every thread ran it and none failed. Otherwise -errno: -ETIMEDOUT when not every
 * thread could be reached within five seconds (one that blocks even signal 33, which takes a direct
 * system call; a first thread that has exited; threads started faster than they can be counted),
 * -EAGAIN when there are more than SB_THREADS_MAX threads or RLIMIT_SIGPENDING leaves no room, or
 * the first error that a thread reported. After an error some threads may have run it and some not:
 * the process must end.
 *
 * `argument` is read by other threads: until this returns, and after -ETIMEDOUT for as long as the
 * process lives, because a thread may have been within `fn` when the time was over. So it must be
 * static or on the heap, including all that it points to, and must not be freed after -ETIMEDOUT.
 * No thread enters `fn` any more once this has returned; the handler of the signal stays then, does
 * nothing, and a set*id call of glibc would wait for it forever.
 *
 * Not reentrant: one broadcast at a time in a process, and no set*id call by another thread
 * meanwhile, since glibc broadcasts those with the same signal. A child that another thread forks
 * meanwhile is not a thread of this process, and may have been forked before that thread ran `fn`.
 */
int sb_all_threads(sb_thread_fn fn, void *argument, struct sb_threads_result *result);

/*
 * The same with a descriptor of /proc/self/task opened earlier (O_RDONLY | O_DIRECTORY), for a
 * process that may no longer open it. The descriptor stays open.
 */
int sb_all_threads_in(int tasks, sb_thread_fn fn, void *argument, struct sb_threads_result *result);

#ifndef SB_THREADS_MAX
#define SB_THREADS_MAX 4096
#endif

#endif
