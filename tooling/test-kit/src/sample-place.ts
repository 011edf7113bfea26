/** A place in a sample. */
export interface SamplePlace {
  readonly value: unknown;
  readonly path: string;
  /** The whole sample with another value at this place. */
  readonly inPlace: (value: unknown) => unknown;
}
