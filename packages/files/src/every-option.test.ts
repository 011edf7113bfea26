/* A typo, a value that went missing or a wrong kind in what functions of this package are given as objects. */
import { closeSync, existsSync } from 'node:fs';

import { missing, temporaryFolder, walkOptions } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { ensureFolder } from './ensure-folder.js';
import { Folder } from './folder.js';
import { NewFolder, type Owner, ownerReader } from './new-folder.js';
import { openOutput } from './output.js';
import { openTrustedFile } from './trusted-file.js';
import { type Judge, judgeReader, walk as walkPath } from './walk.js';

const id = (of: 'uid' | 'gid'): number => process[of === 'uid' ? 'geteuid' : 'getegid']?.() ?? 0;

describe.skipIf(missing('linux'))('every option of', () => {
  it('an owner is read: no directory is given to an unnamed user', () => {
    using folder = temporaryFolder();
    const above = Folder.open(folder.path);
    using made = NewFolder.make(above, 'given-');
    const samples = [{ uid: id('uid'), gid: id('gid') }];
    const take = (value: unknown): void => made.giveTo(value as Owner);
    const { faults, tried } = walkOptions({ reader: ownerReader, samples, take, root: 'owner' });
    above.close();
    expect(faults).toEqual([]);
    expect(tried).toBeGreaterThan(10);
    // To the kernel that means to leave it as it is.
    expect(() => made.giveTo({ uid: 0xffff_ffff, gid: 0 })).toThrow('owner.uid is not a user id from 0 to');
  });

  it.each<[what: string, call: (path: string) => unknown, message: string]>([
    ['a mode as text', (path) => ensureFolder(path, '0700' as unknown as number), 'mode is not a mode from 0 to 4095'],
    ['no mode', (path) => openOutput(path, null as unknown as number), 'mode is not a mode from 0 to 4095: null'],
    ['a mode beyond', (path) => openOutput(path, 0o10000), 'mode is not a mode from 0 to 4095: 4096'],
    ['a typo of a place', (path) => openOutput(path, 0o600, 'ende' as 'end'), 'place is "ende". Did you mean "end"?'],
    ['a word', (path) => openTrustedFile(path, 'no' as unknown as boolean), 'mayWait is not true or false: "no"'],
  ])('a call with %s is refused, and creates nothing', (_, call, message) => {
    using folder = temporaryFolder();
    const path = folder.file('made');
    expect(() => call(path)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
    expect(() => call(path)).toThrow(message);
    expect(existsSync(path)).toBe(false);
  });

  it('a judge is read: no walk starts without functions for directories, links and refusals', () => {
    const refuse = (path: string, why: string): never => {
      throw new Error(`${path}: ${why}`);
    };
    const samples = [{ folder: () => {}, link: () => {}, refuse }];
    const take = (value: unknown): void => closeSync(walkPath('/', value as Judge));
    const { faults, tried } = walkOptions({ reader: judgeReader, samples, take, root: 'judge' });
    expect(faults).toEqual([]);
    expect(tried).toBeGreaterThan(10);
  });
});
