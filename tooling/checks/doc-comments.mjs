// Every export of every package has a doc comment.
// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { root } from '../run/shell.mjs';

const entries = readdirSync(join(root, 'packages'))
  .map((name) => join(root, 'packages', name, 'src', 'index.ts'))
  .filter((file) => existsSync(file));
const program = ts.createProgram(entries, {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  noEmit: true,
});
const checker = program.getTypeChecker();
const problems = entries.flatMap((file) => {
  const source = program.getSourceFile(file);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (symbol === undefined) return [`${file}: is no module`];
  return checker.getExportsOfModule(symbol).flatMap((exported) => {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const text = ts.displayPartsToString(target.getDocumentationComment(checker)).trim();
    return text === '' ? [`${file.slice(root.length)}: ${exported.name} has no doc comment`] : [];
  });
});
for (const problem of problems) console.error(problem);
if (entries.length === 0) console.error('no packages found');
process.exit(problems.length === 0 && entries.length > 0 ? 0 : 1);
