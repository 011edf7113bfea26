/* What a network that requires a login answers to everything, and `-o FILE URL`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runFetch } from './kit/fetch-program.js';
import { type Mirror, startMirror } from './kit/mirror.js';

const folder = temporaryFolder();
const config = folder.file('pacman.conf');
writeFileSync(config, '[options]\nSandboxUser = nobody\n');
let mirror: Mirror;
beforeAll(async () => {
  const page = Buffer.from(' <html>Please log in.</html>');
  mirror = await startMirror({ '/page': page, '/plain.db': Buffer.from('SQLite format 3') });
});
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const fetchTo = async (file: string, path: string) =>
  await runFetch(['--config', config, '-o', folder.file(file), mirror.origin + path]);

describe.skipIf(missing('root', 'linux'))('a page of a network that requires a login', () => {
  it.each(['core.db', 'core.files', 'core.db.sig', 'core.db.part'])('is not taken for %s', async (name) => {
    if (!name.endsWith('.part')) writeFileSync(folder.file(name), 'old');
    const { status, stderr } = await fetchTo(name, '/page');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^error: failed retrieving file '\S+' from \S+ : The server has a different file: it begins as a web page\n {7}Check whether the network requires a login\.\n$/,
      ) as string,
    });
    const text = existsSync(folder.file(name)) ? readFileSync(folder.file(name), 'utf8') : '';
    expect(['', 'old']).toContain(text);
  });

  it('is taken for any other file, and any other file for a database: the twins', async () => {
    expect(await fetchTo('page.pkg', '/page')).toMatchObject({ status: 0, stderr: '' });
    expect(await fetchTo('places.db', '/plain.db')).toMatchObject({ status: 0, stderr: '' });
  });
});
