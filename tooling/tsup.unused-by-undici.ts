/**
 * What undici loads, and no download needs. Modules of Node take 8 ms of a start. Functions of other modules of undici would be in
 * each code cache. undici takes the lack of HTTP/2 for a Node without it. It asks `http` for the largest header block, which it is
 * given, and for a class of requests with a body. It checks itself with `assert`, several times for each chunk.
 */
import type { Options } from 'tsup';

const refusal = (what: string): string => `throw new Error('${what} is not part of this program');`;

/** What takes the place of each module of Node. */
const ofNode: Readonly<Record<string, string>> = {
  'node:http2': refusal('HTTP/2'),
  'node:http': `module.exports = { maxHeaderSize: 16384, IncomingMessage: class IncomingMessage {} };`,
  'node:assert': `module.exports = (value, message = 'undici is in a state that it does not expect') => {
    if (!value) throw message instanceof Error ? message : new Error(message);
  };`,
};

/** The same for modules of undici, by the end of their paths: for HTTP/2, SOCKS5 (`socks.ts` of the fetcher has it), and bodies of forms. */
const ofUndici: Readonly<Record<string, string>> = {
  'client-h2': `module.exports = () => { ${refusal('HTTP/2')} };`,
  'socks5-proxy-agent': `module.exports = class { constructor() { ${refusal('SOCKS5 of undici')} } };`,
  'fetch/body': `exports.extractBody = () => { ${refusal('fetch')} };`,
};

const namespace = 'unused-by-undici';

export const unusedByUndici: NonNullable<Options['esbuildPlugins']>[number] = {
  name: namespace,
  setup: (build) => {
    build.onResolve({ filter: /^node:(?:http2?|assert)$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/undici/') ? { path, namespace } : undefined,
    );
    build.onResolve({ filter: /\/(?:client-h2|socks5-proxy-agent|fetch\/body)(?:\.js)?$/ }, ({ path, importer }) => {
      const [, name = ''] = /\/((?:fetch\/)?[\w-]+)(?:\.js)?$/.exec(path) ?? [];
      return importer.includes('/node_modules/undici/') ? { path: name, namespace } : undefined;
    });
    build.onLoad({ filter: /^/, namespace }, ({ path }) => ({ contents: ofNode[path] ?? ofUndici[path] ?? '' }));
  },
};
