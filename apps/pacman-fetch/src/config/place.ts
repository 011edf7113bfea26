/** A line of a file. */
export interface Place {
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
}

/** Where a value came from. */
export type Origin =
  | ({ readonly kind: 'file' } & Place)
  /** Nothing was said. */
  | { readonly kind: 'default' }
  /** An option of the command line. */
  | { readonly kind: 'option'; readonly name: string }
  /** It follows from something else. */
  | { readonly kind: 'inferred'; readonly from: string };

/** A value as it is printed, and where it came from. A switch that is on has an empty one. */
export interface Value {
  readonly text: string;
  readonly origin: Origin;
}

/** Nothing was said. */
export const byDefault: Origin = { kind: 'default' };

/** The place of a directive as an origin. */
export function fromFile({ file, line }: Place): Origin {
  return { kind: 'file', file, line };
}

/** An origin for people: `/etc/pacman.conf:38`, `default`, `--rootdir`, `inferred: …`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'default':
      return 'default';
    case 'option':
      return origin.name;
    case 'inferred':
      return `inferred: ${origin.from}`;
  }
}
