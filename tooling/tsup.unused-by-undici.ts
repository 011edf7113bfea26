/**
 * Modules of Node that undici loads, and that none of our downloads needs. Loading them takes 8 ms of a start. undici takes the lack of
 * HTTP/2 for a Node without it. It asks `http` for the largest header block, which we give it, and for a class of requests with a
 * body. It checks itself with `assert`, several times for each chunk.
 */
import type { Options } from 'tsup';

/** What takes the place of each module. */
const places: Readonly<Record<string, string>> = {
  'node:http2': `throw new Error('HTTP/2 is not part of this program');`,
  'node:http': `module.exports = { maxHeaderSize: 16384, IncomingMessage: class IncomingMessage {} };`,
  'node:assert': `module.exports = (value, message = 'undici is in a state that it does not expect') => {
    if (!value) throw message instanceof Error ? message : new Error(message);
  };`,
};

const namespace = 'unused-by-undici';

export const unusedByUndici: NonNullable<Options['esbuildPlugins']>[number] = {
  name: namespace,
  setup: (build) => {
    build.onResolve({ filter: /^node:(?:http2?|assert)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/undici/') ? { path, namespace } : undefined,
    );
    build.onLoad({ filter: /^/, namespace }, ({ path }) => ({ contents: places[path] ?? '' }));
  },
};
