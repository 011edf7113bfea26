/**
 * The events of a command for its display. With `--json` each is one line of standard output, in this form. Names are
 * unchanged, and every character outside ASCII is escaped.
 */
export type DisplayEvent =
  /** A new part of the work, for instance `Synchronizing package databases...`. */
  | { readonly event: 'heading'; readonly text: string }
  /** Announces several files: how many, and their bytes if they are known. */
  | { readonly event: 'total'; readonly files: number; readonly size?: number }
  /**
   * The start of a file. `size`: bytes of the whole file; `offset`: how many of them existed before; `elapsed`:
   * milliseconds since its start.
   */
  | {
      readonly event: 'start';
      readonly name: string;
      readonly size?: number;
      readonly offset?: number;
      readonly elapsed?: number;
    }
  /** `received`: bytes that exist now, including earlier ones. */
  | { readonly event: 'progress'; readonly name: string; readonly received: number; readonly size?: number }
  | { readonly event: 'done'; readonly name: string }
  | { readonly event: 'upToDate'; readonly name: string }
  /** One server failed; another one may succeed. `host`: as in the URL, or `disk`. */
  | {
      readonly event: 'serverFailed';
      readonly name: string;
      readonly host: string;
      readonly reason: string;
      readonly hint?: string;
    }
  /** Every server failed. */
  | { readonly event: 'failed'; readonly name: string; readonly reason?: string }
  | { readonly event: 'warning' | 'error'; readonly text: string; readonly hint?: string };

/** An event about one file. */
export type FileEvent = Extract<DisplayEvent, { readonly name: string }>;

/** Shows people or programs what happens. */
export interface Display {
  /** Shows one event. Signatures are never shown, except in an error. */
  show(event: DisplayEvent): void;
  /** Leaves the last state on the screen. Further calls do nothing. */
  end(): void;
}

/** Whether a file is one that pacman never shows. */
export function isSignature(name: string): boolean {
  return name.endsWith('.sig');
}
