/** The suffix of an incomplete download, as in pacman. */
export const partSuffix = '.part';

/** Returns the name of the file when it is complete. */
export function withoutPart(name: string): string {
  return name.endsWith(partSuffix) ? name.slice(0, -partSuffix.length) : name;
}
