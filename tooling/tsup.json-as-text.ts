/** Tables of JSON stay text in a build, and each part is parsed when it is first used: most starts need few of them. */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

export const jsonAsText: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'json-as-text',
  setup: (build) => {
    build.onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const table = JSON.parse(await readFile(path, 'utf8')) as object;
      const parts = Object.entries(table).map(([key, part]) => {
        const name = JSON.stringify(key);
        return `get ${name}() { return (parsed[${name}] ??= JSON.parse(${JSON.stringify(JSON.stringify(part))})); }`;
      });
      return { contents: `const parsed = Object.create(null); export default { ${parts.join(', ')} };`, loader: 'js' };
    });
  },
};
