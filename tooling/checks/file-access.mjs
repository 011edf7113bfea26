// Shipped code touches files through @sb/files, and what the kernel says through @sb/core: a path that is looked at and
// then used by name can be another one by then (docs/decisions/0012-files-by-descriptor.md). This finds every function of
// node:fs that takes a path, outside of those and of a list with a reason each.
// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { root } from '../run/shell.mjs';
import { projectFiles } from '../run/tracked-files.mjs';

/** About open descriptors, or no files at all. */
const free = new Set(
  [
    'close closeSync fstat fstatSync read readSync readv readvSync write writeSync writev writevSync fsync fsyncSync',
    'fdatasyncSync fchmodSync fchownSync ftruncateSync futimesSync constants',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Who may use functions that take a path, which, and why.
 *
 * @type {Readonly<Record<string, { readonly functions: readonly string[], readonly reason: string }>>}
 */
const exceptions = {
  'packages/core/src/kernel-file.ts': {
    functions: ['openSync', 'readdirSync', 'readlinkSync'],
    reason: 'it takes paths of /proc and /sys alone, which nobody but the kernel writes',
  },
  'packages/cli-kit/src/code-cache.ts': {
    functions: ['createRequire', 'getBuiltinModule', 'openSync', 'readFileSync', 'statSync'],
    reason: "it reads the program's own files, and looks at Node's: who could change those could change its code",
  },
  'packages/cli-kit/src/tokens.ts': {
    functions: ['getBuiltinModule'],
    reason: 'it takes the module with parseArgs alone',
  },
  'packages/core/src/main-thread.ts': {
    functions: ['getBuiltinModule'],
    reason: 'it takes the module of workers alone',
  },
  'packages/core/src/late-os.ts': {
    functions: ['getBuiltinModule'],
    reason: 'it takes the module about the operating system alone',
  },
  'packages/fetcher/src/http/late-tls.ts': {
    functions: ['getBuiltinModule'],
    reason: 'it takes the module for TLS alone',
  },
  'packages/sandbox/src/system/late.ts': {
    functions: ['getBuiltinModule'],
    reason: 'it takes the modules of child processes, sockets, streams and terminals alone',
  },
  'packages/core/src/random.ts': {
    functions: ['getBuiltinModule'],
    reason: 'it takes the module for cryptography alone',
  },
  'packages/core/src/prebuild-missing.ts': {
    functions: ['existsSync', 'openSync', 'readFileSync', 'statSync'],
    reason: "it looks into the package's own directory, to know it and to say what to do after a failure",
  },
  'packages/core/src/package-version.ts': {
    functions: ['readFileSync'],
    reason: "it reads the package's own file: who could change that could change its code",
  },
  'packages/core/src/hold-path.ts': {
    functions: ['openSync', 'readlinkSync', 'statfsSync'],
    reason: 'it goes by open directories, name by name',
  },
  'packages/core/src/holds-paths.ts': {
    functions: ['accessSync'],
    reason: 'it looks for /proc/self, where only the kernel makes names',
  },
  'packages/core/src/open-name.ts': {
    functions: ['openSync'],
    reason: 'it opens one name in a directory that is held open',
  },
  'packages/landlock/src/status.ts': {
    functions: ['lstatSync', 'readlinkSync', 'statfsSync', 'statSync'],
    reason:
      'by path it answers a question of an ordinary user alone; root holds each directory. Nothing else is opened',
  },
  'packages/privdrop/src/lookup.ts': {
    functions: ['statSync'],
    reason: 'it says who owns a path now; nothing is opened, and a primitive has no @sb/files',
  },
  'packages/seccomp/src/cli/input.ts': {
    functions: ['openSync'],
    reason: 'what is read is only shown, whose file it is decides nothing; and a primitive has no @sb/files',
  },
  'packages/sandbox/src/launch/target.ts': {
    functions: ['accessSync', 'statSync'],
    reason:
      'it looks for a program that the kernel executes by the same path, as the user of the sandbox; what is found is held by O_PATH',
  },
  'packages/sandbox/src/export/top-links.ts': {
    functions: ['readdirSync', 'readlinkSync'],
    reason: 'it lists /, whose links root alone changes; they grant nothing',
  },
  'packages/sandbox/src/policy/top-folders.ts': {
    functions: ['readdirSync'],
    reason: 'it lists /, which root alone changes; a rule for each name is opened by the launcher',
  },
  'packages/sandbox/src/self-test/self-test.ts': {
    functions: ['openSync', 'readFileSync'],
    reason: "it reads the package's own probe, and opens a separate descriptor for reading only",
  },
  'packages/sandbox/src/cli/output-file.ts': {
    functions: ['writeFileSync'],
    reason: 'it writes to a descriptor that openOutput gave',
  },
  'packages/fetcher/src/parent/worker-program.ts': {
    functions: ['openSync', 'readFileSync'],
    reason: "it opens the package's own programs",
  },
  'packages/fetcher/src/worker/load.ts': {
    functions: ['readFileSync'],
    reason: 'it reads descriptors that it was started with, and has no path',
  },
  'packages/fetcher/src/disk/destination-file.ts': {
    functions: ['openSync'],
    reason: 'it opens a name within a directory that is open, follows no link, and examines what it opened',
  },
  'apps/pacman-fetch/src/one-file/in-this-process.ts': {
    functions: ['openSync'],
    reason: 'it opens /dev/null',
  },
};

/** Ways to a module that no import shows. */
const ways = new Set(['createRequire', 'getBuiltinModule']);

/** A module of Node's that opens files by path. */
const modules = /^(?:node:)?fs(?:\/promises)?$/;

/** Everything in one file that takes a path, as `name`; a whole module counts as `*`. */
function functionsOf(/** @type {string} */ file) {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  /** @type {string[]} */
  const found = [];
  visit(source);
  return found.filter((name) => !free.has(name));

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isImportDeclaration(node) && isModule(node.moduleSpecifier)) found.push(...importedBy(node.importClause));
    else if (ts.isExportDeclaration(node) && isModule(node.moduleSpecifier)) found.push('*');
    else if (ts.isExternalModuleReference(node) && isModule(node.expression)) found.push('*');
    else if (ts.isCallExpression(node) && isLoading(node)) found.push('*');
    // What makes another `require`.
    else if (ts.isIdentifier(node) && ways.has(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  }
}

/**
 * Whether a call loads a module: `import('node:fs')`, `require('fs')`.
 *
 * @param {ts.CallExpression} call
 */
function isLoading({ expression, arguments: [first] }) {
  const loads = expression.kind === ts.SyntaxKind.ImportKeyword || /require$/i.test(expression.getText());
  return isModule(first) && (loads || first.text.startsWith('node:'));
}

/**
 * @param {ts.Node | undefined} node
 * @returns {node is ts.StringLiteralLike}
 */
function isModule(node) {
  return node !== undefined && ts.isStringLiteralLike(node) && modules.test(node.text);
}

/**
 * @param {ts.ImportClause | undefined} clause
 * @returns {readonly string[]}
 */
function importedBy(clause) {
  if (clause === undefined || clause.isTypeOnly) return [];
  if (clause.name !== undefined || clause.namedBindings === undefined) return ['*'];
  if (!ts.isNamedImports(clause.namedBindings)) return ['*'];
  return clause.namedBindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => (propertyName ?? name).text);
}

const shipped = projectFiles().filter(
  (file) =>
    /^(?:packages|apps)\/[^/]+\/src\/.*\.(?:ts|mts|cts|js|mjs|cjs)$/.test(file) &&
    !file.endsWith('.test.ts') &&
    !file.startsWith('packages/files/'),
);

const problems = shipped.flatMap((file) => {
  const used = functionsOf(file);
  const allowed = exceptions[file]?.functions ?? [];
  const hint = 'Use @sb/files, or readKernelFile and its like of @sb/core for /proc and /sys.';
  return used
    .filter((name) => !allowed.includes(name))
    .map((name) => `${file}: takes ${name === '*' ? 'a whole module' : name} from node:fs. ${hint}`);
});
const stale = Object.entries(exceptions).flatMap(([file, { functions }]) => {
  const used = shipped.includes(file) ? functionsOf(file) : [];
  return functions
    .filter((name) => !used.includes(name))
    .map((name) => `tooling/checks/file-access.mjs: ${file} no longer takes ${name}; take it off the list`);
});
for (const problem of [...problems, ...stale]) console.error(problem);
if (shipped.length === 0) console.error('no shipped code found');
process.exit(problems.length + stale.length === 0 && shipped.length > 0 ? 0 : 1);
