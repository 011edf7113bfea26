/** Tables of JSON stay text in a build, and are parsed when they are first used: most starts need few of them. */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

export const jsonAsText: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'json-as-text',
  setup: (build) => {
    build.onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const table = JSON.parse(await readFile(path, 'utf8')) as object;
      const text = JSON.stringify(JSON.stringify(table));
      const keys = Object.keys(table).map((key) => `get ${JSON.stringify(key)}() { return all()[${JSON.stringify(key)}]; }`);
      const contents = `let parsed; const all = () => (parsed ??= JSON.parse(${text})); export default { ${keys.join(', ')} };`;
      return { contents, loader: 'js' };
    });
  },
};
