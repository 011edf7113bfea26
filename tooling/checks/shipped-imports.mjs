// What is built imports only what is installed with it: Node's own modules, and what the package names as dependencies.
// A private package is never installed, so it has to be copied into the bundle.
// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { packagesOf } from '../run/fingerprint.mjs';
import { root } from '../run/shell.mjs';

/**
 * The packages that a built text imports and its package does not name.
 *
 * @param {string} text
 * @param {{ name: string, dependencies?: Readonly<Record<string, string>> }} manifest
 * @returns {readonly string[]}
 */
export function strangersIn(text, { name, dependencies = {} }) {
  const targets = [...text.matchAll(/(?<!\.)\b(?:from\s*|import\s*\(?\s*)["']([^"'\s]+)["']/g)].map(
    ([, target = '']) => target,
  );
  const packages = targets
    .filter((target) => !isBuiltin(target))
    .flatMap((target) => /^(?:@[a-z][\w.-]*\/)?[a-z][\w.-]*/.exec(target)?.[0] ?? []);
  return [...new Set(packages)].filter((one) => one !== name && !Object.hasOwn(dependencies, one));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problems = [...packagesOf().values()]
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(({ folder, manifest }) => {
      const dist = join(root, folder, 'dist');
      if (!existsSync(dist)) return [`${folder}: was not built`];
      const files = readdirSync(dist).filter((file) => /\.(?:js|d\.ts)$/.test(file));
      return files.flatMap((file) =>
        strangersIn(readFileSync(join(dist, file), 'utf8'), manifest).map(
          (one) => `${folder}/dist/${file}: imports ${one}, which is not among its dependencies`,
        ),
      );
    });
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
