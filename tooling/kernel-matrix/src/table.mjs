// The matrix as text: one line a kernel, one column a layer.
// @ts-check

/**
 * @typedef {object} Row
 * @property {import('./kernels.mjs').Kernel} kernel
 * @property {string} version as `uname -r` has it; empty if it didn't start
 * @property {import('./machine.mjs').Accelerator} accelerator
 * @property {number} seconds
 * @property {string | undefined} failure why the guest failed as a whole
 * @property {Readonly<Record<string, import('./results.mjs').LayerResult>>} layers
 */

/**
 * A table in Markdown, which is readable as it is.
 *
 * @param {readonly Row[]} rows
 * @param {readonly string[]} layers
 */
export function tableOf(rows, layers) {
  const head = ['kernel', 'Landlock', ...layers];
  const body = rows.map(({ kernel, version, layers: results }) => [
    `${kernel.name} ${kernel.arch}${version === '' ? '' : ` (${version})`}`,
    landlockText(kernel.landlock),
    ...layers.map((layer) => cell(results[layer])),
  ]);
  const widths = head.map((_, index) => Math.max(...[head, ...body].map((cells) => (cells[index] ?? '').length)));
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** @param {import('./kernels.mjs').ExpectedLandlock} landlock */
function landlockText(landlock) {
  if (typeof landlock === 'number') return `ABI ${landlock}`;
  return landlock === 'not-built' ? 'not built in' : 'not enabled';
}

/** @param {import('./results.mjs').LayerResult | undefined} result */
function cell(result) {
  if (result === undefined) return 'not run';
  const { state, passed, absent, problems } = result;
  if (state === 'failed') return `FAILED (${problems.length} of ${passed + problems.length})`;
  return `${state === 'missing' ? 'reported missing' : 'enforced'} (${passed}${absent > 0 ? `, ${absent} not for it` : ''})`;
}
