// `npm run bench -w @sb/fetcher`: how long downloads from nginx take, and what they cost, with this package, plain undici,
// curl, aria2c and wget. One large file, and 150 of a package repository's sizes; on loopback, and over a link with a delay.
// All in one run, in turn, from memory to memory. As root, for the user of the worker and the network of its own.
// Arguments: rounds (default 3), bytes of the large file (default 1 GiB).
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { measure } from '@sb/bench/measure';
import { makeNetwork } from '@sb/bench/network';

import { makeFiles } from './files.mjs';
import { absent, parallel, ways } from './ways.mjs';

const rounds = Number(process.argv[2] ?? 3);
const largeBytes = Number(process.argv[3] ?? 1 << 30);

delete process.env['NODE_EXTRA_CA_CERTS'];

// A file system in memory, where there is one: no disk is measured.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : '/tmp', 'sb-bench-'));
try {
  const { large, packages } = makeFiles(join(folder, 'root'), largeBytes);
  const delayed = makeFiles(join(folder, 'root-delayed'), largeBytes / 4);
  say(`Linux ${release()}, Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), nginx`);
  say(
    `${parallel} downloads at once (wget: one), median of ${rounds} rounds in turn; memory is the sum of all processes`,
  );
  if (absent.length > 0) say(`not installed, and not compared: ${absent.join(', ')}`);
  await compareOver(0, join(folder, 'root'), [large, packages]);
  for (const roundTrip of [20, 80]) {
    await compareOver(roundTrip, join(folder, 'root-delayed'), [delayed.large, delayed.packages]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {number} roundTrip milliseconds
 * @param {string} root of the server
 * @param {readonly import('./files.mjs').Load[]} loads
 */
async function compareOver(roundTrip, root, loads) {
  const network = await makeNetwork(roundTrip, folder);
  const server = await startServer(network, root);
  const where = roundTrip === 0 ? 'loopback' : `a round trip of ${roundTrip} ms`;
  try {
    for (const load of loads) {
      await compare(load, `${load.name}, ${(load.bytes / 1e6).toFixed(0)} MB, ${where}`, network);
    }
  } finally {
    server.kill();
    await once(server, 'exit');
    network.close();
  }
}

/**
 * @param {import('@sb/bench/network').Network} network
 * @param {string} root
 */
async function startServer({ server: [file = '', ...args] }, root) {
  const config = join(folder, 'nginx.conf');
  const main = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error; user root;`;
  const http = `access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000; root ${root};`;
  writeFileSync(config, `${main} events { } http { ${http} server { listen 8080; } }`);
  const server = spawn(file, [...args, 'nginx', '-e', 'stderr', '-c', config], { stdio: 'inherit' });
  await setTimeout(500);
  if (server.exitCode !== null) throw new Error('nginx does not start');
  return server;
}

/**
 * @param {import('./files.mjs').Load} load
 * @param {string} title
 * @param {import('@sb/bench/network').Network} network
 */
async function compare({ paths, bytes }, title, { address, client }) {
  const urls = paths.map((path) => `http://${address}:8080/${path}`);
  const costs = new Map(ways.map(({ name }) => [name, /** @type {import('@sb/bench/measure').Cost[]} */ ([])]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, command } of ways) {
      const target = join(folder, 'target');
      mkdirSync(target);
      const cost = await measure([...client, ...command({ urls, folder: target, scratch: folder })]);
      requireAll(target, paths.length, bytes);
      rmSync(target, { recursive: true });
      costs.get(name)?.push(cost);
    }
  }
  say(`\n${title}`);
  say(line(['', 'seconds', 'ours of it', 'CPU s/GB', 'ours of it', 'memory MB', 'ours of it']));
  const own = summary(costs.get('ours') ?? [], bytes);
  for (const [name, list] of costs) {
    const theirs = summary(list, bytes);
    const cells = theirs.flatMap((value, index) => [value, name === 'ours' ? '' : (own[index] ?? NaN) / value]);
    say(line([name, ...cells]));
  }
}

/**
 * @param {readonly import('@sb/bench/measure').Cost[]} costs
 * @param {number} bytes
 */
function summary(costs, bytes) {
  const median = (/** @type {'wall' | 'cpu' | 'memory'} */ key) => {
    const values = costs.map((cost) => cost[key]).sort((a, b) => a - b);
    return values[values.length >> 1] ?? NaN;
  };
  return [median('wall'), (median('cpu') / bytes) * 1e9, median('memory')];
}

/**
 * @param {string} target
 * @param {number} count
 * @param {number} bytes
 */
function requireAll(target, count, bytes) {
  const names = readdirSync(target);
  const sum = names.reduce((total, name) => total + statSync(join(target, name)).size, 0);
  if (names.length !== count || sum !== bytes) throw new Error(`${names.length} files with ${sum} bytes came`);
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {readonly (string | number)[]} cells */
function line(cells) {
  const texts = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell));
  return texts.map((text, index) => (index === 0 ? text.padEnd(14) : text.padStart(10))).join('  ');
}
