/* A real makepkg whose DLAGENTS name our program. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

import {
  makeAuthority,
  missing,
  type ProgramResult,
  runProgram,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';
import { starter } from '../kit/stand-in.js';

const content = Buffer.from('a source file');
const sum = createHash('sha256').update(content).digest('hex');
const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder(0o777);
  chmodSync(folder.path, 0o777);
});
afterEach(() => folder[Symbol.dispose]());

/** Runs makepkg as nobody, which refuses to be run by root, as far as the sources. */
async function makepkg(
  { origin }: Mirror,
  { sha256, agent, agents }: { sha256: string; agent?: string; agents?: string },
): Promise<ProgramResult> {
  const [scheme = ''] = origin.split(':');
  const lineOfAgents = agents ?? `DLAGENTS=('${scheme}::${agent}')`;
  const recipe = [
    'pkgname=x',
    'pkgver=1',
    'pkgrel=1',
    'arch=(any)',
    `source=(${origin}/data.bin)`,
    `sha256sums=(${sha256})`,
  ];
  writeFileSync(folder.file('PKGBUILD'), `${recipe.join('\n')}\npackage() { :; }\n`);
  const lines = ['CARCH=x86_64', 'PKGEXT=.pkg.tar.gz', 'SRCEXT=.src.tar.gz', lineOfAgents];
  writeFileSync(folder.file('makepkg.conf'), `${lines.join('\n')}\n`);
  const command = ['makepkg', '--config', folder.file('makepkg.conf'), '--nodeps', '--nobuild', '--noprepare'];
  const env = { ...environment, HOME: folder.path, PWD: folder.path };
  return await runProgram('setpriv', [...nobody, 'env', '-C', folder.path, ...command], { env });
}

describe.skipIf(missing('root', 'linux', 'pacman', 'openssl', 'landlock6'))('makepkg', () => {
  const agentWith = (...options: readonly string[]): string =>
    [process.execPath, program, ...options, '-o', '%o', '%u'].join(' ');

  it.each(['http', 'https'])('gets its sources by %s', async (scheme) => {
    const authority = makeAuthority(folder.path);
    chmodSync(authority.file, 0o644);
    const tls = scheme === 'http' ? undefined : authority.issue('mirror', 'IP:127.0.0.1');
    await using mirror = await startMirror({ '/data.bin': content }, {}, tls);
    const { status, stderr } = await makepkg(mirror, { sha256: sum, agent: agentWith('--cacert', authority.file) });
    expect(status, stderr).toBe(0);
    expect(readFileSync(folder.file('data.bin')).equals(content)).toBe(true);
  });

  it.each(['README.md', 'man/pacman-fetch.8.md'])('gets its sources by the lines of %s', async (document) => {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
    const [lines = ''] = /^ *DLAGENTS=\([^)]*\)$/m.exec(text) ?? [];
    const agents = lines.replaceAll('/usr/bin/pacman-fetch ', `${starter} `);
    expect(agents.match(/ -o %o %u'/g)).toHaveLength(2);
    await using mirror = await startMirror({ '/data.bin': content });
    const { status, stderr } = await makepkg(mirror, { sha256: sum, agents });
    expect(status, stderr).toBe(0);
    expect(mirror.requests.map(({ headers }) => headers['user-agent'])).toEqual([
      expect.stringMatching(/^pacman-fetch\//),
    ]);
  });

  it('refuses a source with another sum', async () => {
    await using mirror = await startMirror({ '/data.bin': Buffer.from('another file') });
    const { status, stderr } = await makepkg(mirror, { sha256: sum, agent: agentWith() });
    expect(status).not.toBe(0);
    expect(stderr).toContain('One or more files did not pass the validity check!');
  });

  it('hears of a source that no server has, and gets no file', async () => {
    await using mirror = await startMirror({});
    const { status, stderr } = await makepkg(mirror, { sha256: sum, agent: agentWith() });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^error: failed retrieving file 'data\.bin' from .* : The server answered with status 404/m);
    expect(existsSync(folder.file('data.bin'))).toBe(false);
  });
});
