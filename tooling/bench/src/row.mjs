// A row of the table: work, the ways to do it, and what is promised of ours.
// @ts-check
import { compare } from './compare.mjs';
import { judge, judgeMemory } from './judge.mjs';

/**
 * @typedef {object} Setting
 * @property {import('./place.mjs').Place} place
 * @property {string} folder that a row may use
 * @property {string} repository the directory that is served
 * @property {import('./server.mjs').Server} server
 * @property {readonly string[]} client what starts a program on the client's side of the network
 * @property {number} delay milliseconds each way
 */

/**
 * @typedef {object} Row
 * @property {string} target its number
 * @property {string} work
 * @property {readonly import('./compare.mjs').Way[]} ways ours first
 * @property {readonly import('./judge.mjs').Limit[]} limits
 */

/**
 * @typedef {object} Result
 * @property {string} target
 * @property {string} work
 * @property {readonly import('./compare.mjs').Figures[]} figures
 * @property {readonly import('./judge.mjs').Judgement[]} judgements
 */

/**
 * @param {Row} row
 * @param {number} rounds
 * @returns {Promise<Result>}
 */
export async function measureRow({ target, work, ways, limits }, rounds) {
  const figures = await compare(ways, rounds);
  const [ours] = figures;
  const judgements = [...judge(figures, limits), ...(ours === undefined ? [] : [judgeMemory(ours)])];
  return { target, work, figures, judgements };
}
