/** What a download goes into, in order. */
export interface Sink {
  /** Bytes that are there from the start of the file on: what came before, and what was written. */
  readonly position: number;
  /**
   * Begins to write.
   *
   * @param isAppended - behind what is there; otherwise that is thrown away
   */
  begin(isAppended: boolean): void;
  /**
   * Takes a chunk whole. The chunk is not to be changed afterwards.
   *
   * @returns what to wait for before the next one; undefined for nothing
   * @throws TransferFailure `too-large` before the limit is passed, `file` if the disk refuses
   */
  write(chunk: Uint8Array): Promise<void> | undefined;
}

/** Why a chunk is not taken that would pass a limit, in bytes. */
export function tooLargeFor(maxBytes: number): string {
  return `The file is larger than ${maxBytes} bytes`;
}
