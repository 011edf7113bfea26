// Tables in Markdown, which are readable as they are.
// @ts-check

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} body
 */
export function markdownTable(head, body) {
  const widths = head.map((_, index) => Math.max(3, ...[head, ...body].map((cells) => (cells[index] ?? '').length)));
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/**
 * The kernel matrix: one line a kernel, one column a layer.
 *
 * @param {readonly import('./data.mjs').Kernel[]} rows
 * @param {readonly string[]} layers
 */
export function kernelTable(rows, layers) {
  const body = rows.map(({ kernel, arch, version, landlock, layers: results }) => [
    `${kernel} ${arch}${version === '' ? '' : ` (${version})`}`,
    landlockText(landlock),
    ...layers.map((layer) => cell(results[layer])),
  ]);
  return markdownTable(['kernel', 'Landlock', ...layers], body);
}

/** @param {import('./data.mjs').Kernel['landlock']} landlock */
export function landlockText(landlock) {
  if (typeof landlock === 'number') return `ABI ${landlock}`;
  return landlock === 'not-built' ? 'not built in' : 'not enabled';
}

/** @param {import('./data.mjs').Layer | undefined} layer */
function cell(layer) {
  if (layer === undefined) return 'not run';
  const { state, passed, absent, failed } = layer;
  if (state === 'failed') return `FAILED (${failed} of ${passed + failed})`;
  return `${state === 'missing' ? 'reported missing' : 'enforced'} (${passed}${absent > 0 ? `, ${absent} not for it` : ''})`;
}

/**
 * @param {readonly { readonly date: string }[]} runs at least one
 * @returns {string} `on` a day, or `from` one day `to` another
 */
export function datesOf(runs) {
  const dates = runs.map(({ date }) => date).sort();
  const [first, last] = [dates[0], dates.at(-1)];
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
}
