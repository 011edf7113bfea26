/** Packages of this project that are copied into a CommonJS bundle go on finding what lies beside them. */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

/** Modules of packages as they were built: they look for addons and programs from where they lie. */
const built = /\/packages\/(?<name>[a-z-]+)\/dist\/[^/]+\.js$/;

/** What such a bundle begins with: its own URL, and that of the entry of a package that is found when the bundle runs. */
export const moduleUrlsBanner = [
  "const __thisUrl = require('node:url').pathToFileURL(__filename).href;",
  "const __packageUrl = (name) => require('node:url').pathToFileURL(require.resolve(name)).href;",
].join(' ');

/** `import.meta.url` of the package's own modules. */
export const moduleUrlsDefine = { 'import.meta.url': '__thisUrl' };

/** `import.meta.url` of the others. */
export const moduleUrls: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'module-urls',
  setup: ({ onLoad }) => {
    onLoad({ filter: built }, async ({ path }) => {
      const name = built.exec(path)?.groups?.['name'] ?? '';
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll('import.meta.url', `__packageUrl('@sb/${name}')`), loader: 'js' };
    });
  },
};
