/** What a download that isn't whole ends with, as pacman has it. */
export const partSuffix = '.part';

/** The name that a file has when it is whole. */
export function withoutPart(name: string): string {
  return name.endsWith(partSuffix) ? name.slice(0, -partSuffix.length) : name;
}
