import { columnsOf } from './text.js';

/** What a region needs of a terminal: a `tty.WriteStream` is one. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

const eraseLine = '\u001B[K';
const eraseBelow = '\u001B[J';

/**
 * Lines at the bottom of a terminal that are drawn again and again; above them the terminal scrolls as ever. The cursor
 * rests in the row below, so nothing has to be put in order when the program is killed.
 */
export class Region {
  readonly #terminal: Terminal;
  readonly #reflows: boolean;
  #drawn: readonly string[] = [];

  /**
   * @param terminal - where to draw
   * @param reflows - whether it wraps what it shows anew when it becomes narrower, as all but a few do
   */
  constructor(terminal: Terminal, reflows: boolean) {
    this.#terminal = terminal;
    this.#reflows = reflows;
  }

  /**
   * Draws the lines in place of the last ones.
   *
   * @param lines - none wider than the terminal
   * @param above - lines that are to stay, above them
   */
  draw(lines: readonly string[], above: readonly string[] = []): void {
    if (above.length === 0 && lines.join('\n') === this.#drawn.join('\n')) return;
    // Erased first: after the last column a terminal waits with the cursor on it, and would erase that sign.
    const row = (line: string): string => `${eraseLine}${line}\r\n`;
    const rest = above.length + lines.length < this.#drawn.length ? eraseBelow : '';
    this.#terminal.write(`${up(this.#drawn.length)}${[...above, ...lines].map(row).join('')}${rest}`);
    this.#drawn = lines;
  }

  /** Lets the lines stay for good; the next ones come below them. */
  leave(): void {
    this.#drawn = [];
  }

  /** Takes the lines away, so that something else can be written; the next {@link draw} brings them back. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    this.#terminal.write(`${up(this.#drawn.length)}${eraseBelow}`);
    this.#drawn = [];
  }

  /** The same after the terminal has changed its size: by then the lines may take more rows than they did. */
  clearResized(): void {
    const { columns, rows } = this.#terminal;
    const rowsOf = (line: string) => (this.#reflows ? Math.max(1, Math.ceil(columnsOf(line) / columns)) : 1);
    const taken = this.#drawn.reduce((sum, line) => sum + rowsOf(line), 0);
    if (taken > 0) this.#terminal.write(`${up(Math.min(taken, rows - 1))}${eraseBelow}`);
    this.#drawn = [];
  }
}

/** To the first column, so many rows up (ECMA-48, CPL). */
function up(rows: number): string {
  return rows === 0 ? '\r' : `\u001B[${rows}F`;
}
