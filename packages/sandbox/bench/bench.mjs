// `npm run bench -w @sb/sandbox`: how long it takes to start /bin/true and see it end, plainly, in our sandbox with every
// layer, and through the tools that do something like it. All in one run, in turn. As root, since all of them change user.
// Twice: with real-time priority, which leaves the processors to what is measured, and as the machine is.
// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { compile, policy } from '@sb/seccomp';

import { ways } from './ways.mjs';

const rounds = Number(process.argv[2] ?? 300);

/** What our overhead over a plain start may be, as a part of theirs. */
const targets = new Map([
  ['setpriv, all', 0.45],
  ['bwrap', 0.2],
]);

// Each start of a Node reads these certificates; ours starts none, but the spread gets wider.
delete process.env['NODE_EXTRA_CA_CERTS'];

const folder = mkdtempSync(join(tmpdir(), 'sb-bench-'));
try {
  const filter = join(folder, 'filter');
  writeFileSync(
    filter,
    compile(
      policy({
        base: 'deny-dangerous',
        allow: ['capset'],
        architectures: [process.arch === 'arm64' ? 'aarch64' : 'x86_64'],
      }),
    ).programs[0]?.bytes ?? '',
  );
  const all = ways(filter);
  const isAlone = schedule('--fifo', 10);
  if (!isAlone) say('Real-time priority is not to be had here (chrt, sched(7)), so other work on this machine counts.');
  judge(await compare(all, isAlone ? 'real-time priority' : 'ordinary priority'));
  if (isAlone && schedule('--other', 0)) await compare(all, 'ordinary priority: other work and the scheduler count');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} name of a policy of sched(7), as an option of chrt(1)
 * @param {number} priority
 * @returns whether this process has it now, and what it starts
 */
function schedule(name, priority) {
  const { status } = spawnSync('chrt', [name, '--pid', String(priority), String(process.pid)]);
  return status === 0;
}

/**
 * @param {readonly import('./ways.mjs').Way[]} all
 * @param {string} conditions
 * @returns {Promise<ReadonlyMap<string, number>>} our overhead as a part of that of each way
 */
async function compare(all, conditions) {
  const times = await measure(all);
  const plain = medianOf(times.get('plain') ?? []);
  const own = medianOf(times.get('ours') ?? []) - plain;
  const ratios = new Map();
  say(`Linux ${release()}, Node ${process.version}: milliseconds to start /bin/true, ${rounds} rounds in turn`);
  say(`${conditions}\n`);
  say(line(['', 'least', 'median', 'overhead', 'ours of it', 'takes away']));
  for (const { name, does } of all) {
    const measured = times.get(name) ?? [];
    const overhead = medianOf(measured) - plain;
    const isOther = name !== 'plain' && name !== 'ours';
    if (isOther) ratios.set(name, own / overhead);
    const ratio = isOther ? (own / overhead).toFixed(2) : '';
    say(line([name, Math.min(...measured), medianOf(measured), overhead, ratio, does]));
  }
  say('');
  return ratios;
}

/** @param {readonly import('./ways.mjs').Way[]} all */
async function measure(all) {
  const times = new Map(all.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  // Ten of each in turn: what the slow ones leave of the processor's caches is not for the next one to pay.
  for (let round = -2; round < rounds / 10; round++) {
    for (const { name, start } of all) {
      // The kernel takes namespaces apart when their processes are gone, and the next way shall not pay for that.
      await setTimeout(200);
      const taken = await tenTimes(start);
      if (round >= 0) times.get(name)?.push(...taken.slice(1));
    }
  }
  return times;
}

/** @param {() => Promise<void>} start */
async function tenTimes(start) {
  const taken = [];
  while (taken.length < 10) {
    const before = performance.now();
    await start();
    taken.push(performance.now() - before);
  }
  return taken;
}

/** @param {ReadonlyMap<string, number>} ratios */
function judge(ratios) {
  for (const [name, most] of targets) {
    const ratio = ratios.get(name);
    if (ratio === undefined) {
      say(`${name} is not installed: not compared`);
      continue;
    }
    const isMet = ratio <= most;
    say(`${isMet ? 'met' : 'MISSED'}: our overhead is ${ratio.toFixed(2)} of that of ${name}, at most ${most} wanted`);
    if (!isMet) process.exitCode = 1;
  }
  say('');
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {readonly number[]} values */
function medianOf(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** @param {readonly (string | number)[]} cells */
function line(cells) {
  const texts = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell));
  return texts.map((text, index) => (index === 0 || index === 5 ? text.padEnd(14) : text.padStart(10))).join('  ');
}
