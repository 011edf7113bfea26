// Programs in TypeScript that use what was installed, checked with all of its declarations.
// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../run/shell.mjs';

/** The compilers, by their name: the one of this project, and the one that is written in Go. Each is a path of tsc. */
export const compilers = {
  'TypeScript 5': join(root, 'node_modules/typescript/bin/tsc'),
  'TypeScript 7': join(root, 'tooling/release/typescript/node_modules/typescript/bin/tsc'),
};

/** How a consumer resolves modules, and what goes with it. */
export const resolutions = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

/**
 * Writes one program for each resolution beside what is installed.
 *
 * @param {readonly string[]} modules as they are imported
 * @param {string} folder
 */
export function writeConsumers(modules, folder) {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  const lines = modules.flatMap((module, index) => [
    `import * as all${index} from '${module}';`,
    `export type Names${index} = keyof typeof all${index};`,
  ]);
  const source = `${lines.join('\n')}\n`;
  for (const kind of ['mts', 'cts']) writeFileSync(join(folder, `consumer.${kind}`), source);
  for (const [name, options] of Object.entries(resolutions)) {
    // Node16 takes a CommonJS file for one that can't require an ES module.
    const files = name === 'node16' ? ['consumer.mts'] : ['consumer.mts', 'consumer.cts'];
    const strict = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      exactOptionalPropertyTypes: true,
    };
    // Without types: TypeScript 7 takes those of Node only where a declaration names them.
    const config = { compilerOptions: { ...strict, lib: ['es2023', 'esnext.disposable'], ...options }, files };
    writeFileSync(join(folder, `tsconfig.${name}.json`), JSON.stringify(config));
  }
}

/**
 * @param {string} compiler path of tsc
 * @param {string} resolution of `resolutions`
 * @param {string} folder
 * @returns {string | undefined} what the compiler found
 */
export function problemOfConsumer(compiler, resolution, folder) {
  const args = [compiler, '-p', `tsconfig.${resolution}.json`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? undefined : `${stdout}${stderr}`.slice(0, 1500);
}
