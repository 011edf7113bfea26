import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { holdPath, type HoldPathOptions } from './hold-path.js';
import { NearDirectories } from './near-directories.js';

/** What a path leads to, as a number of the file system; an error's name where it leads nowhere. */
function found(path: Buffer | string, options?: HoldPathOptions): bigint | string {
  try {
    const held = holdPath(path, options);
    try {
      return fstatSync(held, { bigint: true }).ino;
    } finally {
      closeSync(held);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function byKernel(path: Buffer | string): bigint | string {
  try {
    return statSync(path, { bigint: true }).ino;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sb-core-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);

describe.skipIf(process.platform !== 'linux')('holdPath', () => {
  it('leads where the kernel leads', () => {
    mkdirSync(file('a/b'), { recursive: true });
    writeFileSync(file('a/b/file'), '');
    for (const [name, target] of [
      ['link', 'a/b'],
      ['absolute', file('a')],
      ['chain', 'link/file'],
      ['circle', 'circle'],
      ['nowhere', 'none/x'],
      ['up', 'link/../b/file'],
    ] as const)
      symlinkSync(target, file(name));
    symlinkSync('a', Buffer.concat([Buffer.from(file('n')), Buffer.from([0xe9])]));
    const names = [
      'a',
      'a/',
      'a/b/file',
      'a/b/file/',
      'a/b/file/.',
      'a/b/file/x',
      'link',
      'link/',
      'link/file',
      'link/..',
    ];
    const links = ['absolute/b', 'chain', 'circle', 'nowhere', 'up', 'none', 'a/./b/../b', 'a/../..//'];
    for (const name of [...names, ...links]) expect([name, found(file(name))]).toEqual([name, byKernel(file(name))]);
    const odd = Buffer.concat([Buffer.from(file('n')), Buffer.from([0xe9])]);
    expect(found(odd)).toBe(byKernel(odd));
    for (const path of [
      '',
      '.',
      '..',
      'src',
      '/',
      '/proc/self/fd',
      '/proc/self/exe',
      '/proc/thread-self/cwd',
      '/proc/mounts',
    ])
      expect([path, found(path)]).toEqual([path, byKernel(path)]);
  });

  it('leads to one of two that another process exchanges all the time', async () => {
    for (const name of ['x', 'a']) mkdirSync(file(name));
    symlinkSync('a', file('link'));
    const flips = `const { renameSync: mv } = require('fs');
      for (let i = 0; i < 20000; i++) { mv('x', 'y'); mv('link', 'x'); mv('x', 'link'); mv('y', 'x'); }`;
    const flipping = spawn(process.execPath, ['-e', flips], { cwd: folder, stdio: 'ignore' });
    const ends = once(flipping, 'exit');
    const kinds = new Set<bigint | string>();
    const rounds = (): void => {
      for (let round = 0; round < 100; round++) kinds.add(found(file('x')));
    };
    while (flipping.exitCode === null) {
      rounds();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(await ends).toEqual([0, null]);
    expect([...kinds].filter((kind) => typeof kind === 'string' && kind !== 'ENOENT')).toEqual([]);
  });

  it('takes a link as it is where links are not followed', () => {
    symlinkSync('.', file('link'));
    const held = holdPath(file('link'), { follows: false });
    expect(fstatSync(held).isSymbolicLink()).toBe(true);
    closeSync(held);
    expect(found(file('link/link'), { follows: false })).toBe('ENOTDIR');
  });

  it('follows what this process has open, also without a name', () => {
    const own = openSync(file('file'), 'w+');
    unlinkSync(file('file'));
    expect(found(`/proc/self/fd/${own}`)).toBe(fstatSync(own, { bigint: true }).ino);
    closeSync(own);
  });

  it('follows no link to what another process has, by any of its paths', async () => {
    const child = spawn('sleep', ['60'], { stdio: ['pipe', 'ignore', 'ignore'], cwd: folder });
    await once(child, 'spawn');
    for (const name of ['root', 'cwd', 'exe', 'fd/0', `task/${child.pid}/root`, 'root/etc']) {
      const path = `/proc/${child.pid}/${name}`;
      symlinkSync(path, file('link'));
      expect(byKernel(path), path).toBeTypeOf('bigint');
      expect([path, found(path), found(file('link'))]).toEqual([path, 'ELOOP', 'ELOOP']);
      unlinkSync(file('link'));
    }
    expect(found(`/proc/${child.pid}/status`)).toBe(byKernel(`/proc/${child.pid}/status`));
    child.kill('SIGKILL');
    await once(child, 'close');
  });

  it.skipIf(process.geteuid?.() !== 0)('takes no process of another namespace for this one', () => {
    // The second process of a namespace, which sees /proc of the one outside: there, 2 is a thread of the kernel.
    const module = JSON.stringify(new URL('../dist/index.js', import.meta.url).href);
    const code = `import { holdPath } from ${module};
      import { readlinkSync } from 'node:fs';
      const attempt = (path) => { try { holdPath(path); return 'held'; } catch ({ code }) { return code; } };
      const own = '/proc/' + readlinkSync('/proc/self') + '/root';
      console.log(process.pid, readlinkSync('/proc/2/root'), attempt('/proc/2/root'), attempt(own));`;
    const line = `"${process.execPath}" --input-type=module -e "$1"; exit $?`;
    const run = ['--pid', '--fork', '/bin/sh', '-c', line, 'sh', code];
    const { stdout, status } = spawnSync('unshare', run, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    expect({ stdout, status }).toEqual({ stdout: '2 / ELOOP held\n', status: 0 });
  });

  it('ends soon where links lead through thousands of names', () => {
    const long = '../'.repeat(1300).slice(0, 4000);
    const up = folder.split('/').length - 1;
    for (let number = 0; number < 39; number++)
      symlinkSync(`${long}${'../'.repeat(up)}${folder.slice(1)}/l${number + 1}`, file(`l${number}`));
    symlinkSync('.', file('l39'));
    expect(byKernel(file('l38'))).toBeTypeOf('bigint');
    const begun = performance.now();
    expect(found(file('l38'))).toBe(byKernel(file('l38')));
    expect(found(file('l0'))).toBe('ELOOP');
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it('follows links above the last name alone, if asked to', () => {
    mkdirSync(file('a'));
    writeFileSync(file('a/file'), '');
    symlinkSync('a', file('link'));
    symlinkSync('file', file('a/last'));
    expect(found(file('link/file'), { follows: 'above' })).toBe(byKernel(file('a/file')));
    expect(found(file('link/last'), { follows: 'above' })).toBe(lstatSync(file('a/last'), { bigint: true }).ino);
    expect(found(file('link/'), { follows: 'above' })).toBe(byKernel(file('a')));
    expect(found(file('link/file'), { follows: false })).toBe('ENOTDIR');
  });

  it('leads to the same from directories of earlier calls, and leaves nothing open', () => {
    mkdirSync(file('a/b/c'), { recursive: true });
    writeFileSync(file('a/b/file'), '');
    symlinkSync('a/b', file('link'));
    symlinkSync('../b/file', file('a/b/up'));
    symlinkSync(file('a'), file('a/b/absolute'));
    const before = readdirSync('/proc/self/fd').length;
    {
      using near = new NearDirectories();
      const names = [
        'a/b/file',
        'a/b/up',
        'a/b/c',
        'a/b/c/..',
        'a/b/',
        'a/b/.',
        'link/file',
        'link/up',
        'link/c/../file',
      ];
      const more = [
        'a/b/absolute/b/file',
        'a/b/none',
        'a/b/file/x',
        'a//b/file',
        'a//b/none',
        'a/b//file',
        'a/b/./file',
        'a/./b/file',
        'a/./b/up',
        'a/b/c/../../b/up',
        'link',
        'a',
      ];
      for (const name of [...names, ...more, ...names]) {
        // Not by join(), which would make one of two slashes.
        const path = `${folder}/${name}`;
        expect(found(path, { near }), name).toBe(byKernel(path));
      }
      expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 8);
      // It stays in the directory that the text led to.
      renameSync(file('a'), file('moved'));
      expect(found(file('a/b/file'), { near })).toBe(byKernel(file('moved/b/file')));
    }
    expect(found(file('a/b/file'))).toBe('ENOENT');
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});
