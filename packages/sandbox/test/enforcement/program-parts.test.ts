/* Under `minimal` the files of a program are granted: those that were looked at, whatever is in their place by then. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, probePath, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';

/** A script whose interpreter somebody else chooses, by a folder that changes places; `secret` is what he is after. */
function scene() {
  const folder = temporaryFolder();
  for (const name of ['theirs', 'secrets', 'tools']) mkdirSync(folder.file(name));
  copyFileSync(probePath(), folder.file('theirs/tool'));
  writeFileSync(folder.file('secrets/tool'), 'secret\n', { mode: 0o700 });
  symlinkSync('theirs', folder.file('way'));
  writeFileSync(folder.file('script'), `#!${folder.file('way/tool')}\n`, { mode: 0o755 });
  const look = () => {
    const sandbox = createSandbox({ landlock: { preset: 'minimal' } });
    // What a script is asked for by its interpreter: here a program that opens the file that it is given.
    return sandbox.command(folder.file('script'), ['open-read', folder.file('secrets/tool')]);
  };
  const run = ({ file, args }: { readonly file: string; readonly args: readonly string[] }) => {
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  return { folder, look, run, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe.skipIf(missing('linux', 'root', 'landlock7'))('the interpreter of a script', () => {
  it('is granted as it was looked at: the control', () => {
    using place = scene();
    using command = place.look();
    expect(place.run(command).stderr).not.toContain('failed landlock');
  });

  it('is not another file that its path leads to by then', () => {
    using place = scene();
    using command = place.look();
    symlinkSync('secrets', place.folder.file('new'));
    renameSync(place.folder.file('new'), place.folder.file('way'));
    expect(place.run(command)).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining('failed landlock file : errno 116') as string,
    });
  });

  it('nor is the program itself', () => {
    using place = scene();
    using command = createSandbox({ landlock: { preset: 'minimal' } }).command(place.folder.file('way/tool'));
    symlinkSync('secrets', place.folder.file('new'));
    renameSync(place.folder.file('new'), place.folder.file('way'));
    expect(place.run(command)).toMatchObject({ status: 125, stderr: expect.stringContaining('errno 116') as string });
  });
});
