/**
 * What a command tells its display. With `--json` each is one line of standard output, as it stands here; names are as
 * they came, and every character outside ASCII is escaped.
 */
export type DisplayEvent =
  /** A new part of the work, for instance `Synchronizing package databases...`. */
  | { readonly event: 'heading'; readonly text: string }
  /** What is to come, if more than one file is: how many, and their bytes where they are known. */
  | { readonly event: 'total'; readonly files: number; readonly size?: number }
  /**
   * A file is begun. `size`: bytes of the whole file; `offset`: how many of them were there before; `elapsed`: for how many
   * milliseconds it has been under way.
   */
  | {
      readonly event: 'start';
      readonly name: string;
      readonly size?: number;
      readonly offset?: number;
      readonly elapsed?: number;
    }
  /** `received`: bytes that are there now, those from before included. */
  | { readonly event: 'progress'; readonly name: string; readonly received: number; readonly size?: number }
  | { readonly event: 'done'; readonly name: string }
  | { readonly event: 'upToDate'; readonly name: string }
  /** One server could not give a file; another one may. `host`: as in the URL, or `disk`. */
  | {
      readonly event: 'serverFailed';
      readonly name: string;
      readonly host: string;
      readonly reason: string;
      readonly hint?: string;
    }
  /** No server could. */
  | { readonly event: 'failed'; readonly name: string; readonly reason?: string }
  | { readonly event: 'warning' | 'error'; readonly text: string; readonly hint?: string };

/** An event about one file. */
export type FileEvent = Extract<DisplayEvent, { readonly name: string }>;

/** Shows people or programs what happens. */
export interface Display {
  /** Tells of one event. Signatures are never shown, except where one is an error. */
  show(event: DisplayEvent): void;
  /** Leaves the last state where it is; nothing moves any more. Further calls do nothing. */
  end(): void;
}

/** Whether a file is one that pacman never shows. */
export function isSignature(name: string): boolean {
  return name.endsWith('.sig');
}
