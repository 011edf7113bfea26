// `npm run bench -w pacman-fetch`: what a download of one file takes, as pacman runs it: -o FILE.part by root, 1 MiB from
// a server on loopback. In turn: curl, Node alone, pacman-fetch by its starter and without it, and by two processes, as for
// a FILE that gets its name in the end. Medians. As root, for the user of the download. Argument: rounds (default 21).
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 21);
const bytes = 1 << 20;
const app = join(import.meta.dirname, '..');

/** A server of one file, in a process of its own, so that its processor time is not counted. */
const server = `
const body = Buffer.alloc(${bytes}, 'x');
require('node:http').createServer((_, response) => {
  response.writeHead(200, { 'content-length': body.length }).end(body);
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

const folder = mkdtempSync(join(tmpdir(), 'pacman-fetch-bench-'));
const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}/x`;
  say(`Linux ${release()}, Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model})`);
  say(`${bytes} bytes from loopback, median of ${rounds} rounds in turn`);
  show(compare(ways(url)));
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** @typedef {{ wall: number, cpu: number }} Cost milliseconds */

/**
 * The commands, and the file that each leaves.
 *
 * @param {string} url
 * @returns {Readonly<Record<string, { readonly command: readonly string[], readonly file?: string }>>}
 */
function ways(url) {
  const config = join(folder, 'pacman.conf');
  writeFileSync(config, '[options]\nSandboxUser = nobody\nUseSandbox = yes\n');
  const part = join(folder, 'x.part');
  const lib = join(folder, 'lib');
  mkdirSync(lib);
  symlinkSync(join(app, 'dist'), join(lib, 'dist'));
  copyFileSync(join(app, 'prebuilds', `linux-${process.arch}`, 'start'), join(lib, 'start'));
  const options = ['--config', config, '-o'];
  const cli = [process.execPath, join(app, 'dist', 'cli.cjs'), ...options];
  return {
    curl: { command: ['curl', '-sfo', part, url], file: part },
    'Node alone': { command: [process.execPath, '-e', '0'] },
    'pacman-fetch, by its starter': { command: [join(lib, 'start'), ...options, part, url], file: part },
    'pacman-fetch, without it': { command: [...cli, part, url], file: part },
    'pacman-fetch, name in the end': { command: [...cli, join(folder, 'y.pkg'), url], file: join(folder, 'y.pkg') },
  };
}

/**
 * @param {ReturnType<typeof ways>} compared
 * @returns {ReadonlyMap<string, readonly Cost[]>}
 */
function compare(compared) {
  /** @type {Map<string, Cost[]>} */
  const costs = new Map(Object.keys(compared).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { command, file }] of Object.entries(compared)) {
      if (file !== undefined) rmSync(file, { force: true });
      costs.get(name)?.push(run(command));
    }
  }
  return costs;
}

/** @param {readonly string[]} command */
function run([file = '', ...args]) {
  const begun = performance.now();
  // The shell counts what its children took, and theirs (times(2)).
  const script = '"$@"; status=$?; times >&3; exit $status';
  const stdio = /** @type {const} */ (['ignore', 'ignore', 'inherit', 'pipe']);
  const result = spawnSync('bash', ['-c', script, 'bash', file, ...args], { stdio });
  const wall = performance.now() - begun;
  if (result.status !== 0) throw new Error(`${file} ended with ${result.status ?? result.signal}`);
  const [, children = ''] = String(result.output[3]).split('\n');
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  );
  return { wall, cpu: seconds * 1000 };
}

/** @param {ReadonlyMap<string, readonly Cost[]>} costs */
function show(costs) {
  const of = (/** @type {string} */ name, /** @type {keyof Cost} */ what) =>
    median((costs.get(name) ?? []).map((cost) => cost[what]));
  const base = of('curl', 'wall');
  for (const name of costs.keys()) {
    const wall = of(name, 'wall');
    const numbers = [
      `${wall.toFixed(1)} ms`,
      `${(wall / base).toFixed(2)} of curl`,
      `${of(name, 'cpu').toFixed(0)} ms CPU`,
    ];
    say(`${name.padEnd(30)} ${numbers.map((text) => text.padStart(14)).join(' ')}`);
  }
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
