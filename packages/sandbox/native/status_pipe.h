// The pipe that a launcher reports on, watched by the event loop.
#ifndef SB_STATUS_PIPE_H
#define SB_STATUS_PIPE_H

#include <napi.h>

// statusPipe(most: number, done: (said: string) => void): number, the end for the launcher, close-on-exec, or -errno.
// done is called once, when every holder of that end has closed it, with all that was written. `most` is how many bytes
// that may be: what the pipe holds without being read is read at the end, so that nothing wakes us before.
Napi::Value StatusPipe(const Napi::CallbackInfo &info);

#endif
