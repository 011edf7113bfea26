/* What the filter and the scope for signals deny is told, with the error that it has without a supervisor. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Denial, SandboxOptions } from '@sb/sandbox';
import { compileC, missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const programs = temporaryFolder();
const calls = programs.file('calls');
const isOrdinary = missing('root');

/** A process group of the runner's own user. */
const group = spawn('sleep', ['1000'], { stdio: 'ignore', detached: true });

beforeAll(async () => {
  const flags = ['-static', '-pthread'];
  await compileC(calls, { from: import.meta.url, sources: ['fixtures/calls.c'], flags });
});
afterAll(() => {
  group.kill();
  programs[Symbol.dispose]();
});

async function run(more: SandboxOptions, denials: boolean, after: readonly string[] = []) {
  const policy: SandboxOptions = { landlock: { preset: 'read-only', paths: [{ rx: calls }] }, ...more };
  const child = createSandbox(policy).spawn(calls, [String(process.pid), String(group.pid), ...after], {
    stdio: ['ignore', 'pipe', 'inherit'],
    denials,
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close'), child.enforcement]);
  await child.denials?.ended;
  expect(child.denials?.state).toBe(denials ? 'complete' : undefined);
  return { lines: said.trimEnd().split('\n'), told: child.denials?.all ?? [] };
}

const names = new Map<unknown, string>([
  [process.pid, 'outside'],
  [-(group.pid ?? 0), 'group'],
]);
const nameOf = (target: Denial['target']) => names.get(target) ?? target;

const wordsOf = ({ layer, call, target, right, errno, count, add }: Denial): string =>
  [layer, call, nameOf(target), right, errno, count, ...(add?.options ?? [])]
    .filter((word) => word !== undefined)
    .join(' ');

const ofFilter = [
  'seccomp mount EPERM 3 --allow mount',
  'seccomp ptrace EPERM 1 --allow ptrace',
  'seccomp socket EAFNOSUPPORT 2 --unix any',
  'seccomp socket EAFNOSUPPORT 1',
];
const advice = '--scope abstract_unix_socket';
/** Flags of pidfd_send_signal(2) came with Linux 6.9: what was denied without a supervisor is told. */
const ofSignals = (lines: readonly string[]) => [
  `landlock kill outside signal EPERM 2 ${advice}`,
  `landlock tkill outside signal EPERM 1 ${advice}`,
  `landlock tgkill outside signal EPERM 1 ${advice}`,
  `landlock pidfd_send_signal outside signal EPERM ${2 + lines.filter((line) => line.endsWith('pidfd_send_signal with a flag\t1')).length} ${advice}`,
  `landlock rt_sigqueueinfo outside signal EPERM 2 ${advice}`,
  `landlock rt_tgsigqueueinfo outside signal EPERM 1 ${advice}`,
  `landlock kill group signal EPERM 1 ${advice}`,
  ...(lines.includes('pidfd_send_signal to a group\t1')
    ? [`landlock pidfd_send_signal group signal EPERM 1 ${advice}`]
    : []),
];

/** Ids deny the signals of another user as well: those are not denials of the scope. */
const users: readonly (readonly [string, SandboxOptions, typeof ofSignals])[] = [
  ['the same user', {}, ofSignals],
  ...(isOrdinary
    ? []
    : ([
        ['root without capabilities', { caps: { keep: [] } }, ofSignals],
        ['another user', { user: 'nobody' }, () => []],
      ] as const)),
];

describe.skipIf(missing('linux', 'landlock6')).each(users)('denied calls of %s', (_, more, signals) => {
  it('have the same answers as without a supervisor, and each is told', async () => {
    const plain = await run(more, false);
    const watched = await run(more, true);
    expect(watched.lines).toEqual(plain.lines);
    expect(plain.told).toEqual([]);
    expect(plain.lines).toEqual(
      expect.arrayContaining(['mount\t1', 'socket of unix\t97', 'socket of the internet\t0', 'an unknown call\t38']),
    );
    expect(plain.lines).toEqual(expect.arrayContaining(['kill outside\t1', 'kill child\t0', 'kill own group\t0']));
    expect(watched.told.map(wordsOf)).toEqual([...ofFilter, ...signals(plain.lines)]);
    const [mount] = watched.told;
    expect(mount).toMatchObject({ program: 'calls', rule: expect.stringMatching(/^deny-dangerous denies @/) });
    expect(mount).not.toHaveProperty('right');
  });
});

describe.skipIf(missing('linux', 'landlock6', 'root', 'userNamespaces'))('a signal by another user', () => {
  it('with capabilities in a user namespace is denied by ids, which is not told', async () => {
    const more: SandboxOptions = { user: 'nobody', seccomp: { base: 'deny-dangerous', allow: ['unshare'] } };
    const { lines, told } = await run(more, true, ['apart']);
    expect(lines).toEqual(expect.arrayContaining(['kill outside\t1', 'kill child\t0']));
    expect(told.filter(({ layer }) => layer === 'landlock').map(wordsOf)).toEqual([]);
  });
});

describe.skipIf(missing('linux', 'landlock6'))('what a denial of a call says to add', () => {
  it('is enough', async () => {
    const wider: SandboxOptions = {
      seccomp: { base: 'deny-dangerous', allow: ['mount', 'ptrace'] },
      unix: 'any',
      landlock: { preset: 'read-only', paths: [{ rx: calls }], scope: ['abstract_unix_socket'] },
    };
    const { lines, told } = await run(wider, true);
    expect(told.map(wordsOf)).toEqual(['seccomp socket EAFNOSUPPORT 1']);
    expect(lines).toEqual(expect.arrayContaining(['socket of unix\t0', 'kill outside\t0', 'tgkill outside\t0']));
  });

  it('twin: without a scope for signals they are neither denied nor asked about', async () => {
    const { told } = await run({ landlock: { preset: 'read-only', paths: [{ rx: calls }], scope: [] } }, true);
    expect(told.map(wordsOf)).toEqual(ofFilter);
  });
});
