import type { BarLine } from './bar.js';
import type { FileEvent } from './events.js';
import { labelOf } from './messages.js';

/** Milliseconds over which the shown rate is averaged. */
const rateWindow = 3000;

/** Bytes at a time, in milliseconds. */
interface Sample {
  readonly at: number;
  readonly received: number;
}

/** The progress of one file, from its events. */
export class Transfer {
  readonly name: string;
  readonly #begun: Sample;
  #samples: readonly Sample[];
  #size: number | undefined;
  #ended: number | undefined;
  #end: 'done' | 'upToDate' | 'failed' | undefined;

  /**
   * @param start - its first event; without an offset it starts at byte 0
   * @param at - milliseconds of a clock that only runs forward
   */
  constructor(start: FileEvent, at: number) {
    this.name = start.name;
    const { offset = 0, elapsed = 0 } = start.event === 'start' ? start : {};
    this.#begun = { at: at - elapsed, received: offset };
    this.#samples = [this.#begun];
    this.#size = 'size' in start ? start.size : undefined;
  }

  /** Handles an event of this file; events after its end are ignored. */
  take(event: FileEvent, at: number): void {
    if (this.#end !== undefined) return;
    if (event.event === 'progress') {
      this.#size = event.size ?? this.#size;
      const recent = this.#samples.filter(
        (sample, index) => index === this.#samples.length - 1 || at - sample.at <= rateWindow,
      );
      this.#samples = [...recent, { at, received: event.received }];
    }
    if (event.event === 'done' || event.event === 'upToDate' || event.event === 'failed') {
      this.#end = event.event;
      this.#ended = at;
      if (this.#end === 'done') this.#size ??= this.received;
    }
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Bytes that exist; all of them once it is done, even if the last progress event reported fewer. */
  get received(): number {
    if (this.#end === 'done' && this.#size !== undefined) return this.#size;
    return this.#samples.at(-1)?.received ?? 0;
  }

  /** Bytes of the whole file, if they are known. */
  get size(): number | undefined {
    return this.#size;
  }

  /** Bytes that existed before. */
  get offset(): number {
    return this.#begun.received;
  }

  /** The text that replaces the bar, in pacman's words; undefined while there is a bar. */
  get text(): string | undefined {
    if (this.#end === 'upToDate') return `${labelOf(this.name)} is up to date`;
    return this.#end === 'failed' ? `${this.name} failed to download` : undefined;
  }

  /** The current content of its bar. */
  line(at: number): BarLine {
    const { received } = this;
    const base = { label: labelOf(this.name), received, total: this.#size };
    if (this.#ended !== undefined) {
      // Even if everything came within one tick of the clock, it took some time.
      const seconds = Math.max(1, this.#ended - this.#begun.at) / 1000;
      return { ...base, rate: (received - this.offset) / seconds, seconds };
    }
    const rate = this.#rate(at);
    const isKnown = this.#size !== undefined && rate > 0;
    return { ...base, rate, seconds: isKnown ? Math.max(0, (this.#size ?? 0) - received) / rate : undefined };
  }

  #rate(at: number): number {
    const [oldest = this.#begun] = this.#samples;
    const passed = at - oldest.at;
    return passed > 0 ? Math.max(0, ((this.received - oldest.received) / passed) * 1000) : 0;
  }
}
