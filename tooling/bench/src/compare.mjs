// Ways to do the same work, each once a round, in turn.
// @ts-check
import { measure } from './measure.mjs';
import { Quiet } from './quiet.mjs';

/** For all rows: what the machine can do at best shows in the course of time. */
export const quiet = new Quiet();

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {readonly string[]} command
 * @property {() => void} [before] what has to be there, or has to be gone, before each run
 * @property {() => void} [after] throws where the work was not done
 */

/** @typedef {{ median: number, least: number, most: number }} Spread */
/** @typedef {{ name: string, wall: Spread, cpu: Spread, memory: number, busy: number }} Figures seconds, seconds, megabytes; busy: how many runs count although the machine was busy */

/**
 * Runs each way once to warm up, with a look at its memory, and then as often as there are rounds, in quiet
 * moments.
 *
 * @param {readonly Way[]} ways
 * @param {number} rounds
 * @returns {Promise<readonly Figures[]>}
 */
export async function compare(ways, rounds) {
  /** @type {{ way: Way, memory: number, busy: number, costs: import('./measure.mjs').Cost[] }[]} */
  const all = [];
  for (const way of ways) all.push({ way, memory: (await run(way, true)).memory, busy: 0, costs: [] });
  for (let round = 0; round < rounds; round++)
    for (const one of all) {
      const before = quiet.kept;
      one.costs.push(await quiet.during(async () => await run(one.way, false)));
      one.busy += quiet.kept - before;
    }
  return all.map(({ way: { name }, memory, busy, costs }) => ({
    name,
    wall: spreadOf(costs.map(({ wall }) => wall)),
    cpu: spreadOf(costs.map(({ cpu }) => cpu)),
    memory,
    busy,
  }));
}

/**
 * @param {Way} way
 * @param {boolean} memory
 */
async function run({ command, before, after }, memory) {
  before?.();
  const cost = await measure(command, { memory, isQuiet: true });
  after?.();
  return cost;
}

/**
 * @param {readonly number[]} values at least one
 * @returns {Spread}
 */
export function spreadOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? NaN, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN };
}
