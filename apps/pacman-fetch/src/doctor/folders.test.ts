import { chmodSync, chownSync, mkdirSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { examineFolder } from './folders.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('above', 'cache'), { recursive: true });

const user = { name: 'nobody', uid: 65_534, gid: 65_534 };

describe.skipIf(missing('root'))('examineFolder', () => {
  // As the kernel decides it: only the first class that a user belongs to counts (path_resolution(7)).
  it.each([
    [65_534, 0, 0o100, true],
    [65_534, 65_534, 0o077, false],
    [0, 65_534, 0o010, true],
    [0, 65_534, 0o707, false],
    [0, 0, 0o001, true],
    [0, 0, 0o770, false],
  ])('of a directory of %d:%d with mode %o: may nobody pass? %s', (uid, gid, mode, mayPass) => {
    const above = folder.file('above');
    chownSync(above, uid, gid);
    chmodSync(above, mode);
    const findings = examineFolder(folder.file('above', 'cache'), { user, isPacmans: true });
    const text = `nobody may not search ${above} (mode ${mode.toString(8).padStart(4, '0')})`;
    // Below a folder of somebody else nothing is downloaded, which is another finding.
    const told = findings
      .map(({ what }) => what)
      .filter((what) => !what.includes('so other users could change where the path leads'));
    expect(told.map((what) => what.slice(0, text.length))).toEqual(mayPass ? [] : [text]);
    expect(findings).toHaveLength(told.length + (uid === 0 && (mode & 0o002) === 0 ? 0 : 1));
  });
});
