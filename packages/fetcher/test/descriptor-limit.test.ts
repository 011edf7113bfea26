import { readdirSync, readFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { runBatch } from './kit/batch.js';
import { fetchOne } from './kit/fetch.js';
import { fileServer } from './kit/server.js';

const names = Array.from({ length: 60 }, (_, index) => `file-${index}`);

/** Downloads sixty files by a process that may open so many. */
async function withLimit(limit: number) {
  using folder = temporaryFolder();
  await using server = await fileServer(Object.fromEntries(names.map((name) => [`/${name}`, name])));
  const requests = names.map((name) => ({ sources: [`${server.origin}/${name}`], to: folder.file(name) }));
  const outcomes = await runBatch({ requests, prefix: ['prlimit', `--nofile=${limit}`, '--'] });
  const files = Object.fromEntries(
    readdirSync(folder.path).map((name) => [name, readFileSync(folder.file(name), 'latin1')]),
  );
  return { outcomes, files, connections: server.connections() };
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a process that may open', () => {
  it.each([90, 160])('%d files downloads a batch by more workers', async (limit) => {
    const { outcomes, files, connections } = await withLimit(limit);
    expect(outcomes).toEqual(names.map(() => 'done'));
    expect(files).toEqual(Object.fromEntries(names.map((name) => [name, name])));
    expect(connections).toBeGreaterThan(5);
  });

  it('enough of them takes one', async () => {
    expect(await withLimit(1024)).toMatchObject({ outcomes: names.map(() => 'done'), connections: 5 });
  });

  it('fewer files than a worker needs fails with the reason, and leaves nothing', async () => {
    const { outcomes, files } = await withLimit(40);
    expect(outcomes).toEqual([
      expect.stringMatching(
        /^thrown sandbox: the worker can't be started: \d+ more files may be opened, but a worker needs 32/,
      ),
    ]);
    expect(files).toEqual({});
  });

  it('no worker program names that program, and does not blame the limit of files', async () => {
    using folder = temporaryFolder();
    const request = { sources: ['http://127.0.0.1:9/file'], to: folder.file('file') };
    await expect(fetchOne(request, { program: folder.file('none') })).rejects.toMatchObject({
      code: 'sandbox',
      message: `the worker's program ${folder.file('none')} can't be opened: ENOENT`,
      hint: 'Reinstall the package.',
    });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
