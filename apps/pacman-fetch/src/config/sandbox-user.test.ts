import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, lchownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';

import { missing, stranger, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { OwnReader } from './own-reader.js';
import { pacmanConfig } from './pacman-config.js';
import { sandboxSettings, type SandboxSettings } from './sandbox-settings.js';
import { chooseUser } from './sandbox-user.js';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
for (const name of ['roots', 'theirs']) mkdirSync(folder.file(name));

const settings = (): SandboxSettings =>
  sandboxSettings(new OwnReader().values, pacmanConfig({ sections: [], problems: [] }));
const named = (text: string): SandboxSettings => ({
  ...settings(),
  user: { key: 'SandboxUser', text, origin: { kind: 'default' } },
});

describe.skipIf(missing('root'))('who downloads for root', () => {
  it('fails if the directory is root’s and no user is named', () => {
    expect(() => chooseUser(settings(), folder.file('roots', 'x'))).toThrow('no user to download as');
  });

  it('is the owner of the directory, or the named user: the twins', () => {
    chownSync(folder.file('theirs'), 65_534, 65_534);
    const owner = { kind: 'switch', policy: { uid: 65_534, gid: 65_534 } };
    expect(chooseUser(settings(), folder.file('theirs', 'x'))).toMatchObject(owner);
    expect(chooseUser(named('nobody'), folder.file('roots', 'x'))).toMatchObject({ kind: 'switch' });
  });

  it('is not chosen by a link of another user, nor by one to what another process has', async () => {
    chownSync(folder.file('theirs'), 65_534, 65_534);
    const [own, link] = [folder.file('strangers'), folder.file('strangers', 'link')];
    mkdirSync(own);
    symlinkSync(folder.file('theirs'), link);
    for (const path of [own, link]) lchownSync(path, stranger.uid, stranger.gid);
    const kind = 'file';
    expect(() => chooseUser(settings(), `${link}/x`)).toThrow(expect.objectContaining({ kind }));
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    rmSync(link);
    symlinkSync(`/proc/${child.pid}/root${folder.file('theirs')}`, link);
    expect(() => chooseUser(settings(), `${link}/x`)).toThrow(expect.objectContaining({ kind }));
    child.kill('SIGKILL');
    await once(child, 'close');
    // A missing directory is told as one.
    expect(() => chooseUser(settings(), folder.file('absent', 'x'))).toThrow('cannot read the directory');
  });

  it('is said with its place if it does not exist', () => {
    const message = 'SandboxUser in default: user "absent-user" does not exist';
    expect(() => chooseUser(named('absent-user'), folder.file('roots', 'x'))).toThrow(
      expect.objectContaining({ kind: 'sandbox', message }),
    );
  });

  it('is never root by name', () => {
    expect(() => chooseUser(named('root'), folder.file('roots', 'x'))).toThrow(/uid 0/);
  });
});
