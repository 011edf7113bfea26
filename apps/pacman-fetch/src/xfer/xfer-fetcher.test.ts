/* A command is given paths, and a folder of its user's: where others write, those could be led elsewhere. */
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { patienceOf } from './command-watch.js';
import { XferFetcher } from './xfer-fetcher.js';

const neighbour = 61_717;
const limits = { parallel: 1, patience: patienceOf(false) };

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('pacman.d'));
  mkdirSync(folder.file('to'));
  writeFileSync(folder.file('pacman.conf'), '[options]\n');
  const command = `/bin/sh -c 'touch ${folder.file('ran')}; echo x > "$0"' %o %u`;
  const own = `[options]\nUseSandbox = no\nXferCommand = ${command}\n`;
  writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), own);
});
afterEach(() => folder[Symbol.dispose]());

async function download() {
  const configuration = await loadConfiguration({ config: folder.file('pacman.conf') });
  await using fetcher = new XferFetcher(configuration, { kind: 'off', source: 'UseSandbox = no' }, limits);
  const [outcome] = await fetcher.download([{ to: folder.file('to/x'), sources: ['http://a/x'] }]);
  return outcome;
}

describe.skipIf(missing('root', 'linux'))('an XferCommand', () => {
  it('runs for a directory that only root writes to: the control', async () => {
    expect(await download()).toMatchObject({ status: 'done' });
    expect(existsSync(folder.file('ran'))).toBe(true);
  });

  it.each([
    ['that belongs to a neighbour', (path: string) => chownSync(path, neighbour, 0), 'belongs to uid 61717'],
    ['that all may write to', (path: string) => chmodSync(path, 0o1777), 'is writable for all'],
    [
      'of a neighbour’s group',
      (path: string) => (chownSync(path, 0, neighbour), chmodSync(path, 0o775)),
      'is writable',
    ],
  ])('is not run for a directory %s', async (_, give, why) => {
    give(folder.file('to'));
    const outcome = await download();
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'file' } });
    expect(String(outcome?.status === 'failed' && outcome.error.message)).toContain(why);
    expect(existsSync(folder.file('ran'))).toBe(false);
  });
});
