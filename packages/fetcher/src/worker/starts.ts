import type { WorkerFile } from '../channel/messages.js';
import type { Tools } from './tools.js';

/** Files that have been started, and may wait for the answers to others: so many times those that are not waiting. */
const most = 8;

/** Starts the files of a worker: as many at once as the caller permits, and more that wait for the answers to these. */
export class Starts {
  readonly #tools: Tools;
  #running = 0;
  #wake = (): void => {};

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Looks again whether the next file can be started. */
  wake(): void {
    this.#wake();
  }

  /**
   * Starts files in their order, and waits for the end of all.
   *
   * @param download - of one of them; it does not reject
   */
  async run(
    files: readonly (readonly [file: number, wanted: WorkerFile])[],
    download: (file: number, wanted: WorkerFile) => Promise<void>,
  ): Promise<void> {
    const all: Promise<void>[] = [];
    for (const [file, wanted] of files) {
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      while (!this.#mayStart(wanted)) await this.#change();
      this.#running++;
      all.push(download(file, wanted).finally(() => this.#end()));
    }
    await Promise.all(all);
  }

  #end(): void {
    this.#running--;
    this.#wake();
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #mayStart({ sources: [source], size, isSummed }: WorkerFile): boolean {
    const { work, pace, trust, hosts, connections, waiting } = this.#tools;
    if (this.#running - waiting.size < work.parallel) return true;
    if (source === undefined || size === null || this.#running >= work.parallel * most) return false;
    const url = new URL(source);
    const isHonest = isSummed ? trust.isProven(url) : !trust.isLiar(url);
    return isHonest && !pace.isBehind(url) && !hosts.isSkipped(url, false) && connections.hasRoom(url);
  }
}
