import { globSync } from 'tinyglobby';

/**
 * The files that an Include names, sorted as glob(3) sorts them. A name without wildcards is itself, whether or not
 * there is such a file, so that a missing one is an error; a pattern that matches nothing is no file at all.
 *
 * @param value - an absolute path or pattern
 */
export function expandInclude(value: string): readonly string[] {
  if (!/[*?[]/.test(value)) return [value];
  return globSync(value, { absolute: true, dot: false, expandDirectories: false, onlyFiles: false }).toSorted();
}
