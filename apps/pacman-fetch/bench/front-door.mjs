// `npm run bench -w pacman-fetch`: what a transaction of 150 packages takes, `pacman -Sw` by XferCommand, from a server on
// loopback: by pacman-fetch through its front door, by pacman-fetch without it, by curl and by wget, in turn. Started as root,
// and as pacman's DownloadUser. Medians, least and most, and ratios in one run. As root. Argument: rounds (default 10).
// @ts-check
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 10);
const count = 150;
/** As in a real transaction, 43.6 MB in all. */
const total = 43_600_000;
const app = join(import.meta.dirname, '..');

const folder = mkdtempSync(join(tmpdir(), 'pacman-fetch-bench-'));
chmodSync(folder, 0o755);
const at = (/** @type {string} */ name) => join(folder, name);

/** A server of the repository, that keeps connections; in a process of its own, so that its time is not counted. */
const server = `
const { createServer } = require('node:http');
const { readFileSync, readdirSync } = require('node:fs');
const folder = ${JSON.stringify(at('repository'))};
const files = new Map(readdirSync(folder).map((name) => ['/' + name, readFileSync(folder + '/' + name)]));
createServer(({ url }, response) => {
  const body = files.get(url);
  if (body === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-length': body.length }).end(body);
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

makeRepository();
const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;
  for (const user of [undefined, 'nobody']) compare(url, user);
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Packages by hand, which nobody installs, and a database of them. */
function makeRepository() {
  mkdirSync(at('repository'));
  const names = [];
  for (let number = 0; number < count; number++) {
    const build = at(`build`);
    rmSync(build, { recursive: true, force: true });
    mkdirSync(build);
    // Most are small, some are large.
    const size = Math.round((total * (number + 1) ** 3) / (count ** 4 / 4));
    writeFileSync(
      join(build, 'data'),
      execFileSync('head', ['-c', String(size), '/dev/urandom'], { maxBuffer: 1 << 30 }),
    );
    const info = {
      pkgname: `pkg${number}`,
      pkgver: '1-1',
      pkgdesc: 'bench',
      size,
      arch: 'any',
      builddate: 1,
      packager: 'x',
    };
    writeFileSync(
      join(build, '.PKGINFO'),
      Object.entries(info)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(''),
    );
    const name = `pkg${number}-1-1-any.pkg.tar.zst`;
    execFileSync('bsdtar', ['--zstd', '-cf', join(at('repository'), name), '-C', build, '.PKGINFO', 'data']);
    names.push(name);
  }
  execFileSync('repo-add', ['--quiet', 'test.db.tar.zst', ...names], { cwd: at('repository'), stdio: 'pipe' });
}

/**
 * @param {string} url
 * @param {string | undefined} user - pacman's DownloadUser
 */
function compare(url, user) {
  const own = at('pacman.d');
  mkdirSync(own, { recursive: true });
  writeFileSync(
    join(own, 'pacman-fetch.conf'),
    user === undefined ? '[options]\nSandboxUser = nobody\n' : '[options]\n',
  );
  const lib = at('lib');
  mkdirSync(lib, { recursive: true });
  rmSync(join(lib, 'dist'), { force: true });
  symlinkSync(join(app, 'dist'), join(lib, 'dist'));
  copyFileSync(join(app, 'prebuilds', `linux-${process.arch}`, 'start'), join(lib, 'start'));
  const ours = `--config ${at('ours.conf')} -o %o %u`;
  writeFileSync(at('ours.conf'), '');
  /** @type {Readonly<Record<string, string>>} */
  const ways = {
    'pacman-fetch': `${lib}/start ${ours}`,
    curl: '/usr/bin/curl -sfLo %o %u',
    wget: '/usr/bin/wget -qO %o %u',
  };
  /** @type {Map<string, number[]>} */
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(ways)) {
      const taken = transaction(url, command, { user });
      if (round > 0) times.get(name)?.push(taken);
    }
  }
  const few = 10;
  const slow = transaction(url, `${process.execPath} ${app}/dist/cli.js ${ours}`, { user, packages: few });
  say(`pacman -Sw of ${count} packages by XferCommand, started as ${user ?? 'root'}; ${rounds} rounds in turn`);
  const of = (/** @type {string} */ name) => median(times.get(name) ?? []);
  for (const [name, all] of times) {
    const range = `${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
    const ratios = `${(of(name) / of('curl')).toFixed(2)} of curl, ${(of(name) / of('wget')).toFixed(2)} of wget`;
    say(`  ${name.padEnd(26)} ${of(name).toFixed(0).padStart(6)} ms (${range})   ${ratios}`);
  }
  say(`  ${`a Node for each of ${few} files`.padEnd(26)} ${slow.toFixed(0).padStart(6)} ms, once`);
  say(`  targets: 0.4 of curl, 0.7 of wget`);
}

/**
 * @param {string} url
 * @param {string} command
 * @param {{ readonly user: string | undefined, readonly packages?: number }} options - pacman's DownloadUser; how many
 * @returns {number} milliseconds
 */
function transaction(url, command, { user, packages = count }) {
  for (const name of ['root', 'cache', 'db']) {
    rmSync(at(name), { recursive: true, force: true });
    mkdirSync(at(name));
  }
  mkdirSync(join(at('db'), 'sync'));
  copyFileSync(join(at('repository'), 'test.db'), join(at('db'), 'sync', 'test.db'));
  const lines = [
    '[options]',
    `RootDir = ${at('root')}`,
    `DBPath = ${at('db')}`,
    `CacheDir = ${at('cache')}`,
    `LogFile = ${at('pacman.log')}`,
    `GPGDir = ${at('keys')}`,
    'Architecture = x86_64',
    'ParallelDownloads = 5',
    'SigLevel = Never',
    ...(user === undefined ? [] : [`DownloadUser = ${user}`]),
    `XferCommand = ${command}`,
    '[test]',
    `Server = ${url}`,
  ];
  writeFileSync(at('pacman.conf'), `${lines.join('\n')}\n`);
  const names = Array.from({ length: packages }, (_, number) => `pkg${number}`);
  const begun = performance.now();
  const args = ['--config', at('pacman.conf'), '--noconfirm', '-Sw', ...names];
  const { status, stderr } = spawnSync('pacman', args, { encoding: 'utf8' });
  const taken = performance.now() - begun;
  if (status !== 0 || readdirSync(at('cache')).length !== packages)
    throw new Error(`pacman ended with ${status}: ${stderr}`);
  return taken;
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
