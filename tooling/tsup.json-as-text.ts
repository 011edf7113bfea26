/** Tables of JSON stay text in a build, and each part is parsed when it is first used: most starts need few of them. */
import { readFile } from 'node:fs/promises';

import type { Options } from 'tsup';

export const jsonAsText: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'json-as-text',
  setup: (build) => {
    build.onLoad({ filter: /\.json$/ }, async ({ path }) => {
      const table = JSON.parse(await readFile(path, 'utf8')) as object;
      return { contents: `export default ${lazily(table)};`, loader: 'js' };
    });
  },
};

/** Bytes of text: to parse more of it takes longer than a function for each of its parts. */
const largePart = 8192;

/** Most of a large object's parts are tables as well. */
function hasTables(part: unknown): part is object {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return false;
  const tables = Object.values(part).filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
  const { length } = JSON.stringify(part);
  return length > largePart && tables.length > 0 && length / tables.length > 256;
}

/** An expression for a table that parses its parts when they are first asked for. */
function lazily(table: object): string {
  const parts = Object.entries(table).map(([key, part]) => {
    const name = JSON.stringify(key);
    const value = hasTables(part) ? lazily(part) : `JSON.parse(${JSON.stringify(JSON.stringify(part))})`;
    return `get ${name}() { return (parsed[${name}] ??= ${value}); }`;
  });
  return `((parsed) => ({ ${parts.join(', ')} }))(Object.create(null))`;
}
