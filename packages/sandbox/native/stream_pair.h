/* Two ends of a stream between a process and its child. */
#ifndef SB_STREAM_PAIR_H
#define SB_STREAM_PAIR_H

/*
 * 0, both close-on-exec; or -errno. So many bytes may wait in the second one to be read from the first,
 * as far as the system allows it (SO_SNDBUF of socket(7)).
 */
int sb_stream_pair(int ends[2], int bytes);

#endif
