// The words of Markdown, by textlint: paragraphs, headings and cells of tables. Code and HTML are left out.
// @ts-check
import { createRequire } from 'node:module';

import { TextlintKernel } from '@textlint/kernel';

import { code } from './problems.mjs';

/** @typedef {{ type: string, value?: string, children?: readonly Node[] }} Node of textlint's syntax tree */

/** @typedef {(text: string) => readonly string[]} Judge says what is wrong with a text */

const kernel = new TextlintKernel();

// Node and vitest disagree about the default export of a CommonJS module that says `exports.default`.
const require = createRequire(import.meta.url);
/** @type {typeof import('@textlint/textlint-plugin-markdown')} */
const { default: markdown } = require('@textlint/textlint-plugin-markdown');

/**
 * @param {string} file its name, for messages
 * @param {string} text
 * @param {Judge} judge
 * @returns {Promise<readonly string[]>} `FILE:LINE: what is wrong`
 */
export async function problemsOfMarkdown(file, text, judge) {
  const { messages } = await kernel.lintText(text, {
    filePath: file,
    ext: '.md',
    plugins: [{ pluginId: 'markdown', plugin: markdown }],
    rules: [{ ruleId: 'plain-english', rule: ruleFor(judge) }],
  });
  return messages.map(({ loc, message }) => `${file}:${loc.start.line}: ${message}`);
}

/** @type {(judge: Judge) => import('@textlint/kernel').TextlintKernelRule['rule']} */
function ruleFor(judge) {
  return ({ Syntax, RuleError, report }) => {
    const look = (/** @type {any} */ node) => {
      for (const problem of judge(textOf(node))) report(node, new RuleError(problem));
    };
    return { [Syntax.Paragraph]: look, [Syntax.Header]: look, [Syntax.TableCell]: look };
  };
}

/** @type {(node: Node) => string} */
function textOf({ type, value = '', children = [] }) {
  if (type === 'Code') return code;
  if (type === 'Str') return value;
  if (type === 'Break') return ' ';
  return children.map(textOf).join('');
}
