import type { DescriptorLayout, StdioEntry } from './stdio.js';

/** The descriptors of a launcher: those of its target, and others that it needs itself. */
export class LaunchDescriptors {
  /** For `child_process`, one entry a descriptor. */
  readonly entries: StdioEntry[];
  readonly #layout: DescriptorLayout;
  readonly #keep: number[];

  /** @param layout - of the target */
  constructor(layout: DescriptorLayout) {
    this.entries = [...layout.stdio];
    this.#layout = layout;
    this.#keep = [...layout.keep];
  }

  /** What the launcher does not close at once, ascending. If nothing was added, it is the list of the layout. */
  get keep(): readonly number[] {
    return this.entries.length === this.#layout.stdio.length ? this.#layout.keep : this.#keep;
  }

  /**
   * Adds one.
   *
   * @param entry - a descriptor of this process; `ignore`: the launcher replaces it
   * @param least - its number in the launcher, or the next one after the others if that is higher
   * @returns its number in the launcher
   */
  add(entry: number | 'ignore', least = 0): number {
    while (this.entries.length < least) this.entries.push('ignore');
    this.#keep.push(this.entries.length);
    return this.entries.push(entry) - 1;
  }
}
