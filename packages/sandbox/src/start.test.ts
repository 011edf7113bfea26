import { closeSync, openSync, readFileSync } from 'node:fs';
import { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { compileFixture, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { startProgram } from './start.js';

describe.skipIf(missing('linux', 'landlock6'))('a program that is started without child_process', () => {
  it('has every layer, and the descriptors that it is given', async () => {
    using folder = temporaryFolder();
    const output = openSync(folder.file('output'), 'w');
    const script = 'echo here; exit 7';
    const child = startProgram(
      { landlock: { preset: 'minimal' }, seccomp: 'network-client', off: ['privdrop'] },
      { program: '/bin/sh', args: ['-c', script], stdio: ['ignore', output, 'ignore'] },
    );
    closeSync(output);
    const closed = once(child, 'close');
    const report = await child.enforcement;
    expect(report.verified).toMatchObject({ noNewPrivs: true, seccomp: 2 });
    expect(await closed).toEqual([7, null]);
    expect(readFileSync(folder.file('output'), 'utf8')).toBe('here\n');
    expect(child).not.toBeInstanceOf(ChildProcess);
  });

  it('is waited for by its process, unless it is left', async () => {
    const fixture = compileFixture(new URL('../test/enforcement/fixtures/left-child.ts', import.meta.url));
    const { stdout: ended } = await runProgram(process.execPath, [fixture, 'ended']);
    expect(ended).toMatch(/^\d+\nSIGTERM\n$/);
    const { stdout: left, status } = await runProgram(process.execPath, [fixture, 'left']);
    expect([left, status]).toEqual([expect.stringMatching(/^\d+\n$/), 0]);
    // It has outlived the other one.
    expect(process.kill(Number(left), 'SIGKILL')).toBe(true);
  });

  it('is refused as by spawn', () => {
    const start = { program: '/bin/true', args: [], stdio: [] };
    expect(() => startProgram({ landlok: 'off' } as object, start)).toThrow('landlok');
    expect(() => startProgram({}, { ...start, stdio: [-2] })).toThrow('stdio[0]');
    expect(() => startProgram({}, { ...start, program: '/none' })).toThrow('/none');
  });
});
