import { readFileSync } from 'node:fs';

/**
 * The version of a package, from its package.json: whoever could change that could change its code as well.
 *
 * @param root - the package's folder, with a slash at the end; from `import.meta.url`, never from the environment
 * @throws Error of the system; SyntaxError
 */
export function packageVersion(root: URL): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly version: string };
  return version;
}
