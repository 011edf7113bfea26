// `npm run test:soak -w @sb/fetcher`: 2,000 files and one of 10 GB in one batch. Every file has to be right, to its SHA-256,
// and memory has to be flat, that of the program and that of its workers. As root, for the user of the worker.
// `-- --quick` takes 300 files and 1 GB, in a minute; `--files` and `--bytes` choose, `--minutes` is the time it may take.
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';

import { createFetcher } from '@sb/fetcher';

import { sha256Of } from './content.mjs';
import { growth, Memory } from './memory.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    files: { type: 'string' },
    bytes: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const count = Number(values.files ?? (values.quick ? 300 : 2000));
const largeBytes = Number(values.bytes ?? (values.quick ? 1e9 : 10e9));
const minutes = Number(values.minutes ?? (values.quick ? 3 : 30));

/** Megabytes that a process may hold, and by which it may grow. */
const limits = { size: 200, growth: 25 };

/** Bytes of a small file: 0 to 200,000, and all kinds of ends of a block. @param {number} index */
const sizeOf = (index) => (index * 7919) % 200_003;

/** @type {string[]} */
const problems = [];
const requireThat = (/** @type {boolean} */ holds, /** @type {string} */ what) => void (holds || problems.push(what));

const folder = mkdtempSync(join(tmpdir(), 'sb-soak-'));
try {
  const { bavail, bsize } = statfsSync(folder);
  const needed = largeBytes + count * 200_000;
  if (bavail * bsize < needed) throw new Error(`${tmpdir()} has no room for ${(needed / 1e9).toFixed(1)} GB`);
  await soak();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) say(`wrong: ${problem}`);
say(problems.length === 0 ? 'soak: passed' : `soak: failed, ${problems.length} things are wrong`);
process.exit(problems.length === 0 ? 0 : 1);

async function soak() {
  const script = fileURLToPath(new URL('server.mjs', import.meta.url));
  const server = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  const origin = `http://127.0.0.1:${Number(port)}`;
  const sizes = [largeBytes, ...Array.from({ length: count }, (_, index) => sizeOf(index))];
  say(`${count} files and one of ${largeBytes / 1e9} GB; their sums are made first`);
  const requests = sizes.map((size, index) => ({
    sources: [`${origin}/${index}/${size}`],
    to: join(folder, String(index)),
    size,
    sha256: sha256Of(index, size),
  }));
  const fetcher = createFetcher({ user: 'nobody' });
  const memory = new Memory();
  const begun = performance.now();
  const outcomes = await fetcher.download(requests, { signal: AbortSignal.timeout(minutes * 60_000) });
  const seconds = (performance.now() - begun) / 1000;
  memory.stop();
  server.stdin.end();
  for (const { status, failures, to, ...rest } of outcomes) {
    const why = 'error' in rest ? rest.error.message : '';
    requireThat(status === 'done' && failures.length === 0, `${to} is ${status} ${why}`);
  }
  requireThat(fetcher.enforcement?.status === 'full', 'the worker was not confined by every layer');
  requireThat(readdirSync(folder).length === sizes.length, `the folder has ${readdirSync(folder).length} names`);
  if (problems.length === 0) checkSome(requests);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  say(`${seconds.toFixed(1)} s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s, ${memory.pids.size} workers`);
  for (const [name, samples] of /** @type {const} */ ([
    ['the program', memory.own],
    ['its workers', memory.workers],
  ])) {
    const most = Math.max(...samples);
    say(`${name}: at most ${most.toFixed(0)} MB, growth ${growth(samples).toFixed(1)} MB, ${samples.length} samples`);
    requireThat(samples.length >= 30, `${name} was looked at ${samples.length} times only`);
    requireThat(most <= limits.size, `${name} came to ${most.toFixed(0)} MB, and ${limits.size} are allowed`);
    requireThat(growth(samples) <= limits.growth, `${name} grew by ${growth(samples).toFixed(1)} MB`);
  }
}

/** The fetcher compares sums itself; that it does is for others to say. @param {readonly { to: string, sha256: string }[]} requests */
function checkSome(requests) {
  for (const { to, sha256 } of requests.slice(1).filter((_, index) => index % 10 === 0)) {
    const sum = createHash('sha256').update(readFileSync(to)).digest('hex');
    requireThat(sum === sha256, `${to} has the sum ${sum}`);
  }
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
