/* Orders for root, in places where a neighbour could have written them. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  lchownSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readTrustedFile } from './trusted-file.js';

const nobody = 65_534;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('etc'));
  writeFileSync(folder.file('etc/conf'), 'orders', { mode: 0o644 });
});
afterEach(() => folder[Symbol.dispose]());

const read = (path: string, maxBytes = 100): string => readTrustedFile(folder.file(path), maxBytes).toString();

describe.skipIf(missing('root', 'linux'))('root', () => {
  it('reads its own file: the control', () => {
    expect(read('etc/conf')).toBe('orders');
    chmodSync(folder.file('etc/conf'), 0o664);
    expect(read('etc/conf')).toBe('orders');
  });

  it.each([
    [nobody, 0, '0o644', 'it belongs to uid 65534'],
    [0, 0, '0o646', 'it is writable for all'],
    [0, nobody, '0o664', 'it is writable for the group 65534'],
  ])('reads no instructions from a file of %i:%i with mode %s', (uid, gid, mode, why) => {
    chownSync(folder.file('etc/conf'), uid, gid);
    chmodSync(folder.file('etc/conf'), Number(mode));
    expect(() => read('etc/conf')).toThrow(`${folder.file('etc/conf')} is not read: ${why}`);
  });

  it('follows a link of root, and refuses one of a neighbour', () => {
    symlinkSync('etc/conf', folder.file('link'));
    expect(read('link')).toBe('orders');
    lchownSync(folder.file('link'), nobody, nobody);
    expect(() => read('link')).toThrow('is a symbolic link of uid 65534');
  });

  it('reads no instructions from below a directory of a neighbour', () => {
    chownSync(folder.file('etc'), nobody, nobody);
    expect(() => read('etc/conf')).toThrow(`${folder.file('etc')} belongs to uid 65534`);
  });

  it.each([
    [0, 0, '0o1777', 'is writable for all'],
    [0, nobody, '0o1775', 'is writable for the group 65534'],
  ])(
    'reads no instructions from a file that any user can have moved to a sticky directory of %i:%i',
    (uid, gid, mode, why) => {
      chownSync(folder.file('etc'), uid, gid);
      chmodSync(folder.file('etc'), Number(mode));
      const [conf, etc] = [folder.file('etc/conf'), folder.file('etc')];
      expect(() => read('etc/conf')).toThrow(`${conf} is not read: it lies in ${etc}, which ${why}`);
      // The twin: a directory of root's in it can't be moved there by others.
      mkdirSync(folder.file('etc/own'));
      renameSync(conf, folder.file('etc/own/conf'));
      expect(read('etc/own/conf')).toBe('orders');
    },
  );

  it('finds the file that the kernel finds', () => {
    mkdirSync(folder.file('etc/sub'));
    writeFileSync(folder.file('etc/sub/conf'), 'sub', { mode: 0o644 });
    symlinkSync('etc/sub', folder.file('link'));
    expect(readTrustedFile(`${folder.path}/link/../conf`, 100).toString()).toBe('orders');
    expect(() => readTrustedFile(`${folder.path}/etc/conf/`, 100)).toThrow(/ENOTDIR/);
    expect(() => readTrustedFile('', 100)).toThrow(/ENOENT/);
  });

  it('reads nothing from the null device', () => {
    expect(readTrustedFile('/dev/null', 100)).toHaveLength(0);
    expect(() => readTrustedFile('/dev/zero', 100)).toThrow('is writable for all');
  });

  it('does not wait for the other end of a pipe', () => {
    execFileSync('mkfifo', [folder.file('etc/pipe')]);
    expect(read('etc/pipe')).toBe('');
  });

  it('reads no more than requested, and a descriptor that the caller passed', () => {
    expect(() => read('etc/conf', 5)).toThrow('has more than 5 bytes');
    expect(() => readTrustedFile('/dev/fd/9999', 5)).toThrow(/ENOENT/);
    const given = openSync(folder.file('etc/conf'), 'r');
    expect(readTrustedFile(`/dev/fd/${given}`, 100).toString()).toBe('orders');
    closeSync(given);
  });
});
