/* A file whose download cannot begin. */
import { readdirSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Destination } from '../disk/destination.js';
import { OpenFolders } from '../disk/open-folders.js';
import { checkAll } from '../request/check.js';
import { leave, openJob } from './job.js';

afterEach(() => vi.restoreAllMocks());

describe.skipIf(missing('linux'))('a file that has its name in the hands of others', () => {
  it.each(['x', 'x.sig'])('leaves nothing open and locked if %s cannot be looked at', (name) => {
    using folder = temporaryFolder();
    using folders = new OpenFolders();
    // It stays open for the other files of a batch.
    folders.open(folder.path).release();
    const [request] = checkAll([
      { sources: ['http://h/x'], to: folder.file('x'), signature: { suffix: '.sig' }, ifModifiedSince: 'local' },
    ]);
    if (request === undefined) throw new Error('a request is missing');
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    vi.spyOn(Destination.prototype, 'finalTime', 'get').mockImplementation(function (this: Destination) {
      if (this.name === name) throw new Error('it is served');
      return null;
    });
    expect(() => openJob(request, folders)).toThrow('it is served');
    expect([open(), readdirSync(folder.path)]).toEqual([before, []]);
    // The twin: nothing of the first attempt hinders the second.
    vi.restoreAllMocks();
    leave(openJob(request, folders), false);
    expect(open()).toBe(before);
  });
});
