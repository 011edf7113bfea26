/** What is watched. */
export interface GrowthOptions {
  /** Bytes that the file holds now. */
  readonly size: () => number;
  /** Bytes that it may hold. */
  readonly maxBytes: number;
  /** Seconds without a new byte that are allowed; undefined for any. */
  readonly patience: number | undefined;
  /** Told once what is wrong. */
  readonly onProblem: (what: string) => void;
}

/**
 * Watches a file that a worker fills, since a worker that stands still or never ends says nothing of it. Counts its own
 * looks rather than the clock, so that a stopped or suspended parent doesn't blame the worker.
 */
export function watchGrowth({ size, maxBytes, patience, onProblem }: GrowthOptions): () => void {
  let last = size();
  let still = 0;
  const timer = setInterval(() => {
    const now = size();
    still = now === last ? still + 1 : 0;
    last = now;
    if (now > maxBytes) onProblem(`it wrote more than ${maxBytes} bytes`);
    else if (patience !== undefined && still >= patience) onProblem(`it wrote nothing for ${patience} seconds`);
    else return;
    clearInterval(timer);
  }, 1000);
  return () => clearInterval(timer);
}
