import { clock, clockWidth, rate, size, sizeWidth } from './figures.js';
import { type Charset, fit, printable } from './text.js';

/** The line of one download, or of all of them. */
export interface BarLine {
  /** Any text; it is made printable here. */
  readonly label: string;
  readonly received: number;
  /** Bytes of the whole, if that is known. */
  readonly total: number | undefined;
  /** Bytes a second. */
  readonly rate: number;
  /** Remaining seconds; after the end, the time it took. Undefined if unknown. */
  readonly seconds: number | undefined;
}

/** The terminal that a line is for. */
export interface BarSpace {
  readonly columns: number;
  readonly charset: Charset;
  /** pacman's ILoveCandy. */
  readonly candy: boolean;
}

/** ` [] 100%`: the columns of a bar apart from its signs. */
const frameWidth = 8;

/**
 * One line as pacman draws it: name, size, rate and time in six tenths of the terminal and at least fifty columns, and
 * a bar with percent in the rest. In a narrower terminal pacman's lines wrap. These leave out the bar, then the rate,
 * then the time and the size. A line is never wider than the terminal.
 */
export function barLine(line: BarLine, space: BarSpace): string {
  const percent = percentOf(line);
  const right = percent === undefined ? '' : `${String(percent).padStart(4)}%`;
  const left = Math.max(50, Math.floor((space.columns * 6) / 10));
  if (space.columns < left + 5) return narrowLine(line, right, space);
  const figures = ` ${size(line.received)}  ${rate(line.rate)} ${clock(line.seconds)}`;
  const name = left - figures.length - 2;
  const signs = space.columns - left - frameWidth;
  const bar = percent === undefined || signs < 1 ? '' : ` [${signsOf(percent, signs, space.candy)}]`;
  return ` ${nameIn(line, name, space)} ${figures}${bar}${right}`;
}

/** Below the first width the time is left out, below the second the size. */
const leastName = 12;

function narrowLine(line: BarLine, right: string, space: BarSpace): string {
  const width = space.columns - 1 - right.length;
  const withSize = ` ${size(line.received)}`;
  const withTime = `${withSize} ${clock(line.seconds)}`;
  if (width - sizeWidth - clockWidth - 2 >= leastName) {
    return ` ${nameIn(line, width - withTime.length, space)}${withTime}${right}`;
  }
  if (width - sizeWidth - 1 >= leastName) return ` ${nameIn(line, width - withSize.length, space)}${withSize}${right}`;
  return ` ${nameIn(line, Math.max(0, width), space)}${right}`.slice(0, Math.max(0, space.columns));
}

function nameIn({ label }: BarLine, columns: number, { charset }: BarSpace): string {
  return fit(printable(label, charset), columns);
}

function percentOf({ received, total }: BarLine): number | undefined {
  if (total === undefined || total <= 0) return undefined;
  return Math.floor(Math.min(1, received / total) * 100);
}

function signsOf(percent: number, signs: number, candy: boolean): string {
  const done = Math.floor((percent * signs) / 100);
  if (!candy) return '#'.repeat(done) + '-'.repeat(signs - done);
  const eaten = Math.max(0, Math.min(signs - 1, done));
  const mouth = percent === 100 ? '-' : eaten % 2 === 0 ? 'C' : 'c';
  const pellets = Array.from({ length: signs - eaten - 1 }, (_, index) => ((index + eaten) % 3 === 1 ? 'o' : ' '));
  return '-'.repeat(eaten) + mouth + pellets.join('');
}
