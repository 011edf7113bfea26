// The table of what is supported in README.md, between two marks.
// @ts-check
import { datesOf, landlockText, markdownTable } from './table.mjs';

const begin = '<!-- what is supported: written from docs/support.json, don’t edit -->';
const end = '<!-- end of what is supported -->';

/**
 * @param {string} text of a README that has the marks
 * @param {import('./data.mjs').Support} support
 * @returns {string} the same with the table of now between them
 * @throws {Error} if a mark is missing
 */
export function readmeWith(text, support) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md must have ${begin} and then ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${block(support)}\n\n${text.slice(to)}`;
}

/** @param {import('./data.mjs').Support} support */
function block({ kernels, runtimes, userlands, builds }) {
  const rows = kernels.map((row) => [`${row.kernel} ${row.arch}`, landlockText(row.landlock), inForce(row)]);
  const table = rows.length === 0 ? [] : [markdownTable(['Linux', 'Landlock', 'shown to be in force'], rows)];
  const names = runtimes.map(
    ({ name, version, failed }) => `${name} ${version}${failed === 0 ? '' : ` (**${failed} failed**)`}`,
  );
  const files = userlands.map(({ land, libc, results }) => {
    const failed = results.reduce((sum, one) => sum + one.failed, 0);
    return `${land} (${failed === 0 ? libc : `**${failed} failed**`})`;
  });
  const lines = [
    ...(names.length === 0 ? [] : [`On ${names.join(', ')}.`]),
    ...(files.length === 0 ? [] : [`Installed and tried on ${files.join(', ')}.`]),
    ...(builds.length === 0 ? [] : ['For macOS it compiles and links, and has not been run.']),
    `Last whole runs: kernels ${when(kernels)}, Node ${when(runtimes)}; see [docs/support.md](docs/support.md).`,
  ];
  return [...table, lines.join('\n')].join('\n\n');
}

/** @param {readonly import('./data.mjs').Run[]} runs */
const when = (runs) => (runs.length === 0 ? 'never' : datesOf(runs));

/** @param {import('./data.mjs').KernelRow} row */
function inForce({ layers }) {
  const named = Object.entries(layers);
  const failed = named.filter(([, { state }]) => state === 'failed').map(([name]) => name);
  const missing = named.filter(([, { state }]) => state === 'missing').map(([name]) => name);
  if (failed.length > 0) return `**failed**: ${failed.join(', ')}`;
  return missing.length === 0 ? 'every layer' : `every layer but ${missing.join(', ')}, which is reported missing`;
}
