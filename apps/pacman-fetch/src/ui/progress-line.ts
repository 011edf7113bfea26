import type { WriteStream } from 'node:tty';

import { bar } from './bar.js';

/** Milliseconds over which the shown rate is averaged. */
const rateWindow = 3000;

/** The line at the bottom of a terminal that shows how far a download is. Without a terminal it shows nothing. */
export class ProgressLine {
  readonly #terminal: WriteStream | undefined;
  readonly #name: string;
  #samples: { readonly at: number; readonly received: number }[] = [];
  #isShown = false;

  /**
   * @param stream - usually standard error
   * @param name - what is downloaded
   */
  constructor(stream: NodeJS.WriteStream, name: string) {
    this.#terminal = stream.isTTY ? stream : undefined;
    this.#name = name;
  }

  /** Shows the newest figures. */
  update(received: number, total: number | undefined): void {
    if (this.#terminal === undefined) return;
    const at = performance.now();
    this.#samples.push({ at, received });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > rateWindow) this.#samples.shift();
    const [oldest = { at, received }] = this.#samples;
    const rate = at > oldest.at ? ((received - oldest.received) / (at - oldest.at)) * 1000 : 0;
    // The last column stays free: some terminals wrap at it.
    const line = bar({ name: this.#name, received, total, rate }, (this.#terminal.columns || 80) - 1);
    this.#terminal.write(`\r${line}\u001B[K`);
    this.#isShown = true;
  }

  /** Leaves the line as it is and goes to the next one. */
  end(): void {
    if (this.#isShown) this.#terminal?.write('\n');
    this.#isShown = false;
  }
}
