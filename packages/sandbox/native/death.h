// What ended a child, which child_process tells for signals with a name only.
#ifndef SB_DEATH_H
#define SB_DEATH_H

#include <napi.h>

// watchDeath(pid: number, done: (signal: number) => void): 0 or -errno.
// done is called once, before child_process tells of the end, with the number of the signal that ended a child of ours,
// or 0 where it ended by itself. To be called where the child can't have been waited for yet.
Napi::Value WatchDeath(const Napi::CallbackInfo &info);

#endif
