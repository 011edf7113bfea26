import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fetchOne } from './kit/fetch.js';
import { fileServer } from './kit/server.js';

const page = '<html>Please log in.</html>';
const bzip2 = [{ bytes: '425a68' }];
const content = 'BZhcontent';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe.skipIf(missing('root', 'linux', 'landlock6'))('the format of a file', () => {
  it('prevents a login page from replacing the file', async () => {
    await using server = await fileServer({ '/x': page });
    writeFileSync(folder.file('x'), 'old');
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), magic: bzip2 });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'checksum', host: server.host } });
    expect(readFileSync(folder.file('x'), 'latin1')).toBe('old');
    // The control: nobody asks for one.
    const taken = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x') });
    expect(taken).toMatchObject({ status: 'done' });
    expect(readFileSync(folder.file('x'), 'latin1')).toBe(page);
  });

  it('is requested from the next source, from the start', async () => {
    await using portal = await fileServer({ '/x': page });
    await using server = await fileServer({ '/x': content });
    const sources = [portal, server].map(({ origin }) => `${origin}/x`);
    const outcome = await fetchOne({ sources, to: folder.file('x'), magic: bzip2 });
    expect(outcome).toMatchObject({ status: 'done', failures: [{ code: 'checksum', host: portal.host }] });
    expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
  });

  it.each([true, false])('prevents a login page from becoming the signature: optional %s', async (optional) => {
    await using server = await fileServer({ '/x': content, '/x.sig': page });
    const signature = { magic: [{ bytes: '88' }], optional };
    const outcome = await fetchOne({ sources: [`${server.origin}/x`], to: folder.file('x'), signature });
    expect(outcome.status).toBe(optional ? 'done' : 'failed');
    expect(existsSync(folder.file('x'))).toBe(optional);
    expect(readdirSync(folder.path)).not.toContain('x.sig');
  });
});
