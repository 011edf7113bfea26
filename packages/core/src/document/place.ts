/** What is wrong with a value of a document, and where. */
export interface Problem {
  /** The place of the value: `landlock.net.connectTcp[2]`. */
  readonly path: string;
  /** What is wrong, as a clause that follows the path: `is not a port: 70000`. */
  readonly what: string;
  /** What to do about it: one sentence or two. */
  readonly hint: string;
}

/** Turns a problem into an error of the package whose document it is. */
export type Refusal = (problem: Problem) => never;

/** The deepest nesting that is read: more than any document has, and safe for recursion. */
const deepest = 32;

/** Longest path that an error shows, in UTF-16 code units. */
const longestPath = 200;

/** A place in a document, while it is read. */
export class Place {
  readonly path: string;
  readonly #refusal: Refusal;
  readonly #depth: number;

  /**
   * @param path - the name of the document in errors, for instance `options`; empty if keys have no prefix
   * @param refusal - how errors are thrown
   */
  constructor(path: string, refusal: Refusal, depth = 0) {
    this.path = path;
    this.#refusal = refusal;
    this.#depth = depth;
  }

  /** The value of a key. */
  key(name: string): Place {
    const isPlain = /^[$\w-]+$/.test(name);
    const step = isPlain ? `${this.path === '' ? '' : '.'}${name}` : `[${JSON.stringify(name)}]`;
    return this.#below(step);
  }

  /** An entry of a list. */
  entry(index: number): Place {
    return this.#below(`[${index}]`);
  }

  /**
   * Refuses the value at this place.
   *
   * @param what - a clause that follows the path
   * @throws the error of {@link Refusal}
   */
  refuse(what: string, hint: string): never {
    return this.#refusal({ path: this.path.slice(0, longestPath), what, hint });
  }

  #below(step: string): Place {
    const place = new Place(`${this.path}${step}`, this.#refusal, this.#depth + 1);
    if (place.#depth > deepest) place.refuse('is nested too deeply', `Stay within ${deepest} levels.`);
    return place;
  }
}
