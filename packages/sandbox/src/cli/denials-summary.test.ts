import { homedir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Denial, Denials } from '../denials/denial.js';
import { summary as summaryOf, type SummarySubject } from './denials-summary.js';

function denials(all: readonly Partial<Denial>[], more: Partial<Denials> = {}): Denials {
  const usual = {
    time: '',
    pid: 1,
    layer: 'landlock',
    program: 'sh',
    call: 'openat',
    right: 'read_file',
    errno: 'EACCES',
    count: 1,
  };
  const whole = all.map((one) => Object.assign({ path: '/a' }, usual, one));
  return { all: whole, lost: 0, state: 'complete', ...more } as Denials;
}

const quiet: SummarySubject = { hasTmp: false, status: 0 };
const summary = (of: Denials, subject: Partial<SummarySubject> = {}) => summaryOf(of, { ...quiet, ...subject });

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
    const trace = { path: '/proc/7/environ', target: 7, right: 'ptrace' };
    const signal = {
      path: '',
      target: 7,
      call: 'kill',
      right: 'signal',
      add: { options: ['--scope', 'none'], scope: [] },
    };
    expect(summary(denials([make, read, move, {}, forged, low, signal, { ...signal, target: -8 }, trace]))).toEqual([
      `denied: make ${cache}/x (4 times); allow with --rw ~/.cache`,
      String.raw`denied: read '/it'\''s'; allow with --ro '/it'\''s'`,
      'denied: rename /a /b/a; allow with this rule in landlock.paths of a policy: {"rw":["/","/b"],"refer":true}',
      'denied: read /a',
      String.raw`denied: rename '/tmp/x; allow with --rw ~' '/b/$(a)'\'''`,
      "denied: bind TCP port 80; --why 'bind 80' says what allows it",
      'denied: signal process 7; allow with --scope none',
      'denied: signal process group 8; allow with --scope none',
      'denied: trace /proc/7/environ of process 7',
    ]);
    const own = { layer: 'seccomp', call: 'mount', rule: 'a rule denies mount', right: undefined } as object;
    expect(summary(denials([{ ...own, add: { options: ['--allow', 'mount'], allow: ['mount'] } }, own]))).toEqual([
      'denied: call mount, since a rule denies mount; allow with --allow mount',
      'denied: call mount, since a rule denies mount',
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

  const reading = (name: string, folder = '/data/many'): Partial<Denial> => ({
    path: join(folder, name),
    add: { options: ['--ro', join(folder, name)], path: { ro: join(folder, name) } },
  });
  const making = (path: string, folder: string): Partial<Denial> => ({
    path,
    right: 'make_reg',
    add: { options: ['--rw', folder], path: { rw: folder } },
  });
  const numbers = Array.from({ length: 200 }, (_, index) => String(index));

  it('says once what many names of a directory need', () => {
    const many = numbers.map((name) => ({ ...reading(name), count: 2 }));
    expect(summary(denials([...many, { path: '/a' }]))).toEqual([
      'denied: read 200 names in /data/many (400 times); allow with --ro /data/many',
      'denied: read /a',
    ]);
    const few = ['x', 'y', 'z'].map((name) => reading(name));
    expect(summary(denials(few))).toHaveLength(3);
    const [x, ...others] = ['x', 'y', 'z', 'w'];
    expect(summary(denials([reading(x ?? '', '/other'), ...others.map((name) => reading(name))]))).toHaveLength(4);
  });

  it('advises no rule for a whole directory with secrets, but one that each needs', () => {
    for (const folder of ['/etc', '/root', '/', homedir()]) {
      const lines = summary(denials(numbers.slice(0, 6).map((name) => reading(name, folder))));
      expect([folder, lines.length]).toEqual([folder, 6]);
    }
    const made = numbers.slice(0, 6).map((name) => making(join(homedir(), name), homedir()));
    expect(summary(denials(made))).toHaveLength(1);
  });

  it('prefers a private temporary directory to that of everybody', () => {
    const made = [making('/tmp/x', '/tmp')];
    expect(summary(denials(made))).toEqual([
      'denied: make /tmp/x; allow with --tmp, or with --rw /tmp if the command ignores TMPDIR',
    ]);
    expect(summary(denials(made), { hasTmp: true })).toEqual(['denied: make /tmp/x; allow with --rw /tmp']);
    expect(summary(denials([making('/tmp/x/y', '/tmp/x')]))).toEqual(['denied: make /tmp/x/y; allow with --rw /tmp/x']);
  });

  it('says that nothing was denied if the command failed', () => {
    const line = 'no denial was seen. The command probably failed for a reason other than the sandbox';
    expect(summary(denials([]), { status: 4 })).toEqual([line]);
    for (const status of [0, undefined]) expect(summary(denials([]), { status })).toEqual([]);
    expect(summary(denials([{}]), { status: 4 })).toEqual(['denied: read /a']);
    expect(summary(denials([], { lost: 3 }), { status: 4 })).not.toContain(line);
    expect(summary(denials([], { state: 'interrupted' }), { status: 4 })).not.toContain(line);
  });
});
