/*
 * Runs a function on every thread of this process, since in Linux no_new_privs, capabilities,
 * Landlock and seccomp belong to a thread and a Node process has eleven before its first line.
 */
#ifndef SB_THREADS_H
#define SB_THREADS_H

/* Runs on each thread, inside a signal handler: only async-signal-safe calls. 0 or -errno. */
typedef int (*sb_thread_fn)(void *argument);

/* What a broadcast reached. */
struct sb_threads_result {
	int threads; /* how many threads ran the function, the caller included */
	int failed;  /* how many of them returned an error */
	int error;   /* the first error, positive */
};

/*
 * Runs `fn` on every thread, the caller last, and waits for each one.
 *
 * Returns 0 when every thread ran it and none failed. Otherwise -errno: -ETIMEDOUT when a thread
 * didn't answer within five seconds, -EAGAIN when there are more than SB_THREADS_MAX threads, or
 * the first error that a thread reported. After an error some threads may have run it and some not:
 * the process must end.
 *
 * Not reentrant: one broadcast at a time in a process.
 */
int sb_all_threads(sb_thread_fn fn, void *argument, struct sb_threads_result *result);

#define SB_THREADS_MAX 4096

#endif
