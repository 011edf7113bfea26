// A root process that stays uid 0 and gives up everything that root may do, for itself and all it starts.
// Run it as root: node give-everything-up.mjs
import { execFileSync } from 'node:child_process';

import * as caps from '@sb/caps';

const { status, features } = caps.restrictSelf(caps.none());
console.log(`restricted: ${status}`);
for (const { feature, state } of features) console.log(`  ${feature}: ${state}`);

console.log(`uid ${process.getuid()} has "${caps.format(caps.get())}"`);
const child = execFileSync('/bin/grep', ['CapEff', '/proc/self/status'], { encoding: 'utf8' });
console.log(`a program started now has ${child.trim()}`);

const attempts = {
  'switching to another user': () => process.setuid(1),
  'changing the root directory': () => execFileSync('/usr/sbin/chroot', ['/', '/bin/true'], { stdio: 'ignore' }),
};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    attempt();
    console.log(`${name}: still possible`);
  } catch {
    console.log(`${name}: refused`);
  }
}
// What belongs to uid 0 still does: to lose that too, become another user (see bind-port-80.mjs).
