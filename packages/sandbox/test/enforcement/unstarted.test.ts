/* The launcher itself can't be started: one error of ours, and no signal to a process that isn't there. */
import { constants } from 'node:os';

import { fixtureJson, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

const fixture = new URL('fixtures/no-descriptors.ts', import.meta.url);

describe.skipIf(missing('linux'))('a launcher that could not be started', () => {
  it.each([
    ['timeout', ['syscall-failed']],
    ['aborted', ['ABORT_ERR', 'syscall-failed']],
  ])('is one error, and nobody is signalled: with %s', async (ending, errors) => {
    expect(await fixtureJson(fixture, [ending])).toEqual({
      errors,
      enforcement: 'syscall-failed',
      exitCode: -constants.errno.EMFILE,
      kills: 0,
    });
  });
});

describe.skipIf(missing('linux', 'root'))('a machine without /proc', () => {
  const program = `import { createSandbox } from '@sb/sandbox'; createSandbox({ user: 'nobody' }).plan(); console.log('made')`;
  const node = `exec ${process.execPath} --input-type=module --eval "$0"`;
  const run = async (script: string) => {
    return await runProgram('unshare', ['--mount', 'sh', '-c', script, program], { cwd: import.meta.dirname });
  };

  it('is told so, and what helps', async () => {
    expect(await run(node)).toMatchObject({ status: 0, stdout: 'made\n' });
    const { status, stderr } = await run(`mount -t tmpfs none /proc && ${node}`);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/cannot read \/proc.*: ENOENT.*mount -t proc/),
    });
  });
});

describe.skipIf(missing('linux'))('options that would fail while the child runs', () => {
  const sandbox = createSandbox();
  it.each([
    { timeout: -1 },
    { timeout: Number.NaN },
    { timeout: Number.POSITIVE_INFINITY },
    { timeout: 2 ** 31 },
    { killGrace: 0.5 },
    { killSignal: 'SIGFOO' as NodeJS.Signals },
  ])('are refused before: %j', (options) => {
    expect(() => sandbox.spawn('/bin/true', [], options)).toThrow(
      expect.objectContaining({ code: 'invalid-policy', path: Object.keys(options)[0] }),
    );
  });

  it('have no timeout where it is 0, as in child_process', async () => {
    const child = sandbox.spawn('/bin/sleep', ['0.2'], { timeout: 0 });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });
});
