import { globSync } from 'tinyglobby';

/**
 * The files that an Include names, as glob(3) with GLOB_NOCHECK finds them for pacman: sorted; a pattern that matches
 * nothing stands for itself, so that reading it is an error. No braces, and `**` is no more than `*`.
 *
 * @param value - a path or pattern; a relative one starts at the working directory
 */
export function expandInclude(value: string): readonly string[] {
  if (!/[*?[]/.test(value)) return [value];
  const found = globSync(value, {
    absolute: true,
    braceExpansion: false,
    expandDirectories: false,
    extglob: false,
    globstar: false,
    onlyFiles: false,
  });
  return found.length === 0 ? [value] : found.toSorted();
}
