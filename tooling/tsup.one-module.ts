/**
 * How a program becomes one CommonJS module, with the packages of this project in it: for one whose start is waited for. Node starts its
 * loader of ES modules for no such program, and reads one file.
 */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

import { jsonAsText } from './tsup.json-as-text.js';
import { unusedByUndici } from './tsup.unused-by-undici.js';

/** Modules of packages as they were built: they look for addons and programs from where they lie. */
const built = /\/packages\/(?<name>[a-z-]+)\/dist\/[^/]+\.js$/;

/** What such a program loads later, if at all. */
export interface OneModule {
  /** Modules of the package that are in it, although they are imported on demand: as the source names them. A module that throws an error takes the place of all others. */
  readonly onDemand?: readonly string[];
  /** Default: true. */
  readonly minify?: boolean;
  /** Modules of Node that are loaded when something of them is first used, and not by an import. Without `node:`. */
  readonly late?: readonly string[];
}

/**
 * `import.meta.url` of the module itself, and of a package: where Node looks for it from the program's place. NODE_PATH
 * has no say, unlike in `require.resolve`, which only Yarn's Plug'n'Play needs. A path of plain names is
 * its own URL: to make an object of it takes a fifth of a millisecond.
 */
const banner = `
const __isPlain = /^(?:\\/[\\w@-][\\w.@-]*)+$/;
const __url = (path) => __isPlain.test(path) ? 'file://' + path : require('node:url').pathToFileURL(path).href;
const __this = { get url() { return __url(__filename); } };
const __packages = new Map();
const __packageUrl = (name) => {
  if (!__packages.has(name)) __packages.set(name, __findPackage(name));
  return __packages.get(name);
};
const __findPackage = (name) => {
  if (process.versions.pnp) return __url(require.resolve(name));
  const { dirname } = require('node:path');
  const inside = (above) => above + '/node_modules/' + name + '/dist/index.js';
  let above = dirname(__dirname);
  while (!require('node:fs').existsSync(inside(above)) && above !== '/') above = dirname(above);
  return __url(inside(above));
};`;

/** Modules that the program can do without. A module that throws an error takes the place of each. */
function isLeftOut(path: string, kind: string): boolean {
  return kind === 'dynamic-import' && path.startsWith('.');
}

/** Has a getter for each name of a module of Node: only then an import of the bundle finds it. */
function lateModule(name: string): string {
  const names = Object.keys(process.getBuiltinModule(`node:${name}`) ?? {});
  return `const late = () => process.getBuiltinModule(${JSON.stringify(`node:${name}`)});
for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, { enumerable: true, get: () => late()[name] });`;
}

const plugin = ({ onDemand = [], late = [] }: OneModule): NonNullable<Options['esbuildPlugins']>[number] => ({
  name: 'one-module',
  setup: (build) => {
    build.onResolve({ filter: /^\./ }, ({ path, kind }) => {
      return !onDemand.includes(path) && isLeftOut(path, kind) ? { path, namespace: 'left-out' } : undefined;
    });
    build.onLoad({ filter: /^/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of this program`)});`,
    }));
    build.onResolve({ filter: /^(?:node:)?[a-z_/]+$/ }, ({ path }) => {
      const name = path.replace('node:', '');
      return late.includes(name) ? { path: name, namespace: 'late' } : undefined;
    });
    build.onLoad({ filter: /^/, namespace: 'late' }, ({ path }) => ({ contents: lateModule(path), loader: 'js' }));
    build.onLoad({ filter: built }, async ({ path }) => {
      const name = built.exec(path)?.groups?.['name'] ?? '';
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll('import.meta.url', `__packageUrl('@sb/${name}')`), loader: 'js' };
    });
  },
});

/** Settings of such a build. */
export const oneModule = (program: OneModule): Partial<Options> => ({
  format: 'cjs',
  minify: program.minify ?? true,
  // Else the plugin would not see the name of what it leaves out.
  removeNodeProtocol: false,
  // Two builds of one package: the other one has emptied the folder.
  clean: false,
  banner: { js: banner },
  define: { 'import.meta.url': '__this.url', 'import.meta.dirname': '__dirname' },
  esbuildPlugins: [jsonAsText, unusedByUndici, plugin(program)],
  esbuildOptions: (options) => {
    // V8 reads a source of ASCII faster; the one comment that is not goes with the other licences.
    options.charset = 'ascii';
    options.legalComments = 'external';
  },
});
