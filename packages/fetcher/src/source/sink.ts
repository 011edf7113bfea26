/** The target of a download, which is written in order. */
export interface Sink {
  /** Bytes so far from the start of the file: the earlier content, and what was written. */
  readonly position: number;
  /**
   * Starts to write.
   *
   * @param isAppended - after the existing content; otherwise that is discarded
   */
  begin(isAppended: boolean): void;
  /**
   * Takes a whole chunk, whose memory is used again afterwards: a sink that keeps bytes must copy them.
   *
   * @returns a promise to await before the next one, and before the memory is used again; undefined if the next one may
   *   follow at once
   * @throws TransferFailure `too-large` before the limit is exceeded, `file` if the write fails
   */
  write(chunk: Uint8Array): Promise<void> | undefined;
}

/** Why a chunk is refused that would exceed a limit, in bytes. */
export function tooLargeFor(maxBytes: number): string {
  return `The file is larger than ${maxBytes} bytes`;
}
