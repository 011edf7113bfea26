import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

import { Folder } from '@sb/files';
import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { loadConfiguration } from '../config/configuration.js';
import { runXfer } from './command.js';
import { patienceOf } from './command-watch.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
mkdirSync(folder.file('pacman.d'));
mkdirSync(folder.file('to'));
writeFileSync(folder.file('pacman.conf'), '[options]\n');
writeFileSync(folder.file('pacman.d', 'pacman-fetch.conf'), '[options]\nUseSandbox = no\n');

async function run(mark: string, signal: AbortSignal, first = 'true', maxBytes = 1 << 20) {
  const configuration = await loadConfiguration({ config: folder.file('pacman.conf') });
  const to = Folder.open(folder.file('to'));
  try {
    const command = `/bin/sh -c 'touch ${folder.file(mark)}; ${first}; echo x > "$0"' %o`;
    const file = { to: folder.file('to', 'x'), sources: [], ...(maxBytes > 0 ? { maxBytes } : {}) };
    const choice = { kind: 'off', source: 'UseSandbox = no' } as const;
    const patience = patienceOf(false);
    const { staged } = await runXfer(configuration, {
      command,
      choice,
      url: 'http://a/x',
      folder: to,
      file,
      patience,
      signal,
    });
    staged.commit();
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
    expect(readdirSync(folder.file('to'))).toEqual(['x']);
  });

  it('gives one nothing of our streams and our environment, and no more of the disk than fits', async () => {
    vi.stubEnv('SECRET', 'secret');
    const seen = folder.file('seen');
    const links = 'links=$(for i in 0 1 2; do readlink /proc/$$/fd/$i; done)';
    const say = '{ echo "$links"; ulimit -f; env; }';
    await run('seen-by', new AbortController().signal, `${links}; ${say} > ${seen}`).finally(vi.unstubAllEnvs);
    const [input, output, errors, blocks, ...names] = readFileSync(seen, 'utf8').split('\n');
    expect(input).toBe('/dev/null');
    expect([output, errors]).toEqual([
      expect.stringMatching(/^(?:pipe|socket):/),
      expect.stringMatching(/^(?:pipe|socket):/),
    ]);
    for (const [descriptor, link] of [
      [1, output],
      [2, errors],
    ] as const) {
      expect(link).not.toBe(readlinkSync(`/proc/self/fd/${descriptor}`));
    }
    // Of 512 bytes.
    expect(Number(blocks)).toBe(2048);
    expect(names.join('\n')).not.toContain('SECRET');
  });

  it('gives one a home with settings that say nothing', async () => {
    const seen = folder.file('home');
    await run('at-home', new AbortController().signal, `stat -c "%a %u %s" "$HOME/.curlrc" > ${seen}`);
    expect(readFileSync(seen, 'utf8')).toBe(`444 ${process.geteuid?.()} 0\n`);
  });

  it('lets one fill no more than 64 GiB where no size is known', async () => {
    const seen = folder.file('blocks');
    await run('unsized', new AbortController().signal, `ulimit -f > ${seen}`, 0);
    expect(Number(readFileSync(seen, 'utf8'))).toBe((64 * 1024 ** 3) / 512);
  });

  it('takes what one has left, and warns if a process that outlived it prevents removing its directory', async () => {
    const full = Object.assign(new Error('ENOTEMPTY: not empty'), { code: 'ENOTEMPTY' });
    const removal = vi.spyOn(Folder.prototype, 'removeAll').mockImplementationOnce(() => {
      throw full;
    });
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await run('survived', new AbortController().signal);
      expect(removal).toHaveBeenCalledOnce();
      expect(said.mock.calls.join('')).toMatch(/^warning: cannot remove \S*\/to\/pacman-fetch-\S+: ENOTEMPTY\n/);
    } finally {
      removal.mockRestore();
      said.mockRestore();
    }
    const left = readdirSync(folder.file('to')).filter((name) => name !== 'x');
    // The next run removes the folder; a copy of the file is not there.
    expect(left).toEqual([expect.stringMatching(/^pacman-fetch-[\d-]+-\w{6}$/)]);
    expect(readFileSync(folder.file('to', 'x'), 'utf8')).toBe('x\n');
  });
});
