/* What a worker could become, tried by a program in its place: Node itself can't make these calls. */
import { text } from 'node:stream/consumers';

import { createSandbox } from '@sb/sandbox';
import { type Attempt, missing, parseProbe, probe, probeArguments, probePath } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { confinement } from '../../src/confinement.js';
import { settingsOf } from '../../src/settings.js';

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

describe.skipIf(missing('root', 'linux', 'landlock6'))('in the place of a worker', () => {
  it('no program is executed, from a file, a descriptor or memory', async () => {
    const control = await probe(attempts, { uid: 65_534, gid: 65_534 });
    expect(control.map(({ outcome }) => outcome)).toEqual(['EFAULT', 'EFAULT', 'EFAULT', 'EFAULT', 'EFAULT', 'OK']);
    const options = confinement(settingsOf({ user: 'nobody' }).sandbox, [], [{ maxBytes: 0, signature: null }]);
    const child = createSandbox(options).spawn(probePath(), probeArguments(attempts), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = child.stdout === null ? '' : await text(child.stdout);
    const denied = ['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'OK'];
    expect(parseProbe(said, attempts.length).map(({ outcome }) => outcome)).toEqual(denied);
    const line = { layer: 'seccomp', feature: 'exec_once', state: 'enforced' };
    expect((await child.enforcement).features).toContainEqual(line);
  });
});
