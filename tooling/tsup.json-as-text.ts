/** Tables of JSON stay text in a build, and are parsed when the module is loaded: V8 reads JSON faster than its own literals. */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

export const jsonAsText: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'json-as-text',
  setup: (build) => {
    build.onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
      return { contents: `export default /* @__PURE__ */ JSON.parse(${JSON.stringify(text)});`, loader: 'js' };
    });
  },
};
