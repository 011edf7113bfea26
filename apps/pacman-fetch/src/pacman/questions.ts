/**
 * Which questions pacman may have about a transaction: with `--print` it answers them itself, and does not mention
 * them.
 */

/** A package of a transaction, as `pacman -Si` describes it. */
export interface Offered {
  readonly name: string;
  readonly groups: readonly string[];
  readonly provides: readonly string[];
  readonly depends: readonly string[];
  readonly replaces: readonly string[];
}

/** Facts about a transaction. */
export interface Transaction {
  /** The targets of the command line. */
  readonly targets: readonly string[];
  /** `-u`. */
  readonly isUpgrade: boolean;
  readonly offered: readonly Offered[];
  /** Names of installed packages. */
  readonly installed: ReadonlySet<string>;
  /** Dependencies of the packages that no installed package satisfies. */
  readonly unsatisfied: readonly string[];
  /** Whether pacman.conf or the command line ignores a package. */
  readonly isIgnored: (one: Offered) => boolean;
}

/**
 * Reads the output of `pacman -Si`, in English and without a terminal.
 *
 * @param output - its standard output
 */
export function parseOffered(output: string): readonly Offered[] {
  return output.split('\n\n').flatMap((block) => {
    const field = (title: string): string => new RegExp(`^${title} *: (.*)$`, 'm').exec(block)?.[1] ?? '';
    const list = (title: string): readonly string[] =>
      field(title)
        .split(/ {2,}/)
        .filter((word) => word !== '' && word !== 'None');
    const name = field('Name');
    if (name === '') return [];
    return {
      name,
      groups: list('Groups'),
      provides: list('Provides'),
      depends: list('Depends On'),
      replaces: list('Replaces'),
    };
  });
}

/**
 * Returns what pacman may ask about. It may turn out that it does not ask; it never asks about anything else.
 *
 * @returns a word of the transaction; undefined if pacman has no question
 */
export function questionOf(transaction: Transaction): string | undefined {
  const { offered, installed, isUpgrade, isIgnored } = transaction;
  const names = new Set(offered.map(({ name }) => name));
  // A group, or a name that several packages provide.
  const target = transaction.targets.map(bareName).find((name) => !names.has(name) && !installed.has(name));
  if (target !== undefined) return target;
  const ignored = offered.find(isIgnored);
  if (ignored !== undefined) return ignored.name;
  const replaced = offered.flatMap(({ replaces }) => replaces).map(bareName);
  const gone = isUpgrade ? replaced.find((name) => installed.has(name)) : undefined;
  const settled = new Set([...names, ...settledBy(transaction)]);
  return gone ?? transaction.unsatisfied.find((wanted) => !settled.has(bareName(wanted)));
}

/** Names that packages of the transaction provide in any case, so that nobody has to choose. */
function settledBy({ offered, targets, isUpgrade, installed }: Transaction): readonly string[] {
  const named = new Set(targets.map(bareName));
  const certain = offered.filter(({ name }) => named.has(name) || (isUpgrade && installed.has(name)));
  return certain.flatMap(({ provides }) => provides.map(bareName));
}

/** Without repository and version. */
function bareName(word: string): string {
  return word.replace(/^[^/<>=]*\//, '').replace(/[<>=].*$/s, '');
}
