import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';

import { Folder } from '@sb/files';
import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { runXfer } from './command.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('pacman.d'));
mkdirSync(folder.file('to'));
writeFileSync(folder.file('pacman.conf'), '[options]\n');
writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), '[options]\nUseSandbox = no\n');

async function run(mark: string, signal: AbortSignal) {
  const configuration = await loadConfiguration({ config: folder.file('pacman.conf') });
  const to = Folder.open(folder.file('to'));
  try {
    const command = `/bin/sh -c 'touch ${folder.file(mark)}; echo x > "$0"' %o`;
    const file = { to: folder.file('to', 'x'), sources: [] };
    const choice = { kind: 'off', source: 'UseSandbox = no' } as const;
    const { staged } = await runXfer(configuration, { command, choice, url: 'http://a/x', folder: to, file, signal });
    staged[Symbol.dispose]();
  } finally {
    to.close();
  }
}

describe.skipIf(missing('linux'))('runXfer', () => {
  it('starts no command for a signal that is aborted already', async () => {
    await run('control', new AbortController().signal);
    expect(existsSync(folder.file('control'))).toBe(true);
    await expect(run('aborted', AbortSignal.abort(new Error('ended')))).rejects.toThrow('ended');
    expect(existsSync(folder.file('aborted'))).toBe(false);
    expect(readdirSync(folder.file('to'))).toEqual([]);
  });
});
