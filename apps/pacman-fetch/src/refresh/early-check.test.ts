import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

import type { Outcome } from '@sb/fetcher';
import { FetcherError } from '@sb/fetcher';
import { temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EarlyCheck } from './early-check.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('PATH', `${folder.path}:${process.env['PATH']}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

/** Puts a program in the place of pacman. */
function pacman(script: string): void {
  writeFileSync(folder.file('pacman'), `#!/bin/sh\n${script}\n`);
  chmodSync(folder.file('pacman'), 0o755);
}

const { signal } = new AbortController();
const ask = () =>
  new EarlyCheck({ options: ['--config', 'c'], paths: ['/db/sync/core.db', '/db/sync/a.b.db'], signal });
const unchanged: Outcome = { status: 'unchanged', to: '/db/sync/core.db', failures: [], source: 'http://h' };

describe('a check of databases while servers are asked', () => {
  it('counts if all are as before, and names them as they are', async () => {
    pacman('echo "error: $*" >&2; exit 1');
    await using check = ask();
    expect(await check.answer([unchanged, unchanged])).toEqual({
      problems: ['-Slq --config c -- core a.b'],
      hasFailed: false,
    });
  });

  const error = new FetcherError('connect', 'none');
  it.each<[what: string, outcome: Outcome]>([
    ['database is new', { ...unchanged, status: 'done', size: 1, lastModified: undefined }],
    ['signature is new', { ...unchanged, signature: { status: 'done' } }],
    ['database could not be asked for', { status: 'failed', to: unchanged.to, failures: [], error }],
  ])('does not count if one %s', async (_what, outcome) => {
    pacman('echo "error: $*" >&2; exit 1');
    await using check = ask();
    expect(await check.answer([unchanged, outcome])).toBeUndefined();
  });

  it('counts if a signature is as before', async () => {
    pacman('exit 0');
    await using check = ask();
    expect(await check.answer([{ ...unchanged, signature: { status: 'unchanged' } }])).toEqual({
      problems: [],
      hasFailed: false,
    });
  });

  it('ends with who asked, and its failure does not count then', async () => {
    pacman(`echo $$ > ${folder.file('pid')}; exec sleep 1000`);
    const check = ask();
    while (!existsSync(folder.file('pid')) || readFileSync(folder.file('pid'), 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 10));
    await check[Symbol.asyncDispose]();
    expect(() => process.kill(Number(readFileSync(folder.file('pid'), 'utf8')), 0)).toThrow('ESRCH');
  });
});
