import { longOption, operations, shortNames, shortWithValue } from './pacman-options.js';

/** A command line of pacman, as far as it matters for downloads. */
export interface PacmanCommand {
  /** Long name of the operation; undefined without an operation, or with several. */
  readonly operation: string | undefined;
  /** How often `-y` occurs. */
  readonly refreshes: number;
  /** Long names of the other switches, of those that matter here. */
  readonly switches: ReadonlySet<string>;
  /** Values of long options, in their order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The words that are not options. */
  readonly targets: readonly string[];
  /** The same command line without `-y`. */
  readonly withoutRefresh: readonly string[];
}

const operationNames: ReadonlySet<string> = new Set(Object.values(operations));

/**
 * Reads a command line as pacman's getopt does: options anywhere before `--`, switches in one word, unique beginnings
 * of long names.
 *
 * @param args - the arguments of pacman
 * @returns undefined for an option that pacman does not know: pacman itself reports it best
 */
export function readPacmanCommand(args: readonly string[]): PacmanCommand | undefined {
  const reader = new Reader(args);
  return reader.read() ? reader.command() : undefined;
}

/** Returns the options of a command line that set directories, for another query of pacman. */
export function placeOptions({ values }: PacmanCommand): readonly string[] {
  return ['config', 'root', 'dbpath', 'gpgdir', 'arch'].flatMap((name) =>
    (values.get(name) ?? []).flatMap((value) => [`--${name}`, value]),
  );
}

class Reader {
  readonly #operations = new Set<string>();
  readonly #switches = new Set<string>();
  readonly #values = new Map<string, string[]>();
  readonly #targets: string[] = [];
  readonly #kept: string[] = [];
  readonly #rest: string[];
  #refreshes = 0;

  constructor(args: readonly string[]) {
    this.#rest = [...args];
  }

  /** @returns whether pacman knows all of it */
  read(): boolean {
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (word === '--') {
        this.#targets.push(...this.#rest);
        this.#kept.push(word, ...this.#rest);
        return true;
      }
      if (word.startsWith('--')) {
        if (!this.#long(word)) return false;
      } else if (word.startsWith('-') && word !== '-') this.#short(word);
      else {
        this.#targets.push(word);
        this.#kept.push(word);
      }
    }
    return true;
  }

  command(): PacmanCommand {
    const [operation] = this.#operations;
    return {
      operation: this.#operations.size === 1 ? operation : undefined,
      refreshes: this.#refreshes,
      switches: this.#switches,
      values: this.#values,
      targets: this.#targets,
      withoutRefresh: this.#kept,
    };
  }

  #long(word: string): boolean {
    const [, given = '', , value] = /^--([^=]*)(=(.*))?$/s.exec(word) ?? [];
    const option = longOption(given);
    if (option === undefined) return false;
    if (!option.takesValue) {
      this.#switch(option.name);
      if (option.name !== 'refresh') this.#kept.push(word);
      return value === undefined;
    }
    this.#kept.push(word);
    return this.#value(option.name, value);
  }

  /** A word of switches; after one that takes a value, the rest is its value. */
  #short(word: string): void {
    const letters = word.slice(1);
    const index = letters.search(shortWithValue);
    const switches = index < 0 ? letters : letters.slice(0, index);
    for (const letter of switches) this.#switch(operations[letter] ?? shortNames[letter] ?? letter);
    const left = switches.replaceAll('y', '');
    if (index < 0) {
      if (left !== '') this.#kept.push(`-${left}`);
      return;
    }
    const tail = letters.slice(index);
    this.#kept.push(`-${left}${tail}`);
    this.#value(shortNames[tail.charAt(0)] ?? '', tail.slice(1) || undefined);
  }

  #switch(name: string): void {
    if (operationNames.has(name)) this.#operations.add(name);
    else if (name === 'refresh') this.#refreshes++;
    else this.#switches.add(name);
  }

  #value(name: string, given: string | undefined): boolean {
    const value = given ?? this.#rest.shift();
    if (value === undefined) return false;
    if (given === undefined) this.#kept.push(value);
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    return true;
  }
}
