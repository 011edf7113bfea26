import { isAbsolute } from 'node:path';

/**
 * Makes a path absolute, and leaves the rest to the kernel. After a symbolic link, `..` depends on the target of the
 * link (path_resolution(7)), so the text alone is not enough.
 *
 * @param path - from the caller
 * @param folder - where a relative path begins; itself relative to the working directory. Default: the working
 *   directory, which is read only then
 * @throws Error ENOENT if the working directory is needed and has been removed
 */
export function absolutePath(path: string, folder = ''): string {
  if (isAbsolute(path)) return path;
  const base = folder === '' ? process.cwd() : absolutePath(folder);
  const rest = path.replace(/^(?:\.\/+)+/, '').replace(/^\.?$/, '');
  if (rest === '') return base;
  return base.endsWith('/') ? `${base}${rest}` : `${base}/${rest}`;
}
