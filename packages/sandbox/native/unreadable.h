/* A program that its user can execute and can't read: the kernel lets nobody of that user look into the process. */
#ifndef SB_UNREADABLE_H
#define SB_UNREADABLE_H

/* A descriptor of a copy to execute (O_PATH, close-on-exec), or -errno. */
int sb_unreadable_copy(const char *path);

#endif
