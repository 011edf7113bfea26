// Reads the Markdown of man pages: headings, paragraphs, indented code, and lists whose items are one paragraph. Text
// may have strong, emphasis, code and escapes. Anything else is refused, so that no page contains something that its
// reader does not see.
// @ts-check

/**
 * @typedef {{ kind: 'text' | 'strong' | 'emphasis', text: string }} Span a part of a line
 * @typedef {{ kind: 'heading', depth: number, text: string } | { kind: 'code', lines: readonly string[] }
 *   | { kind: 'paragraph' | 'item', spans: readonly Span[] }} Block
 */

const code = /^ {4}/;
const heading = /^(#{1,2}) (.+)$/;
const item = /^- /;

/**
 * @param {string} markdown
 * @returns {readonly Block[]}
 */
export function blocksOf(markdown) {
  /** @type {Block[]} */
  const blocks = [];
  for (const lines of chunksOf(markdown)) {
    const [first = ''] = lines;
    const [, hashes, title = ''] = heading.exec(first) ?? [];
    if (hashes !== undefined && lines.length === 1) {
      blocks.push({ kind: 'heading', depth: hashes.length, text: title });
    } else if (lines.every((line) => code.test(line))) {
      blocks.push({ kind: 'code', lines: lines.map((line) => line.replace(code, '')) });
    } else if (item.test(first)) {
      blocks.push({ kind: 'item', spans: spansOf(lines.map((line) => line.replace(/^(?:- | {2})/, '')).join('\n')) });
    } else if (lines.every((line) => /^[^\s#>|]/.test(line) && !item.test(line))) {
      blocks.push({ kind: 'paragraph', spans: spansOf(lines.join('\n')) });
    } else throw new Error(`a man page has no ${JSON.stringify(lines)}`);
  }
  return blocks;
}

/** @param {string} markdown */
function chunksOf(markdown) {
  return markdown
    .split(/\n{2,}/)
    .map((chunk) => chunk.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0);
}

const marks =
  /\\([!-/:-@[-`{-~])|\*\*(.+?)\*\*|`([^`]+)`|(?<![\w*])\*([^*\s][^*]*)\*(?!\*)|(?<!\w)_([^_\s][^_]*)_(?!\w)/gs;

/**
 * @param {string} text
 * @returns {readonly Span[]}
 */
function spansOf(text) {
  /** @type {Span[]} */
  const spans = [];
  let end = 0;
  for (const match of text.matchAll(marks)) {
    const [whole, escape, strong, literal, star, underscore] = match;
    spans.push({ kind: 'text', text: text.slice(end, match.index) });
    if (escape !== undefined) spans.push({ kind: 'text', text: escape });
    else if (strong !== undefined || literal !== undefined)
      spans.push({ kind: 'strong', text: strong ?? literal ?? '' });
    else spans.push({ kind: 'emphasis', text: star ?? underscore ?? '' });
    end = match.index + whole.length;
  }
  spans.push({ kind: 'text', text: text.slice(end) });
  return spans;
}
