// What people read of a source: messages and helps, which are texts of several words, and doc comments.
// @ts-check
import ts from 'typescript';

import { code } from './problems.mjs';

/** @typedef {{ readonly line: number, readonly text: string }} Block a text and the line that it begins in, from 1 */

/**
 * @param {string} file its name, which says what language it is in
 * @param {string} content
 * @returns {readonly Block[]} texts, with {@link code} in the place of what is inserted or quoted as code
 */
export function blocksOfSource(file, content) {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  const lineAt = (/** @type {number} */ at) => source.getLineAndCharacterOfPosition(at).line + 1;
  return [...textsIn(source, source).flatMap(rowsOf), ...docCommentsIn(content)].map(({ at, text }) => ({
    line: lineAt(at),
    text: text.replaceAll(/`[^`]*`/g, code),
  }));
}

/** Each paragraph of a text, and each row that is set in: helps have tables of options, which are not sentences. */
/** @param {Found} found @returns {readonly Found[]} */
function rowsOf({ at, text }) {
  return text
    .split(/\n(?=[ \t]|\s*\n)|(?<=\n[ \t][^\n]*)\n/)
    .filter((row) => row.trim() !== '')
    .map((row) => ({ at, text: row }));
}

/** @typedef {{ readonly at: number, readonly text: string }} Found */

/** @type {(node: ts.Node, source: ts.SourceFile) => readonly Found[]} */
function textsIn(node, source) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return [];
  const own = ownText(node);
  const found = own !== undefined && /\p{L}\s+\S*\p{L}/u.test(own) ? [{ at: node.getStart(source), text: own }] : [];
  return [...found, ...node.getChildren(source).flatMap((child) => textsIn(child, source))];
}

/** @param {ts.Node} node */
function ownText(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `${code}${literal.text}`).join('');
}

/** A type of a tag, in braces, which may have braces in it. */
const type = String.raw`\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}`;

/** How an item begins: a tag, its type, and the name of a parameter. Types and names are not words. */
const tag = new RegExp(String.raw`^\s*@(?:param|property)\s+(?:${type}\s*)?\S+|^\s*@\w+(?:\s+${type})?`);

/** Of doc comments each paragraph, each item of a list and each tag. @param {string} content @returns {readonly Found[]} */
function docCommentsIn(content) {
  return [...content.matchAll(/\/\*\*(?!\/)([^]*?)\*\//g)].flatMap(({ index, 1: body = '' }) => {
    const text = body.replaceAll(/^[ \t]*\*[ \t]?/gm, '').replaceAll(/\{@\w+ [^}]*\}/g, code);
    return text
      .split(/\n\s*\n|\n(?=\s*[-*] )|\s(?=@\w+(?:\s|$))/)
      .map((part) => part.replace(tag, '').trim())
      .filter((part) => part !== '')
      .map((part) => ({ at: index, text: part }));
  });
}
