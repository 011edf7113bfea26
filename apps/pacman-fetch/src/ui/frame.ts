import { barLine, type BarSpace } from './bar.js';
import { fit, printable } from './text.js';
import type { Transfer } from './transfer.js';
import type { Transfers } from './transfers.js';

/** The terminal that a frame is for. */
export interface FrameSpace extends BarSpace {
  readonly rows: number;
}

/** The line of one download: its bar, or pacman's text in its place. */
export function transferLine(transfer: Transfer, space: BarSpace, at: number): string {
  const { text } = transfer;
  if (text === undefined) return barLine(transfer.line(at), space);
  const line = printable(` ${text}`, space.charset);
  return fit(line, space.columns).trimEnd();
}

/**
 * The moving lines at the bottom of a terminal: one for each download that fits, and the total. One row stays free for
 * the cursor.
 */
export function frameLines(transfers: Transfers, space: FrameSpace, at: number): readonly string[] {
  const total = transfers.totalLine(at);
  const last = total === undefined ? [] : [barLine(total, space)];
  const room = Math.max(0, space.rows - 1 - last.length);
  const lines = transfers.shown.slice(0, room).map((transfer) => transferLine(transfer, space, at));
  return [...lines, ...last].slice(0, Math.max(1, space.rows - 1));
}
