/* The data files beside what they were made from, as far as this machine has it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { readNumbers, tables } from '../scripts/kernel-headers.mjs';
import groups from '../src/data/groups.json' with { type: 'json' };
import syscalls from '../src/data/syscalls.json' with { type: 'json' };

const headers = '/usr/lib/linux/uapi';

describe.skipIf(missing('kernelHeaders'))('the table of call numbers', () => {
  it('is that of the kernel’s headers, for every name that both know', () => {
    const installed = readNumbers(headers);
    const ours: Record<string, Record<string, number>> = syscalls.calls;
    let compared = 0;
    const differences: string[] = [];
    for (const [name, numbers] of Object.entries(installed)) {
      for (const [architecture, number] of Object.entries(numbers)) {
        const own = ours[name]?.[architecture];
        if (own === undefined) continue;
        compared++;
        if (own !== number) differences.push(`${architecture} ${name}: ${own}, in the headers ${number}`);
      }
    }
    expect(differences).toEqual([]);
    // Names that one of them lacks are newer or older than the other, which is a few.
    expect(compared).toBeGreaterThan(1300);
    for (const architecture of Object.keys(tables)) {
      const names = Object.keys(installed).filter((name) => installed[name]?.[architecture] !== undefined);
      const lacking = names.filter((name) => ours[name]?.[architecture] === undefined);
      expect(lacking.length, `${architecture} lacks ${lacking.join(' ')}`).toBeLessThan(10);
    }
  });
});

/** Groups with their members, from the form that `systemd-analyze syscall-filter` prints. */
function parse(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n').filter((one) => /^@|^ {4}[@\w]/.test(one))) {
    if (line.startsWith('@')) found.set(line.trim(), (current = []));
    else current.push(line.trim());
  }
  return found;
}

/** Members that are no call of any architecture in the kernel's headers. */
const leftOut = new Map([
  ['set_tls', 'a private call of 32-bit ARM, without a number in its table'],
  ['fstatat', 'no architecture has a number of that name; newfstatat and fstatat64 are in the group too'],
  ['newfstat', 'no architecture has a number of that name; fstat is in the group too'],
]);

describe('the groups that systemd has', () => {
  const committed = parse(readFileSync(new URL('data/systemd-257.txt', import.meta.url), 'utf8'));
  const from = Object.entries(groups.groups as Record<string, { readonly from: Record<string, readonly string[]> }>);
  const ours = new Map(from.map(([name, { from: sources }]) => [name, sources['systemd-257']]));

  it('are listed as systemd 257 lists them', () => {
    expect(committed.size).toBeGreaterThan(25);
    const differences = [...committed].flatMap(([name, members]) => {
      const own = ours.get(name) ?? [];
      const lacking = members.filter((member) => !own.includes(member) && !leftOut.has(member));
      const invented = own.filter((member) => !members.includes(member));
      const named = (what: string) => (member: string) => `${name} ${what} ${member}`;
      return lacking.map(named('lacks')).concat(invented.map(named('invents')));
    });
    expect(differences).toEqual([]);
    expect([...ours].filter(([name, members]) => members !== undefined && !committed.has(name))).toEqual([]);
  });

  const { status, stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  const isSame = status === 0 && stdout.startsWith('systemd 257 ');
  // Not a requirement: the committed list stands for it, and another version has other lists.
  it.runIf(isSame)('are those of the systemd that is installed', () => {
    const { stdout: listing } = spawnSync('systemd-analyze', ['syscall-filter'], { encoding: 'utf8' });
    const installed = parse(listing);
    expect([...installed].filter(([name]) => name !== '@known')).toEqual([...committed]);
  });
});
