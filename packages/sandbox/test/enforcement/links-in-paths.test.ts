/* What `..` means behind a symbolic link: where the link leads, for rules, folders and programs alike. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lchownSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/index.js';
import { sbRunPath } from '../sb-run.js';

/** `link/../out` is `real/out` to the kernel, and `out` to who only reads the text. */
function scene() {
  const folder = temporaryFolder();
  const [meant, other] = [folder.file('real/out'), folder.file('out')];
  for (const path of [folder.file('real/deep'), meant, other]) mkdirSync(path, { recursive: true });
  symlinkSync('real/deep', folder.file('link'));
  return { folder, meant, other, through: `${folder.path}/link/../out` };
}

describe.skipIf(missing('linux', 'landlock7'))('a path through a link', () => {
  it('grants the directory that the kernel finds, and not the one that the text names', () => {
    const { folder, meant, other, through } = scene();
    using _ = folder;
    const script = `echo x >${meant}/file; echo x >${other}/file`;
    using command = createSandbox({ landlock: { paths: [{ rw: through }] } }).command('/bin/sh', ['-c', script]);
    const { stderr } = spawnSync(command.file, command.args, { encoding: 'utf8' });
    expect([existsSync(`${meant}/file`), existsSync(`${other}/file`)]).toEqual([true, false]);
    expect(stderr).toContain('Permission denied');
    // The control: without rules both can be written.
    spawnSync('/bin/sh', ['-c', script]);
    expect(existsSync(`${other}/file`)).toBe(true);
  });

  it('leads to the working directory and the program that the kernel finds', () => {
    const { folder, meant, other, through } = scene();
    using _ = folder;
    for (const [path, word] of [
      [meant, 'meant'],
      [other, 'other'],
    ] as const) {
      writeFileSync(`${path}/program`, `#!/bin/sh\necho ${word} $(pwd -P)\n`);
      chmodSync(`${path}/program`, 0o755);
    }
    const run = (cwd: string, program: string) => {
      using command = createSandbox({ cwd }).command(program);
      return spawnSync(command.file, command.args, { encoding: 'utf8' }).stdout;
    };
    expect(run(through, './program')).toBe(`meant ${meant}\n`);
    expect(run(folder.path, 'link/../out/program')).toBe(`meant ${folder.path}\n`);
  });
});

describe.skipIf(missing('linux', 'root', 'landlock7'))('a link in a path that root names', () => {
  /** Whether a program may write where a link leads that a user has in a folder of another one's. */
  function writesThrough(uid: number, { user, owner = 61_717 }: { user?: string; owner?: number } = {}): boolean {
    using folder = temporaryFolder();
    const [target, theirs] = [folder.file('target'), folder.file('theirs')];
    for (const path of [target, theirs]) mkdirSync(path);
    chmodSync(target, 0o777);
    symlinkSync(target, `${theirs}/link`);
    lchownSync(theirs, owner, owner);
    lchownSync(`${theirs}/link`, uid, uid);
    const options = { landlock: { paths: [{ rw: `${theirs}/link` }] }, ...(user === undefined ? {} : { user }) };
    using command = createSandbox(options).command('/bin/sh', ['-c', `echo x >${target}/file`]);
    spawnSync(command.file, command.args);
    return existsSync(`${target}/file`);
  }

  it('is not followed where another user can lead it elsewhere', () => {
    expect([writesThrough(61_717), writesThrough(61_717, { user: 'nobody' })]).toEqual([false, false]);
    expect([writesThrough(0), writesThrough(0, { user: 'nobody' })]).toEqual([false, false]);
  });

  it('is followed where root alone puts links', () => {
    expect([writesThrough(0, { owner: 0 }), writesThrough(0, { owner: 0, user: 'nobody' })]).toEqual([true, true]);
  });

  it('is not followed where it is the sandbox’s user’s', () => {
    expect([writesThrough(65_534, { user: 'nobody' }), writesThrough(65_534)]).toEqual([false, false]);
    expect(writesThrough(0, { user: 'nobody', owner: 65_534 })).toBe(false);
  });

  it('is followed in a directory that all may write to if it is the ordinary user’s own', () => {
    using folder = temporaryFolder();
    const [target, open] = [folder.file('target'), folder.file('open')];
    for (const path of [target, open]) mkdirSync(path);
    chmodSync(target, 0o777);
    chmodSync(open, 0o1777);
    const sbRun = (link: string, uid: number) => {
      symlinkSync(target, link);
      lchownSync(link, uid, uid);
      const words = [sbRunPath(), '--rw', link, '--', 'touch', `${target}/${uid}`];
      return spawnSync(process.execPath, words, { uid: 61_719, gid: 61_719, encoding: 'utf8' });
    };
    expect(sbRun(`${open}/own`, 61_719)).toMatchObject({ status: 0, stderr: '' });
    expect(sbRun(`${open}/other`, 61_717)).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('another user') as string,
    });
  });

  it('leads where the kernel says, in proc', () => {
    const paths = [{ ro: ['/proc/self/fd/0'] }];
    using command = createSandbox({ landlock: { preset: 'read-only', paths } }).command('/bin/true');
    using folder = temporaryFolder();
    writeFileSync(folder.file('gone'), '');
    const file = openSync(folder.file('gone'), 'r');
    rmSync(folder.file('gone'));
    const { status } = spawnSync(command.file, command.args, { stdio: [file, 'ignore', 'ignore'] });
    closeSync(file);
    expect(status).toBe(0);
  });
});
