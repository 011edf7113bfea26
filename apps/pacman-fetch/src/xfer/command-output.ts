import { StringDecoder } from 'node:string_decoder';

import { type Charset, printable } from '../ui/text.js';

/** The most characters of a line; the rest is left out. */
const maxLine = 500;

/** The most lines at once, and how many more each second. Other lines are counted, and left out. */
const burst = 100;
const linesPerSecond = 20;

/** Where {@link CommandOutput} writes to. */
export interface CommandOutputOptions {
  readonly charset: Charset;
  readonly write: (line: string) => void;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
}

/**
 * The output of a command, made safe for a terminal: printable lines of limited length, and not more than a reader can
 * follow. Of a line that is drawn again and again, such as curl's progress, the last state is shown.
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

  /** Handles output. */
  take(bytes: Buffer): void {
    const [rest = '', ...ended] = this.#decoder.write(bytes).split('\n').toReversed();
    for (const text of ended.toReversed()) {
      this.#grow(text);
      this.#show();
    }
    this.#grow(rest);
  }

  /** Shows what remains, and how much was left out. */
  end(): void {
    this.#grow(this.#decoder.end());
    if (this.#line !== '') this.#show();
    if (this.#omitted > 0) this.#options.write(`(${this.#omitted} more lines were left out)\n`);
    this.#omitted = 0;
  }

  /** Text before the last carriage return has been overwritten; a line may end with a carriage return as well. */
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
