// The table, as text and as Markdown.
// @ts-check

/** @typedef {import('./row.mjs').Result} Result */
/** @typedef {import('./series.mjs').Series} Series */
/** @typedef {import('./judge.mjs').Judgement} Judgement */

const digits = (/** @type {number} */ value) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
const busyRuns = (/** @type {number} */ runs) => (runs === 0 ? '' : `   busy: ${runs}`);
const milliseconds = (/** @type {number} */ seconds) => digits(seconds * 1000);

/** @param {Judgement} judgement */
function promised({ text, found, atMost, isMet }) {
  return `${digits(found)} ${text} (at most ${atMost}: ${isMet ? 'met' : 'MISSED'})`;
}

/**
 * @param {Result} result
 * @returns {string} lines for a terminal
 */
export function textOf({ target, work, figures, judgements }) {
  const lines = figures.map(({ name, wall, cpu, memory, busy }) => {
    const range = `${milliseconds(wall.least)} to ${milliseconds(wall.most)}`;
    const columns = [
      `${milliseconds(wall.median)} ms`,
      `(${range})`,
      `${milliseconds(cpu.median)} ms CPU`,
      `${digits(memory)} MB`,
    ];
    return `    ${name.padEnd(14)} ${columns.map((column, index) => column.padStart(index === 1 ? 20 : 14)).join('')}${busyRuns(busy)}`;
  });
  return [`${target}  ${work}`, ...lines, ...judgements.map((one) => `    ${promised(one)}`), ''].join('\n');
}

/**
 * @param {Series} series
 * @returns {string} lines for a terminal
 */
export function seriesText({ name, points, judgement }) {
  const lines = points.map(
    ({ x, seconds, memory }) =>
      `    ${String(x).padStart(6)} ${milliseconds(seconds).padStart(10)} ms ${digits(memory).padStart(8)} MB`,
  );
  return [`8  ${name}`, ...lines, `    ${promised(judgement)}`, ''].join('\n');
}

/**
 * @param {readonly Result[]} results
 * @param {readonly Series[]} series
 * @returns {string} tables of Markdown
 */
export function markdownOf(results, series) {
  const rows = results.flatMap(({ target, work, figures, judgements }) =>
    figures.map(({ name, wall, cpu, memory, busy }, index) => [
      ...(index === 0 ? [target, work] : ['', '']),
      name,
      `${milliseconds(wall.median)} (${milliseconds(wall.least)}–${milliseconds(wall.most)})${busyRuns(busy)}`,
      milliseconds(cpu.median),
      digits(memory),
      index === 0 ? judgements.map(promised).join('; ') : '',
    ]),
  );
  const grown = series.flatMap(({ name, points, judgement }) => [
    [name, ...points.map(({ seconds }) => milliseconds(seconds)), promised(judgement)],
  ]);
  const counts = series[0]?.points.map(({ x }) => String(x)) ?? [];
  return [
    ...table(['target', 'work', 'way', 'ms: median (least–most)', 'CPU ms', 'MB', 'promised'], rows),
    '',
    ...(series.length === 0 ? [] : table(['ms for', ...counts, 'promised'], grown)),
  ].join('\n');
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
