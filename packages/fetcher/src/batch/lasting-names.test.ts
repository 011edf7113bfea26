import { Folder } from '@sb/files';
import { temporaryFolder } from '@sb/test-kit';
import { afterEach, expect, it, vi } from 'vitest';

import { Destination } from '../disk/destination.js';
import { OpenFolders } from '../disk/open-folders.js';
import type { Outcome } from '../request/options.js';
import { withLastingNames } from './lasting-names.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const ended = { failures: [], source: 'http://a/x' };
const done = (to: string): Outcome => ({
  ...ended,
  status: 'done',
  to,
  size: 0,
  lastModified: undefined,
  signature: undefined,
});
const unchanged = (to: string, signature: 'done' | 'absent'): Outcome => ({
  ...ended,
  status: 'unchanged',
  to,
  signature: { status: signature },
});

function publish(path: string, folders?: OpenFolders): void {
  const file = Destination.beside(path, folders);
  file.prepare({});
  file.publish();
}

it('a directory is synced once for all names in it, and a file alone at once', () => {
  using folder = temporaryFolder();
  using folders = new OpenFolders();
  const sync = vi.spyOn(Folder.prototype, 'sync');
  for (const name of ['a', 'b', 'c']) publish(folder.file(name), folders);
  expect(sync).not.toHaveBeenCalled();
  const outcomes = [done(folder.file('a'))];
  expect(withLastingNames(outcomes, folders)).toBe(outcomes);
  expect(sync).toHaveBeenCalledTimes(1);
  withLastingNames(outcomes, folders);
  expect(sync).toHaveBeenCalledTimes(1);
  publish(folder.file('d'), folders);
  withLastingNames(outcomes, folders);
  expect(sync).toHaveBeenCalledTimes(2);
  publish(folder.file('e'));
  expect(sync).toHaveBeenCalledTimes(3);
});

it('a new file whose name may be lost has failed, and no other one', () => {
  using folder = temporaryFolder();
  using folders = new OpenFolders();
  publish(folder.file('a'), folders);
  vi.spyOn(Folder.prototype, 'sync').mockImplementation(() => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => folder.file(name)) as [string, string, string];
  const outcomes = [done(a), unchanged(b, 'done'), unchanged(c, 'absent'), done('/elsewhere/d')];
  const lost = (to: string) => ({
    status: 'failed',
    to,
    failures: [],
    error: expect.objectContaining({
      code: 'file',
      message: `${to} could not be finished: the disk reports an error (EIO)`,
    }) as unknown,
  });
  expect(withLastingNames(outcomes, folders)).toEqual([lost(a), lost(b), outcomes[2], outcomes[3]]);
});
