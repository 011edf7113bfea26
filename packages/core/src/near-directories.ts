import { closeSync } from 'node:fs';

/** How many are held at once: paths that are asked for together lie beside or below each other. */
const mostKept = 8;

/**
 * Directories that earlier calls of `holdPath` went through. Each stays open, so a path that begins with the same text
 * is looked up from there. A thousand rules in one directory take a step each, and so does each name of a deep path.
 */
export class NearDirectories implements Disposable {
  /** By the text that led to each. */
  readonly #kept = new Map<string, number>();

  /**
   * Where a path can begin.
   *
   * @param path - a character for each byte
   * @returns a descriptor that stays kept, and what comes after it; undefined without one
   */
  nearest(path: string): { readonly descriptor: number; readonly rest: string } | undefined {
    for (let above = textAbove(path); above !== undefined;) {
      const descriptor = this.#kept.get(above);
      if (descriptor !== undefined) return { descriptor, rest: path.slice(above.length) };
      above = textAbove(above);
    }
    return undefined;
  }

  /**
   * Keeps a directory.
   *
   * @param above - the start of a path that led to it, up to a slash
   * @param descriptor - its descriptor
   * @returns whether the descriptor is kept now: then this object closes it, at the earliest when another one is kept
   */
  keep(above: string, descriptor: number): boolean {
    if (above === '' || this.#kept.has(above)) return false;
    const [oldest] = this.#kept;
    if (oldest !== undefined && this.#kept.size === mostKept) this.#close(...oldest);
    this.#kept.set(above, descriptor);
    return true;
  }

  [Symbol.dispose](): void {
    for (const one of this.#kept) this.#close(...one);
  }

  #close(path: string, descriptor: number): void {
    this.#kept.delete(path);
    closeSync(descriptor);
  }
}

/** The path up to its last slash. */
function textAbove(path: string): string | undefined {
  const end = path.lastIndexOf('/');
  return end > 0 ? path.slice(0, end) : undefined;
}
