import type { BarLine } from './bar.js';
import { type DisplayEvent, isSignature } from './events.js';
import { Transfer } from './transfer.js';

/** All downloads that a display shows, in the order of their start. */
export class Transfers {
  #shown: Transfer[] = [];
  readonly #byName = new Map<string, Transfer>();
  #total: { readonly files: number; readonly size?: number; readonly at: number } | undefined;
  #finished = 0;

  /** Handles an event. Events that do not concern a download, and those of signatures, change nothing. */
  take(event: DisplayEvent, at: number): void {
    if (event.event === 'total') this.#total = { ...event, at };
    if (!('name' in event) || event.event === 'serverFailed' || isSignature(event.name)) return;
    let transfer = this.#byName.get(event.name);
    if (transfer === undefined || transfer.hasEnded) {
      // A second event about the end of a file is not another download.
      if (transfer !== undefined && event.event !== 'start') return;
      transfer = new Transfer(event, at);
      this.#byName.set(event.name, transfer);
      this.#shown.push(transfer);
    }
    transfer.take(event, at);
    if (transfer.hasEnded) this.#finished++;
  }

  /** Those that have not been settled yet. */
  get shown(): readonly Transfer[] {
    return this.#shown;
  }

  /**
   * Returns the ones that need no moving line any more.
   *
   * @param order - `kept`: only those before the first that still runs; `finished-first`: each as it ends
   */
  settle(order: 'kept' | 'finished-first'): readonly Transfer[] {
    const running = this.#shown.findIndex(({ hasEnded }) => !hasEnded);
    const isSettled = ({ hasEnded }: Transfer, index: number) =>
      hasEnded && (order === 'finished-first' || running === -1 || index < running);
    const settled = this.#shown.filter(isSettled);
    this.#shown = this.#shown.filter((transfer, index) => !isSettled(transfer, index));
    return settled;
  }

  /** Forgets everything, for the next part of the work. */
  clear(): void {
    this.#shown = [];
    this.#byName.clear();
    this.#total = undefined;
    this.#finished = 0;
  }

  /** The line of all together; undefined if no total was announced. */
  totalLine(at: number): BarLine | undefined {
    if (this.#total === undefined || this.#total.files < 2) return undefined;
    const { files, size: announced } = this.#total;
    const all = Array.from(this.#byName.values());
    const received = all.reduce((sum, transfer) => sum + transfer.received, 0);
    const isOver = this.#finished >= files;
    // A file without a byte has no rate yet.
    const moving = all.filter((transfer) => !transfer.hasEnded && transfer.received > transfer.offset);
    const passed = (at - this.#total.at) / 1000;
    const offset = all.reduce((sum, transfer) => sum + transfer.offset, 0);
    const average = passed > 0 ? (received - offset) / passed : 0;
    const running = moving.reduce((sum, transfer) => sum + transfer.line(at).rate, 0);
    const rate = isOver || moving.length === 0 ? average : running;
    const size = announced ?? (isOver ? received : undefined);
    const left = size === undefined || rate <= 0 ? undefined : Math.max(0, size - received) / rate;
    const width = String(files).length;
    return {
      label: `Total (${String(this.#finished).padStart(width)}/${files})`,
      received,
      total: size,
      rate,
      seconds: isOver ? passed : left,
    };
  }
}
