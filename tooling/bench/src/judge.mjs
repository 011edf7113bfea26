// What a row of the table promises, and whether its figures keep it.
// @ts-check

/**
 * @typedef {object} Limit
 * @property {string} of the way that ours is compared with
 * @property {number} atMost a ratio; where `unit` is `ms`, milliseconds beyond the other way
 * @property {'wall' | 'cpu'} [figure] `wall` by default
 * @property {'ms'} [unit]
 */

/** @typedef {{ text: string, found: number, atMost: number, isMet: boolean }} Judgement */

/**
 * @param {readonly import('./compare.mjs').Figures[]} figures ours first
 * @param {readonly Limit[]} limits
 * @returns {readonly Judgement[]}
 * @throws {Error} if a limit names a way that was not measured
 */
export function judge([ours, ...others], limits) {
  return limits.map(({ of, atMost, figure = 'wall', unit }) => {
    const other = others.find(({ name }) => name === of);
    if (ours === undefined || other === undefined) throw new Error(`${of} was not measured`);
    const [own, theirs] = [ours[figure].median, other[figure].median];
    const found = unit === 'ms' ? (own - theirs) * 1000 : own / theirs;
    const what = figure === 'cpu' ? 'processor time of ' : '';
    const text = unit === 'ms' ? `ms beyond ${of}` : `of ${what}${of}`;
    return { text, found, atMost, isMet: found <= atMost };
  });
}

/** The most memory that all our processes may have at a time, megabytes. */
const mostMemory = 160;

/**
 * @param {import('./compare.mjs').Figures} ours
 * @returns {Judgement}
 */
export function judgeMemory({ memory }) {
  return { text: 'MB of memory', found: memory, atMost: mostMemory, isMet: memory <= mostMemory };
}
