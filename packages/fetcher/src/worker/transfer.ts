/** One download from one source. */
export interface Transfer extends Disposable {
  /** Reports the bytes of the file so far, and those of the whole file. */
  update(position: number, total: number | undefined): void;
  /** Records whether it waits for the answers to other requests. That time is not counted. */
  turn(isTurn: boolean): void;
  /** Whether as many bytes as expected arrive. */
  readonly goesWell: boolean;
  /** Whether it is slow even if no other source can help at the same time. */
  readonly isSlow: boolean;
  /** Whether it was begun so recently that its silence says nothing. */
  readonly isNew: boolean;
}
