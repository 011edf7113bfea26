import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { holdPath, mountOf, openName, readKernelFile, readTaskStatus, useFileCalls } from '@sb/core';
import { HeldDirectories } from '@sb/files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { native } from './native.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sb-calls-'));
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('folder', join(folder, 'link'));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/n`), Buffer.from([0xe9])]), '');
});
afterEach(() => {
  useFileCalls(undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** What a look says, by the addon and by Node. */
function both<Result>(look: () => Result): readonly [addon: unknown, node: unknown] {
  const said = (): unknown => {
    try {
      return look();
    } catch (error) {
      const { message, code, errno, syscall, path } = error as NodeJS.ErrnoException;
      return { message, code, errno, syscall, path };
    }
  };
  useFileCalls(native());
  const addon = said();
  useFileCalls(undefined);
  return [addon, said()];
}

/** The kind of what was opened, and its number. */
function shown(opened: number | string): unknown {
  if (typeof opened === 'string') return opened;
  const seen = [fstatSync(opened).ino, mountOf(opened)];
  closeSync(opened);
  return seen;
}

const oPath = 0o10_000_000;
const long = ['x'.repeat(256), 'x'.repeat(5000)];
// A name that begins with a slash stays in the directory, where it may be missing.
const names = ['folder', 'file', 'link', 'none', 'n\u00e9', '..', '.', ...long, 'a\0b', '', '/', '/folder', '/etc'];

describe.skipIf(process.platform !== 'linux')("the addon's calls on files", () => {
  it('open what Node opens, and fail as Node does', () => {
    const held = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    for (const name of names)
      for (const more of [0, constants.O_DIRECTORY]) {
        const [addon, node] = both(() => shown(openName(held, name, oPath | constants.O_NOFOLLOW | more)));
        expect([name, more, addon]).toEqual([name, more, node]);
      }
    closeSync(held);
    for (const name of ['none', 'file/x', 'none/x', 'link/none', 'x'.repeat(256)]) {
      const [addon, node] = both(() => holdPath(join(folder, name)));
      const known = JSON.stringify(node).replaceAll(/fd\/\d+/g, 'fd/N');
      expect(JSON.stringify(addon).replaceAll(/fd\/\d+/g, 'fd/N')).toBe(known);
      expect(known).toContain('"syscall":"open"');
    }
    const [closed, byNode] = both(() => openName(999_999, 'x', oPath));
    expect([closed, byNode]).toEqual(['ENOENT', 'ENOENT']);
  });

  it('leave nothing open that an executed program would get', () => {
    const opened = native().openAt(-1, folder, oPath);
    expect(readKernelFile(`/proc/self/fdinfo/${opened}`)).toMatch(/^flags:\s*012\d*$/m);
    closeSync(opened);
  });

  it('read what Node reads', () => {
    const [status, byNode] = both(() => ({ ...readTaskStatus('self') }));
    expect(status).toEqual(byNode);
    for (const path of ['/proc/version', '/proc/self/uid_map', '/proc/self/none', '/proc/self/task', '/etc/passwd']) {
      const [addon, node] = both(() => readKernelFile(path));
      expect([path, addon]).toEqual([path, node]);
    }
    expect(native().readFile('/proc/version', Buffer.alloc(8))).toBe(-27);
    expect(native().mountOf(999_999)).toBe(-2);
  });

  it('list what Node lists, also in many calls', () => {
    for (let number = 0; number < 400; number++)
      writeFileSync(join(folder, 'folder', `..${'x'.repeat(130)}${number}`), '');
    const path = Buffer.from(folder).toString('latin1');
    for (const name of ['', '/folder', '/none', '/file']) {
      const [addon, node] = both(() => {
        using directories = new HeldDirectories();
        return [...directories.entries(`${path}${name}`)].sort((a, b) => (a.name < b.name ? -1 : 1));
      });
      expect(addon).toEqual(node);
    }
  });

  it('are those of a sandbox in the main thread, and of none in a worker', () => {
    const file = (name: string): string => JSON.stringify(import.meta.resolve(name));
    const code = `
      import { isMainThread, Worker } from 'node:worker_threads';
      import { fileCalls } from ${file('@sb/core')};
      import { createSandbox } from ${file('@sb/sandbox')};
      createSandbox().plan();
      console.log(isMainThread, fileCalls() !== undefined);
      if (isMainThread) new Worker(new URL(import.meta.url));`;
    const program = join(folder, 'program.mjs');
    writeFileSync(program, code);
    const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'true true\nfalse false\n', stderr: '' });
  });
});
