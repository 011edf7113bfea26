/** One change of a source. */
export interface Mutant {
  /** What is gone. */
  readonly name: string;
  /** Source, below the package. */
  readonly file: string;
  /** Text that is there exactly once. */
  readonly from: string;
  readonly to: string;
  /** A test file below the package, and the part of a test's name that is enough: this test notices. */
  readonly red: readonly [file: string, test: string];
  /** False where that test reads sources alone, so that nothing has to be built for it. Default: true */
  readonly built?: boolean;
}

/**
 * A source with its change.
 *
 * @throws Error where the text to change is not there exactly once: the list is out of date
 */
export function mutated(source: string, { file, from, to }: Pick<Mutant, 'file' | 'from' | 'to'>): string {
  if (source.split(from).length !== 2) throw new Error(`${file} does not contain exactly one ${from}`);
  return source.replace(from, () => to);
}

/** What {@link change} takes, in this order, so that a list of them can be read. */
type Change = readonly [
  /** What is gone. */
  name: string,
  /** The source, below `src` and without its suffix. */
  of: string,
  /** Text that is there exactly once. */
  from: string,
  to: string,
  /** The test that notices. */
  red: Mutant['red'],
];

/** A change that its test sees in the sources, so that nothing has to be built for it. */
export function change(...[name, of, from, to, red]: Change): Mutant {
  return { name, file: `src/${of}.ts`, from, to, red, built: false };
}

/** {@link change} that leaves a statement out. */
export function without(
  ...[name, of, from, red]: readonly [name: string, of: string, from: string, red: Mutant['red']]
) {
  return change(name, of, from, '', red);
}
