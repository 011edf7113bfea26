/* A typo, a value that went missing or a wrong kind in what functions of this package are given as objects. */
import { closeSync } from 'node:fs';

import { missing, temporaryFolder, walkOptions } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { Folder } from './folder.js';
import { NewFolder, type Owner, ownerReader } from './new-folder.js';
import { type Judge, judgeReader, walk as walkPath } from './walk.js';

const id = (of: 'uid' | 'gid'): number => process[of === 'uid' ? 'geteuid' : 'getegid']?.() ?? 0;

describe.skipIf(missing('linux'))('every option of', () => {
  it('an owner is read: no folder is given to whom nobody named', () => {
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

  it('a judge is read: no walk begins without a word on folders, links and refusals', () => {
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
