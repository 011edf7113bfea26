/* The starter of the Arch package: Node without io_uring for a download, and as it is for everything else. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compileC, missing, nodeReleases, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from './kit/fetch-program.js';
import { startMirror } from './kit/mirror.js';

const built = fileURLToPath(new URL(`../prebuilds/linux-${process.arch}/start`, import.meta.url));
let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

/** Puts the starter beside a program, and a name of it elsewhere. */
function install(script: string): string {
  const lib = folder.file('lib');
  mkdirSync(lib);
  copyFileSync(built, join(lib, 'start'));
  chmodSync(join(lib, 'start'), 0o755);
  symlinkSync(script, join(lib, 'dist'));
  symlinkSync('lib/start', folder.file('pacman-fetch'));
  return folder.file('pacman-fetch');
}

/** How many rings it has, whether it may gain privileges, and its arguments. */
const look = `
const { readdirSync, readFileSync, readlinkSync } = require('node:fs');
const target = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
const rings = readdirSync('/proc/self/fd').map(target).filter((text) => text.includes('io_uring')).length;
const [, noNewPrivs] = /^NoNewPrivs:\\s*(\\d)/m.exec(readFileSync('/proc/self/status', 'latin1'));
console.log(JSON.stringify({ hasRings: rings > 0, noNewPrivs, args: process.argv.slice(2) }));
`;

/** Certificates that Node reads in a thread of its own, where they are. */
const bundle = '/etc/ssl/certs/ca-certificates.crt';
const extra = existsSync(bundle) ? { NODE_EXTRA_CA_CERTS: bundle } : {};

/** An environment where `node` is one release, whatever its file is called. */
function withNode(file: string) {
  const bin = folder.file('bin');
  if (!existsSync(bin)) mkdirSync(bin);
  rmSync(join(bin, 'node'), { force: true });
  symlinkSync(file, join(bin, 'node'));
  return { env: { ...environment, PATH: `${bin}:${environment.PATH}` } };
}

