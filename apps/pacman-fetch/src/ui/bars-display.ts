import type { Display, DisplayEvent } from './events.js';
import { frameLines, type FrameSpace, transferLine } from './frame.js';
import { heading, message, type MessageStyle, serverFailure } from './messages.js';
import { Region, type Terminal } from './region.js';
import { Transfers } from './transfers.js';

/** A terminal that reports changes of its size: `tty.WriteStream`. */
export interface ResizingTerminal extends Terminal {
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** The parts of a display with bars. */
export interface BarsOptions extends MessageStyle {
  readonly terminal: ResizingTerminal;
  /** Where errors and warnings go; it may be the same terminal or a file. */
  readonly errors: { write(text: string): unknown };
  readonly errorStyle: MessageStyle;
  readonly candy: boolean;
  readonly order: 'kept' | 'finished-first';
  readonly reflows: boolean;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
}

/** Milliseconds between two frames, as in pacman. */
const interval = 200;

/** A display with a moving bar for each download, in a terminal. */
export class BarsDisplay implements Display {
  readonly #options: BarsOptions;
  readonly #transfers = new Transfers();
  readonly #region: Region;
  readonly #timer: NodeJS.Timeout;
  readonly #resized = (): void => {
    this.#region.clearResized();
    this.#draw();
  };
  #hasEnded = false;

  constructor(options: BarsOptions) {
    this.#options = options;
    this.#region = new Region(options.terminal, options.reflows);
    options.terminal.on('resize', this.#resized);
    // Rates fall and time passes even if nothing arrives.
    this.#timer = setInterval(() => this.#draw(), interval).unref();
  }

  show(event: DisplayEvent): void {
    if (this.#hasEnded) return;
    const { terminal, errors, errorStyle, now } = this.#options;
    this.#transfers.take(event, now());
    // The timer shows progress; everything else is shown at once.
    if (event.event === 'progress') return;
    if (event.event === 'heading') {
      this.#leave();
      this.#print(terminal, heading(event.text, this.#options));
    } else if (event.event === 'warning' || event.event === 'error') {
      this.#print(errors, message(event.event, event, errorStyle));
    } else if (event.event === 'serverFailed') {
      this.#print(errors, message('error', { text: serverFailure(event), hint: event.hint }, errorStyle));
    } else this.#draw();
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#options.terminal.off('resize', this.#resized);
    this.#leave();
  }

  #space(): FrameSpace {
    const { terminal, charset, candy } = this.#options;
    return { columns: terminal.columns, rows: terminal.rows, charset, candy };
  }

  #draw(): void {
    const space = this.#space();
    const at = this.#options.now();
    const settled = this.#transfers.settle(this.#options.order);
    const above = settled.map((transfer) => transferLine(transfer, space, at));
    this.#region.draw(frameLines(this.#transfers, space, at), above);
  }

  /** What was drawn so far stays, and new lines follow below it. */
  #leave(): void {
    this.#draw();
    this.#region.leave();
    this.#transfers.clear();
  }

  #print(stream: { write(text: string): unknown }, text: string): void {
    this.#region.clear();
    stream.write(text);
    this.#draw();
  }
}
