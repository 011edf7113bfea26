/* What is said where something is in the way: what failed, on what, why, and what to do. */
import { existsSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { makeAuthority, missing, runProgram, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, program, runFetch } from './kit/fetch-program.js';
import { type Mirror, startMirror } from './kit/mirror.js';

let mirror: Mirror;
let folder: TemporaryFolder;
beforeAll(async () => {
  mirror = await startMirror({ '/x': Buffer.from('content') });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  configure('SandboxUser = nobody');
});
afterEach(() => folder[Symbol.dispose]());

const config = (): string => folder.file('pacman.conf');
const configure = (...lines: readonly string[]): void =>
  writeFileSync(config(), ['[options]', ...lines, ''].join('\n'));

/** What it says of a download to a file, once a command has changed the machine, for it alone. */
async function said(output: string, before?: string): Promise<string> {
  const words = ['--config', config(), '-o', output, `${mirror.origin}/x`];
  if (before === undefined) return (await runFetch(words)).stderr;
  const script = `${before} && exec "$@"`;
  const { stderr } = await runProgram('unshare', ['-m', 'sh', '-c', script, 'sh', program, ...words], {
    env: environment,
  });
  return stderr;
}

describe.skipIf(missing('root', 'linux', 'landlock6', 'openssl'))('a message', () => {
  it('of a device does not say that it is to be removed', async () => {
    expect(await said('/dev/null')).toBe(
      'error: refusing to write to /dev/null: it is a device\n       Name a file that can hold what is downloaded.\n',
    );
  });

  it('of a symbolic link says so before its error name, and what to do', async () => {
    const link = folder.file('cache/x.part');
    symlinkSync('/etc/hostname', link);
    expect(await said(link)).toBe(
      `error: ${link} can't be written: it is a symbolic link (ELOOP)\n` +
        '       Name the file that it leads to, or remove the link.\n',
    );
  });

  it('of a read-only cache, as root, does not say to run it as root', async () => {
    const cache = folder.file('cache');
    const file = `${cache}/x.part`;
    expect(await said(file, `mount -t tmpfs -o ro none ${cache}`)).toBe(
      `error: ${file} can't be written: the file system is read-only (EROFS)\n` +
        '       Mount it read-write, or choose a place on another one.\n',
    );
  });

  it('of a DBPath that can not be written says which, and what to do', async () => {
    const database = folder.file('cache');
    const server = `[core]\nServer = ${mirror.origin}`;
    configure('SandboxUser = nobody', `DBPath = ${database}`, 'SigLevel = Never', server);
    const script = `mount -t tmpfs -o ro none ${database} && exec "$@"`;
    const words = ['-m', 'sh', '-c', script, 'sh', program, 'refresh', '--config', config()];
    const { stderr } = await runProgram('unshare', words, { env: environment });
    expect(stderr).toContain(
      `error: cannot create ${database}/sync: EROFS (read-only file system)\n` +
        '       Mount the file system read-write, or set another DBPath.\n',
    );
  });

  it.each([
    ['umount -l /proc', 'error: /proc is not mounted\n       Run "mount -t proc proc /proc".\n'],
    [
      'mount -t tmpfs none /dev',
      'error: /dev/null is missing, or is not a device\n' +
        '       Run "mount -t devtmpfs dev /dev", or "mknod -m 666 /dev/null c 1 3".\n',
    ],
  ])('of a machine after "%s" says so, for a file and for a command', async (before, text) => {
    const output = folder.file('cache/x.part');
    for (const words of [['-o', output, `${mirror.origin}/x`], ['refresh']]) {
      const script = ['-m', 'sh', '-c', `${before} && exec "$@"`, 'sh', process.execPath, program, ...words];
      const result = await runProgram('unshare', script, { env: environment });
      expect(result).toMatchObject({ status: 3, stderr: text });
    }
    expect(existsSync(output)).toBe(false);
    // The twin: a command that only prints a text.
    const printing = [
      '-m',
      'sh',
      '-c',
      `${before} && exec "$@"`,
      'sh',
      process.execPath,
      program,
      'completion',
      'bash',
    ];
    expect(await runProgram('unshare', printing, { env: environment })).toMatchObject({ status: 0, stderr: '' });
  });

  it('of a link of another user in place of the cache names it, and what root does', async () => {
    const link = folder.file('link');
    symlinkSync('cache', link);
    // The twin: root's own link.
    expect(await said(`${link}/x.part`)).toBe('');
    lchownSync(link, stranger.uid, stranger.gid);
    expect(await said(`${link}/y.part`)).toBe(
      `error: ${link} is a symbolic link of uid ${stranger.uid}, so other users could change where the path leads\n` +
        '       Root uses only paths that no other user can change. Run this as that user, or choose another place.\n',
    );
    expect(existsSync(folder.file('cache/y.part'))).toBe(false);
  });

  it('of a configuration that names nobody, and a cache of root, says whom to name', async () => {
    configure();
    expect(await said(folder.file('cache/x.part'))).toBe(
      'error: no user to download as: neither SandboxUser nor DownloadUser is set, ' +
        `and ${folder.file('cache')} belongs to root\n` +
        `       Set SandboxUser in ${folder.file('pacman.d/pacman-fetch.conf')}, or pacman's DownloadUser, to a user without privileges, ` +
        'for instance alpm if it exists.\n',
    );
    expect(existsSync(folder.file('cache/x.part'))).toBe(false);
  });

  it.each(['0', 'root'])('of SandboxUser = %s says that it is root', async (user) => {
    configure(`SandboxUser = ${user}`);
    expect(await said(folder.file('cache/x.part'))).toBe(
      `error: ${config()}:2: SandboxUser = ${user} names root, but pacman-fetch never downloads as root\n` +
        '       Name a user without privileges, for instance alpm if it exists.\n',
    );
  });

  it('of a configuration that is not there has no words of Node', async () => {
    const none = folder.file('none.conf');
    const { stderr } = await runFetch(['--config', none, '-o', folder.file('cache/x.part'), `${mirror.origin}/x`]);
    expect(stderr).toBe(
      `error: config file ${none} could not be read: ENOENT (no such file or directory)\n       Name another file with --config.\n`,
    );
  });

  it('of an expired certificate names the day, and the clock of this machine', async () => {
    const validity = ['-not_before', '20200101000000Z', '-not_after', '20200201000000Z'];
    const authority = makeAuthority(folder.path);
    await using server = await startMirror({}, {}, authority.issue('expired', 'IP:127.0.0.1', validity));
    const words = ['--config', config(), '--cacert', authority.file, '-o', folder.file('cache/x.part')];
    const { stderr } = await runFetch([...words, `${server.origin}/x`]);
    const text = stderr.replace(/\d{4}-\d\d-\d\d(?=:)/, 'TODAY');
    expect(text).toBe(
      `error: failed retrieving file 'x' from ${server.host} : TLS failed: its certificate expired on 2020-02-01; ` +
        "this machine's clock says TODAY: set it if it is wrong, or use another server (CERT_HAS_EXPIRED)\n",
    );
  });

  it('of a host names it once', async () => {
    const words = ['--config', config(), '-o', folder.file('cache/x.part'), 'http://nowhere.invalid/x'];
    const { stderr } = await runFetch(words);
    expect(stderr.match(/nowhere\.invalid/g)).toHaveLength(1);
    expect(stderr).toContain('Its name is not known to any name server (ENOTFOUND)');
  });
});
