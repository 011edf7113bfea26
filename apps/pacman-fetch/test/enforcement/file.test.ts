import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually, runFetch, startFetch } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';

const nobody = 65_534;
let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror(
    { '/x': Buffer.from('content') },
    { '/stalled': (_request, response) => void response.writeHead(200, { 'content-length': 10 }).write('half') },
  );
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

function config(line: string): string {
  const file = folder.file('pacman.conf');
  writeFileSync(file, `[options]\n${line}\n`);
  return file;
}

describe.skipIf(missing('root', 'linux'))('FILE', () => {
  const attacks: readonly (readonly [name: string, plant: (file: string, victim: string) => void, text: string])[] = [
    ['a symbolic link to a file of root', (file, victim) => symlinkSync(victim, file), 'symbolic link'],
    ['a hard link to a file of root', (file, victim) => linkSync(victim, file), 'other names'],
    ['a dangling symbolic link', (file) => symlinkSync('/etc/sb-planted', file), 'symbolic link'],
    ['a folder', (file) => mkdirSync(file), 'EISDIR'],
    [
      'a file of the sandbox user',
      (file) => (writeFileSync(file, ''), chownSync(file, nobody, nobody)),
      'belongs to uid 65534',
    ],
    ['a file of a third user', (file) => (writeFileSync(file, ''), chownSync(file, 1, 1)), 'belongs to uid 1'],
  ];

  it.each(attacks)('that is %s is not written to', async (_name, plant, text) => {
    const victim = folder.file('victim');
    writeFileSync(victim, 'untouched', { mode: 0o600 });
    plant(folder.file('x'), victim);
    const { status, stderr } = await runFetch([
      '--config',
      config('SandboxUser = nobody'),
      '-o',
      folder.file('x'),
      `${mirror.origin}/x`,
    ]);
    expect(status).toBe(4);
    expect(stderr).toContain(text);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(existsSync('/etc/sb-planted')).toBe(false);
  });

  it('below a directory of another user is not written by root', async () => {
    const theirs = folder.file('theirs');
    mkdirSync(`${theirs}/sub`, { recursive: true });
    chownSync(theirs, nobody, nobody);
    const { status, stderr } = await runFetch([
      '--config',
      config('SandboxUser = nobody'),
      '-o',
      `${theirs}/sub/x`,
      `${mirror.origin}/x`,
    ]);
    expect(status).toBe(4);
    expect(stderr).toContain(`${theirs} belongs to uid ${nobody}`);
  });

  it('behind links of root is written, and behind a link of another user is not', async () => {
    const conf = config('SandboxUser = nobody');
    const fetchTo = async (file: string) => await runFetch(['--config', conf, '-o', file, `${mirror.origin}/x`]);
    mkdirSync(folder.file('real/inner'), { recursive: true });
    symlinkSync(folder.file('real'), folder.file('link'));
    expect(await fetchTo(folder.file('link/inner/x'))).toMatchObject({ status: 0 });
    expect(readFileSync(folder.file('real/inner/x'), 'utf8')).toBe('content');
    // A link of root that leads through a folder of somebody else, who decides where it goes on.
    mkdirSync(folder.file('theirs'));
    symlinkSync(folder.file('real'), folder.file('theirs/on'));
    chownSync(folder.file('theirs'), nobody, nobody);
    symlinkSync(folder.file('theirs/on'), folder.file('chain'));
    const { status, stderr } = await fetchTo(folder.file('chain/y'));
    expect(status).toBe(4);
    expect(stderr).toContain(`theirs belongs to uid ${nobody}`);
    expect(existsSync(folder.file('real/y'))).toBe(false);
  });

  it('that another one is writing is left alone', async () => {
    const args = ['--config', config('SandboxUser = nobody'), '-o', folder.file('x.part'), `${mirror.origin}/stalled`];
    const started = startFetch(args);
    await eventually('bytes', () => existsSync(folder.file('x.part')) && statSync(folder.file('x.part')).size === 4);
    const { status, stderr } = await runFetch(args);
    expect(status).toBe(4);
    expect(stderr).toContain('another process downloads to');
    expect(statSync(folder.file('x.part')).size).toBe(4);
    started.kill('SIGTERM');
    await eventually('its end', () => started.exitCode !== null);
  });

  it('in a missing directory is a clear error', async () => {
    const { status, stderr } = await runFetch([
      '--config',
      config('SandboxUser = nobody'),
      '-o',
      folder.file('no/x'),
      `${mirror.origin}/x`,
    ]);
    expect(status).toBe(4);
    expect(stderr).toMatch(/ENOENT|no such file/);
    expect(stderr).toContain('Create');
  });
});
