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

/** Starts of one way in one turn: so many that don't count, since the pause and the way before leave cold caches. */
const ahead = 10;
/** And then so many that do. */
const counted = 30;

/** How many starts there were. */
let started = 0;

const rounds = Number(process.argv[2] ?? 600);
if (!Number.isInteger(rounds) || rounds < 1) {
  say('Usage: bench.mjs [ROUNDS]   how often each way is started, 1 or more; 600 where nothing is said');
  process.exit(process.argv[2] === '--help' ? 0 : 2);
}

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
  const all = ways(filter, join(folder, 'compiled'));
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
  /** @param {string} name */
  const overheadOf = (name) => undisturbed(times.get(name)) - undisturbed(times.get('plain'));
  const own = overheadOf('ours');
  const ratios = new Map();
  say(`Linux ${release()}, Node ${process.version}: milliseconds to start /bin/true, ${rounds} rounds in turn`);
  say(`${conditions}; one start in ten takes at most "undisturbed", and overheads are the differences of these\n`);
  say(line(['', 'undisturbed', 'median', 'overhead', 'ours of it', 'takes away']));
  for (const { name, does } of all) {
    const overhead = overheadOf(name);
    const isOther = name !== 'plain' && name !== 'ours';
    if (isOther) ratios.set(name, own / overhead);
    const ratio = isOther ? (own / overhead).toFixed(2) : '';
    say(line([name, undisturbed(times.get(name)), quantileOf(0.5, times.get(name)), overhead, ratio, does]));
  }
  say('');
  return ratios;
}

/** @param {readonly import('./ways.mjs').Way[]} all */
async function measure(all) {
  const times = new Map(all.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  for (let turn = -1; turn < rounds / counted; turn++) {
    // From the last: those that use namespaces are furthest from what we are measured by.
    for (const { name, start } of [...all].reverse()) {
      // The kernel takes namespaces apart when their processes are gone, and the next way shall not pay for that.
      await setTimeout(200);
      const taken = await timesOf(start, ahead + counted);
      if (turn >= 0) times.get(name)?.push(...taken.slice(ahead));
    }
  }
  return times;
}

/**
 * @param {import('./ways.mjs').Way['start']} start
 * @param {number} count
 */
async function timesOf(start, count) {
  const taken = [];
  while (taken.length < count) {
    const before = performance.now();
    // Another at each start, as of most programs that are started often: nothing may be made once for all of them.
    await start(String(started++));
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

/**
 * What a start takes where nothing else wants the processors, caches and memory of the host: other guests of it make all
 * ways slower for seconds, and medians of two runs differ by a third.
 *
 * @param {readonly number[]} [times]
 */
function undisturbed(times) {
  return quantileOf(0.1, times);
}

/**
 * @param {number} part
 * @param {readonly number[]} [values]
 */
function quantileOf(part, values = []) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN;
}

/** @param {readonly (string | number)[]} cells */
function line(cells) {
  const texts = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell));
  return texts.map((text, index) => (index === 0 || index === 5 ? text.padEnd(14) : text.padStart(10))).join('  ');
}
