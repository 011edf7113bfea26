import { readFileSync } from 'node:fs';

/**
 * Returns the version of a package, from its package.json. A user who can change that file can change the code as well.
 *
 * @param root - the package's directory, with a slash at the end; from `import.meta.url`, never from the environment
 * @throws Error of the system; SyntaxError
 */
export function packageVersion(root: URL): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly version: string };
  return version;
}
