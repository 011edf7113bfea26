import { homedir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Denial, Denials } from '../denials/denial.js';
import { summary } from './denials-output.js';

function denials(all: readonly Partial<Denial>[], more: Partial<Denials> = {}): Denials {
  const usual = { time: '', pid: 1, program: 'sh', call: 'openat', right: 'read_file', errno: 'EACCES', count: 1 };
  const whole = all.map((one) => Object.assign({ path: '/a' }, usual, one));
  return { all: whole, lost: 0, state: 'complete', ...more } as Denials;
}

describe('the summary of denials', () => {
  it('has a line for each, with the option that allows it', () => {
    const cache = join(homedir(), '.cache');
    const make = { right: 'make_reg', path: join(cache, 'x'), count: 4, add: { options: ['--rw', cache], path: {} } };
    const read = { path: "/it's", add: { options: ['--ro', "/it's"], path: {} } };
    const move = {
      call: 'rename',
      path: '/a',
      to: '/b/a',
      right: 'refer',
      add: { path: { rw: ['/', '/b'], refer: true } },
    };
    const forged = { path: '/tmp/x; allow with --rw ~', to: "/b/$(a)'", call: 'rename', right: 'refer' };
    const low = { port: 80, call: 'bind', right: 'bind_tcp' };
    expect(summary(denials([make, read, move, {}, forged, low]))).toEqual([
      `denied: make ${cache}/x (4 times); allow with --rw ~/.cache`,
      String.raw`denied: read '/it'\''s'; allow with --ro '/it'\''s'`,
      'denied: rename /a /b/a; allow with this rule in landlock.paths of a policy: {"rw":["/","/b"],"refer":true}',
      'denied: read /a',
      String.raw`denied: rename '/tmp/x; allow with --rw ~' '/b/$(a)'\'''`,
      "denied: bind TCP port 80; --why 'bind 80' says what allows it",
    ]);
  });

  it('is short, and says what is missing', () => {
    const lines = summary(
      denials(
        Array.from({ length: 30 }, () => ({})),
        { lost: 7, state: 'interrupted' },
      ),
    );
    expect(lines).toHaveLength(23);
    expect(lines.slice(20)).toEqual([
      'denied: 10 more, which --denials=FILE lists',
      'denied: 7 calls were not listed, since there were too many different ones',
      'the supervisor ended before the command: since then calls that name files failed with ENOSYS',
    ]);
  });
});
