import { columnsOf } from './text.js';

/** The part of a terminal that a region needs: `tty.WriteStream` has it. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

const eraseLine = '\u001B[K';
const eraseBelow = '\u001B[J';

/**
 * Lines at the bottom of a terminal that are drawn again and again. Above them the terminal scrolls as usual. The
 * cursor rests in the row below, so nothing must be cleaned up if the program is killed.
 */
export class Region {
  readonly #terminal: Terminal;
  readonly #reflows: boolean;
  #drawn: readonly string[] = [];

  /**
   * @param terminal - where to draw
   * @param reflows - whether it wraps its lines again when it becomes narrower, as most terminals do
   */
  constructor(terminal: Terminal, reflows: boolean) {
    this.#terminal = terminal;
    this.#reflows = reflows;
  }

  /**
   * Draws the lines in place of the last ones.
   *
   * @param lines - none wider than the terminal
   * @param above - lines that stay, above them
   */
  draw(lines: readonly string[], above: readonly string[] = []): void {
    if (above.length === 0 && lines.join('\n') === this.#drawn.join('\n')) return;
    // The line is erased first: after the last column the cursor waits on that column, and erasing then would remove
    // its character.
    const row = (line: string): string => `${eraseLine}${line}\r\n`;
    const rest = above.length + lines.length < this.#drawn.length ? eraseBelow : '';
    this.#terminal.write(`${up(this.#drawn.length)}${[...above, ...lines].map(row).join('')}${rest}`);
    this.#drawn = lines;
  }

  /** Leaves the lines on the screen; the next ones follow below them. */
  leave(): void {
    this.#drawn = [];
  }

  /** Removes the lines, so that other text can be written; the next {@link draw} shows them again. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    this.#terminal.write(`${up(this.#drawn.length)}${eraseBelow}`);
    this.#drawn = [];
  }

  /** The same after the terminal has changed its size: the lines may now take more rows than before. */
  clearResized(): void {
    const { columns, rows } = this.#terminal;
    const rowsOf = (line: string) => (this.#reflows ? Math.max(1, Math.ceil(columnsOf(line) / columns)) : 1);
    const taken = this.#drawn.reduce((sum, line) => sum + rowsOf(line), 0);
    if (taken > 0) this.#terminal.write(`${up(Math.min(taken, rows - 1))}${eraseBelow}`);
    this.#drawn = [];
  }
}

/** Moves to the first column, the given number of rows up (ECMA-48, CPL). */
function up(rows: number): string {
  return rows === 0 ? '\r' : `\u001B[${rows}F`;
}
