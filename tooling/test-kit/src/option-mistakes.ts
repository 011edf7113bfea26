import type { Schema } from '@sb/core/document';

import type { SamplePlace } from './sample-place.js';

/** Hands a value to the function that is tried. */
export type Take = (value: unknown) => unknown;

/** The mistakes that the walk over options makes, and what came of each. */
export class Mistakes {
  readonly faults: string[] = [];
  readonly #take: Take;
  #tried = 0;

  constructor(take: Take) {
    this.#take = take;
  }

  get tried(): number {
    return this.#tried;
  }

  /** What must be taken is: otherwise every refusal below means nothing. */
  expectTaken(value: unknown, what: string): boolean {
    const message = this.#refusal(value);
    if (message !== undefined) this.faults.push(`${what} is refused: ${message}`);
    return message === undefined;
  }

  /** Values that no option has: none at all, and ones of a kind that nothing is of. */
  ofKind(
    path: string,
    inPlace: SamplePlace['inPlace'],
    { mayBeUndefined }: { readonly mayBeUndefined: boolean },
  ): void {
    const start = path === '' ? '' : `${path} `;
    if (!mayBeUndefined) this.#expect(`undefined at ${path}`, inPlace(undefined), [start, 'is not ', ': undefined']);
    this.#expect(`null at ${path}`, inPlace(null), [start, 'is not ', ': null']);
    this.#expect(`a symbol at ${path}`, inPlace(Symbol('mistake')), [start, 'is not ', ': a symbol']);
    this.#expect(`a nest at ${path}`, inPlace(nest()), [path]);
  }

  /** Keys that there are not. */
  ofKeys({ value, path, inPlace }: SamplePlace, keys: readonly string[]): void {
    const at = (key: string): string => `${path === '' ? '' : `${path}.`}${key}`;
    const beside = (more: object): unknown => inPlace({ ...(value as object), ...more });
    const strange = 'qqqqqqqqqqqq';
    this.#expect(at(strange), beside({ [strange]: undefined }), [`${at(strange)} is unknown. `]);
    const [known] = keys;
    if (known === undefined) return;
    const nearly = `${known}q`;
    const guess = `${at(nearly)} is unknown. Did you mean "${known}"?`;
    this.#expect(at(nearly), beside({ [nearly]: true }), [guess]);
    const prototype = { ...(value as object) };
    Object.defineProperty(prototype, '__proto__', { value: {}, enumerable: true });
    this.#expect(at('__proto__'), inPlace(prototype), [`${at('__proto__')} is unknown. `]);
  }

  /** A key that it inherits: one that is there for some, and for others isn't. */
  ofPrototype({ value, path, inPlace }: SamplePlace): void {
    const heir = Object.assign(Object.create({ mistake: 1 }) as object, value);
    this.#expect(`inherited at ${path}`, inPlace(heir), [path, ' has inherited properties']);
  }

  /** A list with an entry too many, and one with a hole. */
  ofLength({ value, path, inPlace }: SamplePlace, max: number): void {
    const [entry] = value as readonly unknown[];
    const long = Array.from({ length: max + 1 }, () => entry);
    this.#expect(`${long.length} entries at ${path}`, inPlace(long), [`${path} has ${long.length} entries`]);
    this.#expect(`a hole at ${path}`, inPlace(Array.from({ length: 1 })), [`${path}[0] is not `, ': undefined']);
  }

  /** A text that is longer than its schema says. */
  ofText({ maxLength }: Schema, { path, inPlace, value }: SamplePlace): void {
    if (typeof maxLength !== 'number' || typeof value !== 'string') return;
    this.#expect(`a long text at ${path}`, inPlace('x'.repeat(maxLength + 1)), [`${path} is not `]);
  }

  #expect(what: string, value: unknown, parts: readonly string[]): void {
    const message = this.#refusal(value);
    if (message === undefined) this.faults.push(`${what}: taken`);
    else if (!parts.every((part) => message.includes(part))) this.faults.push(`${what}: ${message}`);
  }

  #refusal(value: unknown): string | undefined {
    this.#tried++;
    try {
      this.#take(value);
      return undefined;
    } catch (error) {
      // A TypeError of the engine's own is no refusal: nobody looked.
      return error instanceof Error && 'code' in error ? error.message : `not refused, failed: ${String(error)}`;
    }
  }
}

/** A list in a list in a list, deeper than anything is read. */
function nest(): unknown {
  return Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 'x');
}
