/**
 * How a program becomes one CommonJS module, with the packages of this project in it: for one whose start is waited for. Node starts its
 * loader of ES modules for no such program, and reads one file.
 */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

/** Modules of packages as they were built: they look for addons and programs from where they lie. */
const built = /\/packages\/(?<name>[a-z-]+)\/dist\/[^/]+\.js$/;

/** `import.meta.url` of the module itself, and of a package: where it lies beside the program, or where Node finds it. */
const banner = `
const { pathToFileURL: __url } = require('node:url');
const __thisUrl = __url(__filename).href;
const __packageUrl = (name) => {
  const near = require('node:path').join(__dirname, '../node_modules', name, 'dist/index.js');
  return __url(require('node:fs').existsSync(near) ? near : require.resolve(name)).href;
};`;

/** Modules that the program can do without. A module that throws an error takes the place of each. */
function isLeftOut(path: string, kind: string): boolean {
  // undici takes it for a Node without HTTP/2, which nobody asks it for.
  return path === 'node:http2' || (kind === 'dynamic-import' && path.startsWith('.'));
}

const plugin: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'one-module',
  setup: (build) => {
    build.onResolve({ filter: /^(?:\.|node:http2$)/ }, ({ path, kind }) =>
      isLeftOut(path, kind) ? { path, namespace: 'left-out' } : undefined,
    );
    build.onLoad({ filter: /^/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of this program`)});`,
    }));
    build.onLoad({ filter: built }, async ({ path }) => {
      const name = built.exec(path)?.groups?.['name'] ?? '';
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll('import.meta.url', `__packageUrl('@sb/${name}')`), loader: 'js' };
    });
  },
};

/** Settings of such a build. What is imported on demand from the package itself is left out. */
export const oneModule: Partial<Options> = {
  format: 'cjs',
  minify: true,
  // Two builds of one package: the other one has emptied the folder.
  clean: false,
  banner: { js: banner },
  define: { 'import.meta.url': '__thisUrl' },
  esbuildPlugins: [plugin],
  esbuildOptions: (options) => {
    // V8 reads a source of ASCII faster; the one comment that is not goes with the other licences.
    options.charset = 'ascii';
    options.legalComments = 'external';
  },
};
