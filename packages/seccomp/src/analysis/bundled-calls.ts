/** Calls that programs for i386 make through socketcall(2) or ipc(2), for which libseccomp adds rules unasked. */
export const bundledCalls =
  /^(?:socket|bind|connect|listen|accept4?|getsockname|getpeername|socketpair|send|recv|sendto|recvfrom|shutdown|[gs]etsockopt|sendm?msg|recvm?msg|sem(?:op|get|ctl|timedop)|msg(?:snd|rcv|get|ctl)|shm(?:at|dt|get|ctl))$/;
