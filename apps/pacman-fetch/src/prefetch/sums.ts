import { fieldsOf } from './bounds.js';
import { parseWanted, printFormat, type Wanted } from './wanted.js';

/** Runs a query of pacman about packages; undefined if it refuses or crashes. */
export type Ask = (question: readonly string[], packages: readonly string[]) => Promise<string | undefined>;

/** Prints only the named packages: dependencies are ignored. */
const printNamed = ['--print', '--print-format', printFormat, '--noconfirm', '-Sdd'];

/**
 * Finds the sums of packages if pacman cannot print all of them, because a database lacks one. Each repository is
 * queried separately, at most twice. So a missing sum in one repository does not affect the packages of another.
 *
 * @param wanted - what is needed
 * @param ask - queries pacman
 * @returns the same with the sums that the databases have
 */
export async function withSums(wanted: readonly Wanted[], ask: Ask): Promise<readonly Wanted[]> {
  const sums = new Map<string, string | undefined>();
  for (const repository of new Set(wanted.map((one) => one.repository))) {
    const names = wanted.filter((one) => one.repository === repository).map(nameOf);
    const summed = parseSummed((await ask(['-Si'], names)) ?? '');
    const printable = names.filter((name) => summed.has(name));
    const printed = printable.length === 0 ? undefined : await ask(printNamed, printable);
    for (const one of parseWanted(printed ?? '', [])) sums.set(fileOf(one), one.sha256);
  }
  return wanted.map((one) => ({ ...one, sha256: sums.get(fileOf(one)) }));
}

/**
 * Reads from the output of `pacman -Si` which packages have a SHA-256.
 *
 * @param output - its standard output, in English
 * @returns `REPOSITORY/NAME` of each
 */
export function parseSummed(output: string): ReadonlySet<string> {
  const summed = fieldsOf(output).filter((field) => field('Validated By').includes('SHA-256 Sum'));
  return new Set(summed.map((field) => `${field('Repository')}/${field('Name')}`));
}

const nameOf = ({ repository, name }: Wanted): string => `${repository}/${name}`;
const fileOf = (one: Wanted): string => `${nameOf(one)}/${one.file}`;
