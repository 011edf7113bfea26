// Turns the Markdown of a man page into man(7): the title "# NAME(SECTION) -- what it is", sections, paragraphs, code, and
// lists, whose items are a term that ends with a colon, and in the next line what it means.
// @ts-check
import { marked } from 'marked';

/** Columns of the text in the page's source. */
const width = 78;

/**
 * @param {string} markdown
 * @param {{ date: string, version: string }} about the day, as YYYY-MM-DD, and the release
 * @returns {string} the page
 */
export function manPage(markdown, { date, version }) {
  const tokens = marked.lexer(markdown).filter(({ type }) => type !== 'space');
  const blocks = tokens.flatMap((token, index) => block(token, tokens[index - 1], { date, version }));
  return `${blocks.join('\n')}\n`;
}

/**
 * @param {import('marked').Token} token
 * @param {import('marked').Token | undefined} before
 * @param {{ date: string, version: string }} about
 * @returns {readonly string[]}
 */
function block(token, before, { date, version }) {
  // A section begins with a paragraph of its own accord.
  const start = before?.type === 'heading' ? [] : ['.PP'];
  switch (token.type) {
    case 'heading': {
      if (token.depth !== 1) return [`.SH ${escaped(token.text.toUpperCase())}`];
      const [, name, section, what] = /^(\S+)\((\d)\) -- (.*)$/.exec(token.text) ?? unknown(token);
      const title = `.TH ${name?.toUpperCase()} ${section} ${date} "pacman\\-fetch ${version}"`;
      return [title, '.SH NAME', `${escaped(name ?? '')} \\- ${escaped(what ?? '')}`];
    }
    case 'paragraph':
      return [...start, ...wrapped(inline(token.tokens))];
    case 'code':
      return ['.PP', '.RS 4', '.EX', ...token.text.split('\n').map((text) => line(escaped(text))), '.EE', '.RE'];
    case 'list':
      return token.items.flatMap(item);
    default:
      return unknown(token);
  }
}

/**
 * @param {import('marked').Tokens.ListItem} entry
 * @returns {readonly string[]}
 */
function item({ tokens: [first, ...others] }) {
  if (first === undefined || !('tokens' in first) || others.length > 0) return unknown(first ?? others);
  const [term = '', ...meaning] = inline(first.tokens).split(':\n');
  return ['.TP', line(term), ...wrapped(meaning.join(':\n'))];
}

/**
 * @param {readonly import('marked').Token[] | undefined} tokens
 * @returns {string}
 */
function inline(tokens = []) {
  const fonts = new Map([
    ['strong', 'B'],
    ['em', 'I'],
    ['codespan', 'B'],
  ]);
  return tokens
    .map((token) => {
      const font = fonts.get(token.type);
      if (font !== undefined) return `\\f${font}${escaped(token.text)}\\fR`;
      return token.type === 'text' || token.type === 'escape' ? escaped(token.text) : unknown(token);
    })
    .join('');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}

/**
 * Lines of a paragraph, none of which begins like a request.
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

/**
 * @param {unknown} token
 * @returns {never}
 */
function unknown(token) {
  throw new Error(`a man page has no ${JSON.stringify(token)}`);
}
