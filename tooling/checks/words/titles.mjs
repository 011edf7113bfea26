// The titles of tests: what `describe`, `it` and `test` are called with, also by `it.each(…)` and `describe.skipIf(…)`.
// @ts-check
import ts from 'typescript';

import { code } from './problems.mjs';

const runners = new Set(['describe', 'it', 'test']);

/**
 * @param {string} file its name, which says what language it is in
 * @param {string} content
 * @returns {readonly import('./sources.mjs').Block[]} titles, with {@link code} in the place of what is inserted
 */
export function titlesOfTests(file, content) {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  return titlesIn(source).map((node) => ({
    line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
    text: titleText(node).replaceAll(/`[^`]*`/g, code),
  }));
}

/** @param {ts.Node} node @returns {readonly ts.Expression[]} */
function titlesIn(node) {
  const title = ts.isCallExpression(node) && runners.has(runnerOf(node.expression)) ? node.arguments[0] : undefined;
  const own = title !== undefined && titleText(title) !== '' ? [title] : [];
  /** @type {ts.Expression[]} */
  const below = [];
  ts.forEachChild(node, (child) => void below.push(...titlesIn(child)));
  return [...own, ...below];
}

/** The name that a call begins with: `it` of `it(…)`, `it.only(…)`, `it.each(…)(…)` and `it.skipIf(…).each(…)(…)`. */
/** @param {ts.Expression} callee @returns {string} */
function runnerOf(callee) {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) return runnerOf(callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return runnerOf(callee.tag);
  return '';
}

/** @param {ts.Expression} node */
function titleText(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  return node.head.text + node.templateSpans.map(({ literal }) => `${code}${literal.text}`).join('');
}
