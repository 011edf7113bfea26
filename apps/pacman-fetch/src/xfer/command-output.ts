import { StringDecoder } from 'node:string_decoder';

import { type Charset, printable } from '../ui/text.js';

/** Characters of a line; what follows is left out. */
const maxLine = 500;

/** Lines that may come at once, and how many more each second; what is more is counted, and left out. */
const burst = 100;
const linesPerSecond = 20;

/** What {@link CommandOutput} writes to. */
export interface CommandOutputOptions {
  readonly charset: Charset;
  readonly write: (line: string) => void;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
}

/**
 * What a command says, as it may go to a terminal: line by line, each printable and of a bounded length, and no more
 * lines than anyone can read. Of a line that it draws again and again, as curl does its figures, the last state is shown.
 */
export class CommandOutput {
  readonly #options: CommandOutputOptions;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #allowance = burst;
  #at: number;
  #omitted = 0;

  constructor(options: CommandOutputOptions) {
    this.#options = options;
    this.#at = options.now();
  }

  /** Takes what came. */
  take(bytes: Buffer): void {
    const [rest = '', ...ended] = this.#decoder.write(bytes).split('\n').toReversed();
    for (const text of ended.toReversed()) {
      this.#grow(text);
      this.#show();
    }
    this.#grow(rest);
  }

  /** Shows what is left, and how much was left out. */
  end(): void {
    this.#grow(this.#decoder.end());
    if (this.#line !== '') this.#show();
    if (this.#omitted > 0) this.#options.write(`(${this.#omitted} more lines were left out)\n`);
    this.#omitted = 0;
  }

  /** What was drawn before the last carriage return is gone; a line's own end may have one before it. */
  #grow(text: string): void {
    const whole = (this.#line + text).replace(/^.*\r(?!$)/s, '');
    this.#line = whole.slice(0, maxLine + 1);
  }

  #show(): void {
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    const now = this.#options.now();
    this.#allowance = Math.min(burst, this.#allowance + ((now - this.#at) / 1000) * linesPerSecond);
    this.#at = now;
    if (this.#allowance < 1) {
      this.#omitted += 1;
      return;
    }
    this.#allowance -= 1;
    const shown = printable(line, this.#options.charset);
    this.#options.write(shown.length > maxLine ? `${shown.slice(0, maxLine)}...\n` : `${shown}\n`);
  }
}
