// Every export of every entry of every package has a doc comment, as its users get it: in the declarations.
// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import ts from 'typescript';

import { root } from '../run/shell.mjs';

/** Declarations of each entry, by the name that it is imported with. */
const entries = new Map(
  readdirSync(join(root, 'packages')).flatMap((folder) => {
    const place = join(root, 'packages', folder);
    if (!existsSync(join(place, 'package.json'))) return [];
    const { name, exports: offered = {} } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
    return Object.entries(offered)
      .filter(([, { types }]) => types?.endsWith('.d.ts'))
      .map(([key, { types }]) => /** @type {const} */ ([posix.join(name, key), join(place, types)]));
  }),
);
const program = ts.createProgram([...entries.values()], {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  types: ['node'],
  noEmit: true,
});
const checker = program.getTypeChecker();
const problems = [...entries].flatMap(([name, file]) => {
  const source = program.getSourceFile(file);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (symbol === undefined) return [`${name}: ${file.slice(root.length)} has no exports; run "npm run build"`];
  return checker.getExportsOfModule(symbol).flatMap((exported) => {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const text = ts.displayPartsToString(target.getDocumentationComment(checker)).trim();
    return text === '' ? [`${name}: ${exported.name} has no doc comment`] : [];
  });
});
for (const problem of problems) console.error(problem);
if (entries.size < 10) console.error(`only ${entries.size} entries of packages found`);
process.exit(problems.length === 0 && entries.size >= 10 ? 0 : 1);
