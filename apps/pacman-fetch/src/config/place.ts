/** A line of a file. */
export interface Place {
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
}

/** The origin of a value. */
export type Origin =
  | ({ readonly kind: 'file' } & Place)
  /** Not set. */
  | { readonly kind: 'default' }
  /** An option of the command line. */
  | { readonly kind: 'option'; readonly name: string }
  /** It follows from another value. */
  | { readonly kind: 'inferred'; readonly from: string };

/** A value as it is printed, and its origin. A switch that is on has an empty value. */
export interface Value {
  readonly text: string;
  readonly origin: Origin;
}

/** Not set. */
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
