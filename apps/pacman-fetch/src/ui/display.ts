import { BarsDisplay, type ResizingTerminal } from './bars-display.js';
import { charsetOf, type ColorChoice, reflows, wantsColor } from './environment.js';
import type { Display } from './events.js';
import { JsonDisplay } from './json-display.js';
import { PlainDisplay } from './plain-display.js';

/** A stream that may be a terminal: `process.stdout`, `process.stderr`. */
interface DisplayStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** How to show progress. Everything except the streams may be left out. */
export interface DisplayOptions {
  /** Where bars and lines go; pacman's go to standard output. */
  readonly stream: DisplayStream;
  /** Where errors and warnings go. */
  readonly errors: DisplayStream;
  /** `quiet`: errors and warnings only; `json`: events for programs. Default: `normal`. */
  readonly style?: 'normal' | 'quiet' | 'json';
  /** Default: `auto`. */
  readonly color?: ColorChoice;
  /** `false` for pacman's NoProgressBar: lines, also in a terminal. Default: true. */
  readonly bars?: boolean;
  /** pacman's ILoveCandy. Default: false. */
  readonly candy?: boolean;
  /** `kept` for databases; `finished-first` for packages, as in pacman. Default: `kept`. */
  readonly order?: 'kept' | 'finished-first';
  /** In place of the width of the terminal. */
  readonly columns?: number;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that only runs forward. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Makes the display that fits: bars in a terminal, lines without one, JSON for programs.
 *
 * @example
 * const display = createDisplay({ stream: process.stdout, errors: process.stderr });
 * display.show({ event: 'start', name: 'core.db', size: 130_000 });
 * display.show({ event: 'progress', name: 'core.db', received: 65_000 });
 * display.show({ event: 'done', name: 'core.db' });
 * display.end();
 */
export function createDisplay(options: DisplayOptions): Display {
  const { stream, errors, style = 'normal', color = 'auto', env = process.env } = options;
  const now = options.now ?? (() => performance.now());
  if (style === 'json') return new JsonDisplay(stream, now);
  const charset = charsetOf(env);
  const styleOf = ({ isTTY = false }: DisplayStream) => ({ color: wantsColor(color, isTTY, env), charset });
  const common = { ...styleOf(stream), errors, errorStyle: styleOf(errors) };
  const hasBars = stream.isTTY === true && env['TERM'] !== 'dumb' && (options.bars ?? true);
  if (style === 'quiet' || !hasBars) return new PlainDisplay({ ...common, out: stream, quiet: style === 'quiet' });
  return new BarsDisplay({
    ...common,
    terminal: terminalOf(stream, options.columns),
    candy: options.candy ?? false,
    order: options.order ?? 'kept',
    reflows: reflows(env),
    now,
  });
}

/** A terminal that does not know its size reports 0, and is treated as one of 80 columns and 24 rows. */
function terminalOf(stream: DisplayStream, columns: number | undefined): ResizingTerminal {
  return {
    get columns() {
      return (columns ?? stream.columns) || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write: (text) => stream.write(text),
    on: (event, listener) => stream.on(event, listener),
    off: (event, listener) => stream.off(event, listener),
  };
}
