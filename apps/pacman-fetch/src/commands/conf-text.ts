import { originText, type Value } from '../config/place.js';

/** A directive with all its values, as in a listing. */
export interface Entry {
  readonly key: string;
  /** Whether it is a switch, which is printed as its name alone. */
  readonly isSwitch: boolean;
  readonly values: readonly Value[];
}

/** The format of entries. */
export interface Style {
  /** Print the key too; switches always have it. */
  readonly keys: boolean;
  /** Print the origin of each value. */
  readonly origins: boolean;
}

/** The column of an origin, unless the value is longer. */
const column = 44;

/** Returns the lines of a directive, one for each value. */
export function entryLines({ key, isSwitch, values }: Entry, { keys, origins }: Style): readonly string[] {
  return values.map(({ text, origin }) => {
    const line = isSwitch ? key : keys ? `${key} = ${text}` : text;
    return origins ? `${line.padEnd(column)} # ${originText(origin)}` : line;
  });
}
