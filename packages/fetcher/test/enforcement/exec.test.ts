/* What a worker could become or trace, tried by a program in its place: Node itself can't make these calls. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { createSandbox } from '@sb/sandbox';
import { type Attempt, missing, parseProbe, probe, probeArguments, probePath, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { confinement } from '../../src/sandbox/confinement.js';
import { settingsOf } from '../../src/request/settings.js';

/** Numbers of calls on x86-64 and on arm64 (the kernel's own tables). */
const numbers = { execve: [59, 221], execveat: [322, 281], memfd_create: [319, 279], getpid: [39, 172] } as const;
const call = (name: keyof typeof numbers, ...args: readonly number[]): Attempt => [
  'syscall',
  numbers[name][process.arch === 'arm64' ? 1 : 0],
  ...args,
];

/** With no such descriptor and no program: the kernel's own answer shows that it would have gone on. */
const attempts = [
  call('execve', 0, 0, 0),
  call('execveat', -1, 0, 0, 0, 0),
  call('execveat', -1, 0, 0, 0, 0x1000),
  call('execveat', -1, 0, 0, 0, 0, 1),
  call('memfd_create', 0, 0),
  call('getpid'),
];

/** What a worker's confinement answers to attempts, and what it says is in force. */
async function inside(tried: readonly Attempt[]) {
  const options = confinement(settingsOf({ user: 'nobody' }).sandbox, []);
  const child = createSandbox(options).spawn(probePath(), probeArguments(tried), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = child.stdout === null ? '' : await text(child.stdout);
  const outcomes = parseProbe(said, tried.length).map(({ outcome }) => outcome);
  return { outcomes, report: await child.enforcement };
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('in the place of a worker', () => {
  it('no program is executed, from a file, a descriptor or memory', async () => {
    const control = await probe(attempts, { uid: 65_534, gid: 65_534 });
    expect(control.map(({ outcome }) => outcome)).toEqual(['EFAULT', 'EFAULT', 'EFAULT', 'EFAULT', 'EFAULT', 'OK']);
    const { outcomes, report } = await inside(attempts);
    expect(outcomes).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'OK']);
    expect(report.features).toContainEqual({ layer: 'seccomp', feature: 'exec_once', state: 'enforced' });
  });

  it('no other process of its user is traced, and no descriptor of it is opened', async () => {
    using folder = temporaryFolder();
    const file = openSync(folder.file('theirs'), 'w+');
    const other = spawn('/bin/sleep', ['60'], {
      uid: 65_534,
      gid: 65_534,
      stdio: ['ignore', 'ignore', 'ignore', file],
    });
    closeSync(file);
    try {
      const tried = [
        ['open-write', `/proc/${other.pid}/fd/3`],
        ['ptrace', Number(other.pid)],
      ] as const satisfies readonly Attempt[];
      expect((await probe(tried)).map(({ outcome }) => outcome)).toEqual(['OK', 'OK']);
      expect((await inside(tried)).outcomes).toEqual(['EACCES', 'EPERM']);
    } finally {
      other.kill('SIGKILL');
    }
  });
});
