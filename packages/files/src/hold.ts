import { openSync } from 'node:fs';

import { holdPath, holdsPaths } from '@sb/core';

import { mountIfKnown } from './mount-of.js';
import { namingWhole } from './named-path.js';
import { isServedMount } from './serving-user.js';
import { oPath } from './walk.js';

/**
 * Opens what a path leads to, to look at it. Others may decide the path. So root goes name by name, and follows no
 * link to what another process has open. It asks no file system that an ordinary user serves, since it may never answer.
 *
 * @param path - links are followed
 * @returns a descriptor with O_PATH, on Linux alone
 * @throws Error of the system: EACCES also for what an ordinary user serves to root (FUSE)
 */
export function hold(path: string): number {
  if (!holdsPaths()) return openSync(path, oPath);
  return namingWhole(path, () => holdPath(path, { entering: refuserOfServed() }));
}

/** To open with O_PATH asks no server, and then the kernel says which mount that was. */
function refuserOfServed(): (descriptor: number, above: number) => void {
  let mount: number | undefined;
  return (descriptor, above) => {
    mount ??= mountIfKnown(above);
    const here = mountIfKnown(descriptor);
    if (here === mount) return;
    mount = here;
    if (here !== undefined && isServedMount(here)) throw served();
  };
}

function served(): Error {
  const text = 'EACCES: an ordinary user serves the file system that it lies on (FUSE)';
  return Object.assign(new Error(text), { code: 'EACCES', syscall: 'open' });
}
