/* The end of a program by a limit says which: as the kernel reports it, and nothing is guessed. */
import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox, type SandboxOptions } from '../../src/index.js';
import { sbRun } from '../sb-run.js';

/** Without the directories of homes, in which other tests on this machine make and move links meanwhile. */
const files = 'read-only' as const;
const python = async (policy: SandboxOptions, line: string) =>
  await createSandbox({ landlock: files, ...policy, prefer: ['landlock'] }).run('/usr/bin/python3', ['-c', line]);
const spin = 'while True: pass';

describe.skipIf(missing('linux'))('a program', () => {
  it('that used up its processor time is ended by rlimit.cpu', async () => {
    const { signal, reachedLimits } = await python({ rlimits: { cpu: 1 } }, spin);
    expect([signal, reachedLimits]).toEqual(['SIGKILL', [{ limit: 'rlimit.cpu', ended: true }]]);
  });

  it.each([
    ['its child used', `import os\nif os.fork() == 0:\n  ${spin}\nos.wait(); os.kill(os.getpid(), 9)`],
    ['it ends itself before', 'import os; os.kill(os.getpid(), 9)'],
  ])('is not, where %s', async (_name, line) => {
    const { signal, reachedLimits } = await python({ rlimits: { cpu: 1 } }, line);
    expect([signal, reachedLimits]).toEqual(['SIGKILL', []]);
  });

  it('that writes too large a file is ended by rlimit.fsize, and a smaller file is written', async () => {
    using folder = temporaryFolder(0o777);
    const file = folder.file('out');
    const policy: SandboxOptions = {
      landlock: { preset: files, paths: [{ rw: folder.path }] },
      rlimits: { fsize: 4096 },
    };
    // Python ignores the signal, as many programs do not.
    const write = (bytes: number) =>
      `import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL); open(${JSON.stringify(file)}, "wb", 0).write(b"x" * ${bytes}); open(${JSON.stringify(file)}, "ab", 0).write(b"x")`;
    const large = await python(policy, write(4096));
    expect([large.signal, large.reachedLimits]).toEqual(['SIGXFSZ', [{ limit: 'rlimit.fsize', ended: true }]]);
    const small = await python(policy, write(4095));
    expect([small.exitCode, small.signal, small.reachedLimits]).toEqual([0, null, []]);
    const open = await python({ ...policy, rlimits: {} }, write(4096));
    expect([open.exitCode, open.reachedLimits]).toEqual([0, []]);
  });

  it('that gets no memory ends as it likes, and nothing is guessed', async () => {
    const { exitCode, signal, reachedLimits } = await python({ rlimits: { as: 2 ** 28 } }, 'x = b"x" * 2**29');
    expect([exitCode === 0 && signal === null, reachedLimits]).toEqual([false, []]);
  });

  it('under sb-run is told apart by a line', async () => {
    const options = ['--fs', files, '--prefer', 'landlock', '--rlimit', 'cpu=1'];
    const run = await sbRun([...options, '--', '/usr/bin/python3', '-c', spin]);
    expect(run).toMatchObject({
      status: 137,
      stderr: 'sb-run: the limit of 1 second of processor time ended the command (--rlimit cpu)\n',
    });
    const killed = await sbRun([...options, '--', '/bin/sh', '-c', 'kill -9 $$']);
    expect(killed).toMatchObject({ status: 137, stderr: '' });
  });
});
