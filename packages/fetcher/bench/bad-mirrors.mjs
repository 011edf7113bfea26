// `npm run bench -w @sb/fetcher`, second part: what a transaction takes where two of five mirrors are bad, as a ratio to what it
// takes where all are good, and how many bytes come twice: a large transaction, and a small one. The mirrors are on loopback,
// in a process of their own, and send 1 MB a second over each connection, ten milliseconds after they are asked. As root.
// Arguments: rounds (default 3); `large` or `small` (default both); kinds, with commas between (default all); number of
// pairs of places (default 4).
// @ts-check
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { createFetcher } from '@sb/fetcher';

const rounds = Number(process.argv[2] ?? 3);
const chosen = process.argv[3];
const kinds = process.argv[4]?.split(',') ?? ['stalled', 'byte a second', '503', 'lying', 'stops at 99 %'];
const places = /** @type {const} */ ([
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
]);

/** 150 packages of 43.6 MB, most of them small; ten of 2.8 MB, as a daily upgrade has. */
const transactions = {
  large: Array.from({ length: 150 }, (_, index) => (index < 15 ? 2_000_000 : index < 60 ? 200_000 : 51_111)),
  small: Array.from({ length: 10 }, (_, index) => (index < 2 ? 1_000_000 : 100_000)),
};

const server = `
const { createServer } = require('node:http');
const rate = 1e6, step = 10;
let sent = 0;
const start = (kind) => new Promise((resolve) => createServer((request, response) => {
  if (kind === 'stalled') return;
  if (kind === '503') return void response.writeHead(503).end();
  const size = Number(/\\d+$/.exec(request.url)[0]);
  const [, from = 0, last = size - 1] = (/^bytes=(\\d+)-(\\d+)?/.exec(request.headers.range ?? '') ?? []).map(Number).map((n) => n || undefined);
  const isPart = request.headers.range !== undefined;
  const body = Buffer.alloc(size, kind === 'lying' ? 'wrong' : request.url).subarray(from, last + 1);
  const said = { 'content-length': body.length, 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' };
  if (isPart) said['content-range'] = 'bytes ' + from + '-' + last + '/' + size;
  response.writeHead(isPart ? 206 : 200, said).flushHeaders();
  const end = kind === 'stops at 99 %' ? Math.floor(body.length * 0.99) : body.length;
  const begun = performance.now();
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed) return clearInterval(timer);
    const due = kind === 'byte a second' ? Math.floor((performance.now() - begun) / 1000) : ((performance.now() - begun) * rate) / 1000;
    const to = Math.min(end, Math.floor(due));
    if (to > at) response.write(body.subarray(at, to));
    sent += to - at;
    at = to;
    if (at >= end) { clearInterval(timer); if (at === body.length) response.end(); }
  }, step);
}).listen(0, '127.0.0.1', function () { resolve(this.address().port); }));
process.on('message', async (kinds) => {
  if (kinds === 'sent') return process.send(sent);
  sent = 0;
  process.send(await Promise.all(kinds.map(start)));
});
process.send('ready');`;

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : '/tmp', 'sb-bench-'));
const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
try {
  await once(child, 'message');
  for (const [name, sizes] of Object.entries(transactions)) {
    if (chosen === undefined || chosen === name) await compare(name, sizes);
  }
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} name @param {readonly number[]} sizes */
async function compare(name, sizes) {
  const good = await several(
    sizes,
    Array.from({ length: 5 }, () => 'good'),
  );
  print(`${name}, five good mirrors, ${(sumOf(sizes) / 1e6).toFixed(1)} MB: ${good.seconds.toFixed(2)} s`);
  for (const kind of kinds) {
    for (const [one, two] of places.slice(0, Number(process.argv[5] ?? places.length))) {
      const five = ['good', 'good', 'good', 'good', 'good'].with(one, kind).with(two, kind);
      const { seconds, twice } = await several(sizes, five);
      const where = `${name}, ${kind}, number ${one + 1} and ${two + 1}`;
      print(
        `${where}: ${seconds.toFixed(2)} s, ${(seconds / good.seconds).toFixed(2)} times, ${(twice * 100).toFixed(1)} % twice`,
      );
    }
  }
}

/** Medians. @param {readonly number[]} sizes @param {readonly string[]} mirrors */
async function several(sizes, mirrors) {
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await transaction(sizes, mirrors));
  const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return { seconds: median(all.map(({ seconds }) => seconds)), twice: median(all.map(({ twice }) => twice)) };
}

/** @param {readonly number[]} sizes @returns {number} */
function sumOf(sizes) {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** @param {readonly number[]} sizes @param {readonly string[]} mirrors what each does */
async function transaction(sizes, mirrors) {
  child.send(mirrors);
  const [ports] = /** @type {[readonly number[]]} */ (await once(child, 'message'));
  const fetcher = createFetcher({ user: 'nobody' });
  const requests = sizes.map((size, index) => ({
    sources: ports.map((port) => `http://127.0.0.1:${port}/${index}-${size}`),
    to: join(folder, String(index)),
    size,
    sha256: createHash('sha256')
      .update(Buffer.alloc(size, `/${index}-${size}`))
      .digest('hex'),
  }));
  const begun = performance.now();
  const outcomes = await fetcher.download(requests);
  const seconds = (performance.now() - begun) / 1000;
  if (outcomes.some(({ status }) => status !== 'done')) throw new Error('a file has failed');
  await fetcher[Symbol.asyncDispose]();
  child.send('sent');
  const [sent] = /** @type {[number]} */ (await once(child, 'message'));
  return { seconds, twice: (sent - sumOf(sizes)) / sumOf(sizes) };
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}
