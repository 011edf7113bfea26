/* Parts of the kernel that an ordinary program has no use for. */
import { expandGroup, syscallNumber } from '@sb/seccomp';
import { missing, probe } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { nobody } from '../attack/place.js';
import { describeAttacks, inside, works, worksForRoot } from '../attack/suite.js';

const x64 = process.arch === 'x64' ? 'x86_64' : 'aarch64';
const number = (name: string): number => syscallNumber(name, x64) ?? -1;

/** Arguments that no call does anything with: no such descriptor, address, flag, process. */
const harmless = [-1, -1, -1, -1, -1, -1] as const;

/** Calls of the deny list that can't be attempted outside, with the reason. */
const unattempted: Readonly<Record<string, string>> = {
  vhangup: 'a terminal is not ours to hang up',
};

/** The deny lists of the patch of 2021 and of pacman 7.1, and what is denied beside them, as this machine has it. */
const denied = [...expandGroup('@deny-dangerous').keys()].filter((name) => number(name) >= 0);

describe.skipIf(missing('linux', 'root'))('the surface of the kernel', () => {
  describeAttacks('from inside', {
    attacks: () => [
      works(['add-key'], 'EPERM'),
      { attempt: ['request-key'], control: 'ENOKEY', denied: 'EPERM' },
      works(['session-keyring'], 'EPERM'),
      worksForRoot(['bpf-map'], 'EPERM'),
      works(['perf-event'], 'EPERM'),
      works(['userfaultfd'], 'EPERM'),
      works(['io-uring'], 'EPERM'),
      worksForRoot(['set-clock'], 'EPERM'),
      worksForRoot(['adjust-clock'], 'EPERM'),
    ],
    twins: () => [['syscall', number('getpid')], ['syscall', number('sched_yield')], ['thread']],
  });

  it('denies every call of the list', async () => {
    const attempts = denied.map((name) => ['syscall', number(name), ...harmless] as const);
    for (const who of ['switched', 'root', 'ordinary'] as const) {
      const answers = await inside(who, attempts);
      expect(denied.map((name, index) => `${name} ${answers[index]}`)).toEqual(denied.map((name) => `${name} EPERM`));
    }
  });

  it('would let the calls of the list through without a filter', async () => {
    const free = denied.filter((name) => unattempted[name] === undefined);
    const attempts = free.map((name) => ['syscall', number(name), ...harmless] as const);
    const open = await inside('root', attempts, { seccomp: 'off', caps: 'off', landlock: 'off' });
    const same = free.filter((_, index) => open[index] === 'EPERM');
    // Not a single one that root is denied by anything but the filter.
    expect(same).toEqual([]);
    expect(free.length).toBeGreaterThan(50);
    expect(await probe([['syscall', number('getpid')]], nobody)).toMatchObject([{ outcome: 'OK' }]);
  });
});
