import { isAbsolute } from 'node:path';

/**
 * Makes a path absolute and leaves all else of it to the kernel: what `..` means behind a symbolic link is where the link
 * leads (path_resolution(7)), which no text can tell.
 *
 * @param path - as it was given
 * @param folder - where a relative one begins; itself relative to ours. Default: ours, which is asked for only then
 * @throws Error ENOENT if ours is needed and is gone
 */
export function absolutePath(path: string, folder = ''): string {
  if (isAbsolute(path)) return path;
  const base = folder === '' ? process.cwd() : absolutePath(folder);
  const rest = path.replace(/^(?:\.\/+)+/, '').replace(/^\.?$/, '');
  if (rest === '') return base;
  return base.endsWith('/') ? `${base}${rest}` : `${base}/${rest}`;
}
