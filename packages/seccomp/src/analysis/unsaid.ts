/** Something that the other format cannot express, or expresses differently. */
export interface Unsaid {
  /** The place in the input. */
  readonly path: string;
  readonly what: string;
}
