import { originText, type Value } from '../config/place.js';

/** A directive with all its values, as one listing has it. */
export interface Entry {
  readonly key: string;
  /** Whether it is a switch, which is printed as its name alone. */
  readonly isSwitch: boolean;
  readonly values: readonly Value[];
}

/** How entries are printed. */
export interface Style {
  /** Print the key too; switches always have it. */
  readonly keys: boolean;
  /** Say where each value came from. */
  readonly origins: boolean;
}

/** Columns before an origin, where the value leaves them. */
const column = 44;

/** The lines of a directive, one for each value. */
export function entryLines({ key, isSwitch, values }: Entry, { keys, origins }: Style): readonly string[] {
  return values.map(({ text, origin }) => {
    const line = isSwitch ? key : keys ? `${key} = ${text}` : text;
    return origins ? `${line.padEnd(column)} # ${originText(origin)}` : line;
  });
}
