// Bundlers: with @sb/* left outside a bundle works; with it copied into the bundle the error says what to do instead.
// @ts-check
import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { has, run, succeeded } from './checks.mjs';

const tools = createRequire('/sb/tools/node_modules/');
const modules = '/sb/install/node_modules';

const program = `
import { createSandbox } from '@sb/sandbox';
async function main() {
  try {
    const child = createSandbox({}).spawn('/bin/true');
    child.on('error', () => {});
    console.log('in force:', (await child.enforcement).status);
  } catch ({ code, message }) {
    console.log(code, message);
  }
}
void main();
`;

/** Its modules call `require` for Node's own: it must load where `import.meta.url` is undefined. */
const fetching = `
import { createFetcher } from '@sb/fetcher';
const request = { sources: ['http://127.0.0.1:9/file'], to: '/var/tmp/sb-bundle-file' };
createFetcher({ user: 'nobody' }).download([request]).catch(({ message }) => console.log(message));
`;

/** @typedef {{ folder: string, entry: string }} Place */
/** @typedef {(place: Place, isExternal: boolean) => Promise<string>} Bundle makes a file below the directory and returns its path */

const external = /^@sb\//;
/** @param {string} name */
const fileOf = (name) => createRequire(`${modules}/`).resolve(name);

/** @type {(format: 'esm' | 'cjs') => Bundle} */
const byEsbuild =
  (format) =>
  async ({ folder, entry }, isExternal) => {
    const outfile = join(folder, 'out', format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
    const outside = isExternal ? { external: ['@sb/*'] } : {};
    const common = /** @type {const} */ ({ bundle: true, platform: 'node', target: 'node20', logLevel: 'silent' });
    await tools('esbuild').build({ ...common, entryPoints: [entry], format, outfile, ...outside });
    return outfile;
  };

/** @type {Bundle} */
const byRollup = async ({ folder, entry }, isExternal) => {
  // Without a plugin rollup looks into no package at all.
  const plugin = {
    name: 'resolve',
    resolveId: (/** @type {string} */ id) => (external.test(id) ? fileOf(id) : undefined),
  };
  const outside = isExternal ? { external: [external] } : { plugins: [plugin] };
  const bundle = await tools('rollup').rollup({ input: entry, onwarn: () => {}, ...outside });
  const file = join(folder, 'out/bundle.mjs');
  // The exports of @sb/sandbox are loaded when they are asked for, which makes a second file otherwise.
  await bundle.write({ file, format: 'es', inlineDynamicImports: true });
  return file;
};

/** @type {Bundle} */
const byWebpack = async ({ folder, entry }, isExternal) => {
  const outside = isExternal ? { externals: [external], externalsType: 'module' } : {};
  const output = { path: join(folder, 'out'), filename: 'bundle.mjs', module: true, library: { type: 'module' } };
  const settings = {
    mode: 'development',
    target: 'node20',
    devtool: false,
    entry,
    output,
    experiments: { outputModule: true },
  };
  await new Promise((resolve, reject) => {
    tools('webpack')({ ...settings, ...outside }, (/** @type {unknown} */ error, /** @type {any} */ stats) => {
      if (error !== null || stats.hasErrors()) reject(error ?? new Error(stats.toString()));
      else resolve(undefined);
    });
  });
  return join(folder, 'out/bundle.mjs');
};

/** @type {Readonly<Record<string, Bundle>>} */
export const bundlers = {
  'esbuild, ES module': byEsbuild('esm'),
  'esbuild, CommonJS': byEsbuild('cjs'),
  rollup: byRollup,
  webpack: byWebpack,
};

/** A directory with the packages and a program that uses them. @param {string} [source] */
export function place(source = program) {
  const folder = mkdtempSync('/tmp/sb-bundle-');
  mkdirSync(join(folder, 'out'));
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'app.mjs'), source);
  return { folder, entry: join(folder, 'app.mjs') };
}

/** What a bundle must say where the packages were copied into it. */
export const copied = 'leave @sb/* external';

/** @param {import('./checks.mjs').Checks} tests */
export async function checks(tests) {
  for (const [name, bundle] of Object.entries(bundlers)) {
    await tests.test(`${name}: works with the packages outside`, async () => {
      has(succeeded(await run(process.execPath, [await bundle(place(), true)])), 'in force: full');
    });
    await tests.test(`${name}: says how where they are inside`, async () => {
      const at = place();
      const file = await bundle(at, false);
      // On the machine that it was made on webpack's bundle still finds them: it has their paths in it.
      renameSync(modules, `${modules}-away`);
      const said = await run(process.execPath, [file]);
      renameSync(`${modules}-away`, modules);
      has(succeeded(said), 'prebuild-missing');
      has(said.stdout, copied);
    });
  }
  await tests.test('esbuild, CommonJS: the fetcher loads, and names the native part that it lacks', async () => {
    const file = await byEsbuild('cjs')(place(fetching), false);
    has(succeeded(await run(process.execPath, [file])), 'the native part for linux-');
  });
}
