// Turns the Markdown of a man page into man(7): the title "# NAME(SECTION) -- what it is", sections, paragraphs, code,
// and lists, whose items are a term that ends with a colon, and its meaning in the next line.
// @ts-check
import { blocksOf } from './markdown.mjs';

/** Columns of the text in the page's source. */
const width = 78;

/**
 * @param {string} markdown
 * @param {{ date: string, source: string }} about the day, as YYYY-MM-DD; the program that the page is of, and its release
 * @returns {string} the page
 */
export function manPage(markdown, about) {
  const blocks = blocksOf(markdown);
  const lines = blocks.flatMap((block, index) => written(block, blocks[index - 1], about));
  return `${lines.join('\n')}\n`;
}

/**
 * @param {import('./markdown.mjs').Block} block
 * @param {import('./markdown.mjs').Block | undefined} before
 * @param {{ date: string, source: string }} about
 * @returns {readonly string[]}
 */
function written(block, before, about) {
  switch (block.kind) {
    case 'heading':
      return block.depth === 1 ? title(block.text, about) : [`.SH ${escaped(block.text.toUpperCase())}`];
    case 'paragraph':
      // A section starts with a paragraph by itself.
      return [...(before?.kind === 'heading' ? [] : ['.PP']), ...wrapped(inline(block.spans))];
    case 'code':
      return ['.PP', '.RS 4', '.EX', ...block.lines.map((text) => line(escaped(text))), '.EE', '.RE'];
    case 'item': {
      const [term = '', ...meaning] = inline(block.spans).split(':\n');
      return ['.TP', line(term), ...wrapped(meaning.join(':\n'))];
    }
  }
}

/**
 * @param {string} text
 * @param {{ date: string, source: string }} about
 */
function title(text, { date, source }) {
  const [, name, section, what] = /^(\S+)\((\d)\) -- (.*)$/.exec(text) ?? [];
  if (name === undefined || what === undefined) throw new Error(`a man page has no title like ${text}`);
  const first = `.TH ${name.toUpperCase()} ${section} ${date} "${escaped(source)}"`;
  return [first, '.SH NAME', `${escaped(name)} \\- ${escaped(what)}`];
}

/** @param {readonly import('./markdown.mjs').Span[]} spans */
function inline(spans) {
  const fonts = { text: undefined, strong: 'B', emphasis: 'I' };
  return spans
    .map(({ kind, text }) => (fonts[kind] === undefined ? escaped(text) : `\\f${fonts[kind]}${escaped(text)}\\fR`))
    .join('');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}

/**
 * Returns the lines of a paragraph, none of which looks like a request.
 *
 * @param {string} text
 * @returns {readonly string[]}
 */
function wrapped(text) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || `${last} ${word}`.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map(line);
}

/** @param {string} text */
function line(text) {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
