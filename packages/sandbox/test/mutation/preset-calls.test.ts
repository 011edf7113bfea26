/* The deny list without one of its calls at a time: the attack on that call then gets another answer. */
import { expandGroup, syscallNumber } from '@sb/seccomp';
import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { inside } from '../attack/suite.js';

const architecture = process.arch === 'x64' ? 'x86_64' : 'aarch64';
/** Arguments that no call does anything with. */
const harmless = [-1, -1, -1, -1, -1, -1] as const;
/** With all flags set it would make a queue; a key that nothing has is not found. */
const otherwise: Readonly<Record<string, readonly number[]>> = { msgget: [0x5b00_0000, 0] };
/** A terminal is not ours to hang up, so this one is not let through. */
const harmful = new Set(['vhangup']);
/** Milliseconds for all of them. */
const timeout = 120_000;

const denied = [...expandGroup('@deny-dangerous').keys()].filter((name) => {
  return syscallNumber(name, architecture) !== undefined && !harmful.has(name);
});

describe.skipIf(missing('linux', 'root'))('the deny list without one call', () => {
  it('is found out for every call', { timeout }, async () => {
    const unnoticed: string[] = [];
    for (const name of denied) {
      const attempt = ['syscall', syscallNumber(name, architecture) ?? -1, ...(otherwise[name] ?? harmless)] as const;
      // Nothing else that answers EPERM as well: no capability is dropped, no ruleset is in force.
      const others = { caps: 'off', landlock: 'off' } as const;
      const [whole] = await inside('root', [attempt], others);
      const [without] = await inside('root', [attempt], {
        ...others,
        seccomp: { base: 'deny-dangerous', allow: [name] },
      });
      if (whole !== 'EPERM' || without === 'EPERM') unnoticed.push(`${name}: ${whole}, ${without}`);
    }
    expect(unnoticed).toEqual([]);
    expect(denied.length).toBeGreaterThan(50);
  });
});
