// What the bench is asked for.
// @ts-check
import { parseArgs } from 'node:util';

export const help = `Usage: npm run bench -- [options]
Measures each target of docs/benchmarks.md, ours beside others, and says whether
it is met. Waits for quiet moments of the machine, two minutes at most in all.
Needs root, pacman, nginx, curl and wget.

  --target LIST   targets to measure, for instance 1,3 (default: all)
  --rounds N      rounds after one to warm up, 1 or more (default: 10)
  --real-time     real-time priority, which keeps other work of the machine out
  --write         write docs/benchmarks.md, .json and .svg
  -h, --help      this text
Exit status: 0 all that was measured is met, 1 a target is missed, 2 usage.
`;

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {boolean} isRealTime
 * @property {boolean} isWritten
 * @property {boolean} help
 * @property {(target: string) => boolean} isWanted
 */

/** The numbers of the targets. */
const known = ['1', '2', '3', '4', '5', '6', '8', '9', '10'];

/**
 * @param {readonly string[]} words
 * @returns {Options | string} what is wrong with them
 */
export function readOptions(words) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        target: { type: 'string', default: known.join(',') },
        rounds: { type: 'string', default: '10' },
        'real-time': { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const targets = values.target.split(',');
    const odd = targets.find((target) => !known.includes(target));
    if (odd !== undefined) return `unknown target ${JSON.stringify(odd)}; use ${known.join(', ')}`;
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) return '--rounds takes a whole number, 1 or more';
    return {
      rounds,
      isRealTime: values['real-time'],
      isWritten: values.write,
      help: values.help,
      isWanted: (target) => targets.includes(target),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