describe.skipIf(missing('linux'))('the starter', () => {
  it.each(nodeReleases())(
    'keeps Node $version from io_uring for a download, and no command',
    async ({ file, version }) => {
      const dist = folder.file('program');
      mkdirSync(dist);
      writeFileSync(join(dist, 'cli.cjs'), look);
      writeFileSync(join(dist, 'package.json'), '{"type":"module"}');
      const start = install(dist);
      const of = async (...args: readonly string[]) => {
        const { stdout, stderr, status } = await runProgram(start, args, withNode(file));
        expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
        return JSON.parse(stdout) as object;
      };
      const download = ['-o', 'a b', '', 'http://x/'];
      expect(await of(...download)).toEqual({ hasRings: false, noNewPrivs: '1', args: download });
      const hasRings = !version.startsWith('v20.');
      expect(await of('pacman', '--', '-o')).toEqual({ hasRings, noNewPrivs: '0', args: ['pacman', '--', '-o'] });
      expect(await of()).toEqual({ hasRings, noNewPrivs: '0', args: [] });
      // The real pacman, its hooks and scriptlets follow.
      const operations = [['-Syu'], ['-U'], ['--sync'], ['--upgrade'], ['--noconfirm', '-S'], ['-b', '/x', '-yS']];
      for (const words of operations) {
        expect(await of(...words)).toEqual({ hasRings, noNewPrivs: '0', args: words });
      }
    },
  );

  it('lets a download neither make nor use an io_uring, so nobody asks its descriptors whether one is', async () => {
    const dist = folder.file('program');
    mkdirSync(dist);
    writeFileSync(join(dist, 'cli.cjs'), '');
    await compileC(folder.file('asking'), {
      from: import.meta.url,
      sources: ['front-door/fixtures/rings.c'],
      flags: [],
    });
    const start = install(dist);
    const of = async (...args: readonly string[]) =>
      (await runProgram(start, args, withNode(folder.file('asking')))).stdout;
    expect(await of('-o', 'a', 'http://x/')).toBe('setup ENOSYS, enter ENOSYS\n');
    // The control: a command may, where the kernel permits it.
    expect(await of('pacman')).toMatch(/^setup (?:EFAULT, enter EBADF|other, enter \w+|ENOSYS, enter ENOSYS)$/m);
  });

  it.each([['-o'], ['pacman']])('gives Node no variable that it would take orders from, with %s', async (first) => {
    const dist = folder.file('program');
    mkdirSync(dist);
    writeFileSync(join(dist, 'cli.cjs'), 'console.log(Object.keys(process.env).sort().join(" "))');
    writeFileSync(folder.file('evil.cjs'), `require('fs').writeFileSync(${JSON.stringify(folder.file('owned'))}, '')`);
    const orders = {
      NODE_OPTIONS: `--require ${folder.file('evil.cjs')}`,
      NODE_EXTRA_CA_CERTS: folder.file('evil.pem'),
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_V8_COVERAGE: folder.file('coverage'),
      OPENSSL_CONF: folder.file('evil.cnf'),
      ICU_DATA: folder.file('icu'),
      ICU_TIMEZONE_FILES_DIR: folder.file('icu'),
      UV_USE_IO_URING: '1',
      SSL_CERT_FILE: folder.file('evil.pem'),
      SSL_CERT_DIR: folder.path,
      CTLOG_FILE: folder.file('evil.cnf'),
      SSLKEYLOGFILE: folder.file('keys'),
      QLOGDIR: folder.path,
    };
    const kept = { NODES: 'x', ICU: 'x', SSLKEYLOGFILES: 'x', http_proxy: 'http://p' };
    const { env } = withNode(process.execPath);
    const result = await runProgram(install(dist), [first], { env: { ...env, ...orders, ...kept } });
    const names = Object.keys({ ...env, ...kept })
      .toSorted()
      .join(' ');
    expect(result).toMatchObject({ status: 0, stdout: `${names}\n`, stderr: '' });
    expect(['owned', 'coverage'].map((name) => existsSync(folder.file(name)))).toEqual([false, false]);
    // The control: Node by itself takes them.
    await runProgram(process.execPath, [join(dist, 'cli.cjs')], { env: { ...env, ...orders } });
    expect(existsSync(folder.file('owned'))).toBe(true);
  });

  it('reports a missing program, and a missing node', async () => {
    const dist = folder.file('program');
    const start = install(dist);
    // A command, and a download.
    for (const args of [['-Sy'], ['-o', folder.file('x'), 'http://127.0.0.1:1/x']]) {
      expect(await runProgram(start, args, { env: environment })).toMatchObject({
        status: 127,
        stderr:
          `error: ${folder.file('lib/dist/cli.cjs')} does not exist\n` +
          '       Put the starter of pacman-fetch beside the directory dist of its package.\n',
      });
    }
    mkdirSync(dist);
    writeFileSync(join(dist, 'cli.cjs'), '');
    const { status, stderr } = await runProgram(start, ['--help'], { env: { PATH: '/nonexistent' } });
    expect({ status, stderr }).toEqual({
      status: 127,
      stderr:
        'error: cannot start node: No such file or directory\n' +
        '       Install Node 20.19 or later where PATH finds it (on Arch: nodejs).\n',
    });
  });
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a download', () => {
  it.each(nodeReleases())(
    'with an inherited descriptor works on Node $version without the starter',
    async ({ file }) => {
      await using mirror = await startMirror({ '/x': Buffer.from('content') });
      writeFileSync(
        folder.file('pacman.conf'),
        '[options]\nSandboxUser = nobody\nUseSandbox = yes\nSandboxSyscalls = off\n',
      );
      const { env } = withNode(file);
      const options = { env: { ...env, ...extra } };
      const args = ['--config', folder.file('pacman.conf'), '-o', folder.file('x.part'), `${mirror.origin}/x`];
      for (const script of ['exec "$@"', 'exec 50</etc/hosts; exec "$@"']) {
        const result = await runProgram('bash', ['-c', script, 'bash', file, program, ...args], options);
        expect(result).toMatchObject({ status: 0, stderr: '' });
        expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('content');
      }
    },
  );
});

describe.skipIf(missing('root', 'linux', 'landlock6'))('a download by the starter', () => {
  it.each(nodeReleases())('takes one process on Node $version', async ({ file }) => {
    await using mirror = await startMirror({ '/x': Buffer.from('content') });
    const start = install(dirname(program));
    writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\nUseSandbox = yes\n');
    const report = folder.file('report');
    const args = ['--config', folder.file('pacman.conf'), '--report', report, '-o', folder.file('x.part')];
    // Certificates that Node would read in a thread of its own, and a descriptor that nobody meant to hand over.
    const { env } = withNode(file);
    const options = { env: { ...env, ...extra } };
    const command = ['-c', 'exec 50</etc/hosts; exec "$@"', 'bash', start, ...args, `${mirror.origin}/x`];
    const result = await runProgram('bash', command, options);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('content');
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ status: 'full', verified: { by: 'self' } });
  });
});
