// Takes exec away from this process, on every thread. Node 22 and later have an io_uring of their own, which can't be
// taken away any more once they run: there it says so and changes nothing.
import { spawnSync } from 'node:child_process';

import { errorCode } from '@sb/core';
import { policy, restrictSelf } from '@sb/seccomp';

try {
  const { status, features } = restrictSelf(policy({ base: 'network-client-running' }));
  console.log(status, features.map(({ feature, state }) => `${feature}: ${state}`).join(', '));
  console.log('starting a program:', errorCode(spawnSync('/bin/true').error) ?? 'worked');
} catch (error) {
  if (errorCode(error) !== 'io-uring-in-use') throw error;
  console.log(String(error));
}
