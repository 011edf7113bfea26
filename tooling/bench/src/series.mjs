// Target 8: how time grows with the number of files, and of paths.
// @ts-check
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { spreadOf } from './compare.mjs';
import { measure } from './measure.mjs';

/** @typedef {{ x: number, seconds: number, memory: number }} Point */
/** @typedef {{ name: string, points: readonly Point[], judgement: import('./judge.mjs').Judgement }} Series */

const counts = [10, 100, 1000, 10_000];
/** Ten times as much may take at most so many times as long: linear, with a tenth for noise. */
const mostGrowth = 11;

const work = (/** @type {string} */ name) => fileURLToPath(new URL(`work/${name}`, import.meta.url));

/**
 * @param {import('./row.mjs').Setting} setting
 * @param {number} rounds
 * @returns {Promise<readonly Series[]>}
 */
export async function measureSeries({ folder, repository, server, client }, rounds) {
  writeFileSync(join(repository, 'small'), Buffer.alloc(1000));
  const target = join(folder, 'batch');
  const named = join(folder, 'named');
  return [
    await series('files in one batch, 1 kB each, loopback', rounds, (count) => {
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      return [...client, process.execPath, work('batch.mjs'), server.http, target, String(count)];
    }),
    await series('paths in one policy, with a start', rounds, (count) => {
      rmSync(named, { recursive: true, force: true });
      mkdirSync(named);
      for (let number = 0; number < count; number++) writeFileSync(join(named, String(number)), '');
      return [process.execPath, work('policy.mjs'), named];
    }),
  ];
}

/**
 * @param {string} name
 * @param {number} rounds
 * @param {(count: number) => readonly string[]} prepare - makes what is needed, and gives the command
 * @returns {Promise<Series>}
 */
async function series(name, rounds, prepare) {
  /** @type {Point[]} */
  const points = [];
  for (const x of counts) {
    const costs = [];
    for (let round = 0; round <= rounds; round++)
      costs.push(await measure(prepare(x), { memory: round === 0, isQuiet: true }));
    const [first, ...others] = costs;
    points.push({ x, seconds: spreadOf(others.map(({ wall }) => wall)).median, memory: first?.memory ?? NaN });
  }
  const [before, last] = points.slice(-2);
  const found = (last?.seconds ?? NaN) / (before?.seconds ?? NaN);
  const text = `times as long for ${counts.at(-1)} as for ${counts.at(-2)}`;
  return { name, points, judgement: { text, found, atMost: mostGrowth, isMet: found <= mostGrowth } };
}
