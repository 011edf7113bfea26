// A picture of the table: a bar for each way, as long as it takes, and a line where ours may end.
// @ts-check

const [width, nameWidth, barHeight, gap] = [900, 150, 16, 30];
const room = width - nameWidth - 130;
const colours = { ours: '#2b6cb0', other: '#a0aec0', limit: '#c53030', text: '#1a202c' };

/**
 * @param {readonly import('./row.mjs').Result[]} results
 * @returns {string} an SVG document
 */
export function chartOf(results) {
  let y = 20;
  const parts = results.map((result) => {
    const part = rowOf(result, y);
    y += (result.figures.length + 1) * (barHeight + 4) + gap;
    return part;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="12">`,
    '<title>What work costs, ours beside others; a red line is the most that ours may take</title>',
    `<rect width="${width}" height="${y}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/**
 * @param {import('./row.mjs').Result} result
 * @param {number} top
 */
function rowOf({ target, work, figures, judgements }, top) {
  const longest = Math.max(...figures.map(({ wall }) => wall.median));
  const x = (/** @type {number} */ seconds) => nameWidth + (seconds / longest) * room;
  const [ours] = figures;
  const bars = figures.map(({ name, wall }, index) => {
    const y = top + (index + 1) * (barHeight + 4);
    const fill = index === 0 ? colours.ours : colours.other;
    return [
      text([nameWidth - 8, y + 12], escaped(name), 'end'),
      `<rect x="${nameWidth}" y="${y}" width="${(x(wall.median) - nameWidth).toFixed(1)}" height="${barHeight}" fill="${fill}"/>`,
      text([x(wall.median) + 6, y + 12], `${(wall.median * 1000).toFixed(0)} ms`, 'start'),
    ].join('\n');
  });
  // Where ours may end at most, by the strictest promise on time.
  const most = judgements
    .filter(({ text: promise }) => promise.startsWith('of ') && !promise.includes('processor'))
    .map(({ found, atMost }) => ((ours?.wall.median ?? 0) / found) * atMost);
  const end = x(Math.min(...most, longest));
  const line =
    most.length === 0
      ? ''
      : `<path d="M${end.toFixed(1)} ${top + barHeight} v${barHeight + 8}" stroke="${colours.limit}" stroke-width="2"/>`;
  return [text([10, top + 12], `${target}  ${escaped(work)}`, 'start'), ...bars, line].join('\n');
}

/**
 * @param {readonly [x: number, y: number]} place
 * @param {string} content
 * @param {'start' | 'end'} anchor
 */
function text([x, y], content, anchor) {
  return `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" fill="${colours.text}">${content}</text>`;
}

/** @param {string} content */
function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
