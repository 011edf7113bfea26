import { answerPatience, bytePatience, isTail, shortPatience, tailPatience } from './patience.js';

/** What is known about the pace of one download from one source. Times are numbers of checks. */
export interface Entry {
  readonly url: URL;
  readonly onSlow: () => void;
  position: number | undefined;
  total: number | undefined;
  received: number;
  age: number; // Checks since the beginning.
  /** Checks since the last few bytes, and the bytes at that time. */
  quiet: number;
  mark: number;
  /** The longest silence between two bytes so far, in checks. */
  gap: number;
  /** Bytes at each of the last measurements, oldest first. */
  readonly history: number[];
  isBelowShare: boolean;
  isStill: boolean;
  /** Whether it has waited for other answers. */
  hasWaited: boolean;
}

/** A download that has just begun. @param onSlow - called at each check at which it is slow */
export function entryOf(url: URL, onSlow: () => void): Entry {
  return {
    url,
    onSlow,
    position: undefined,
    total: undefined,
    received: 0,
    age: 0,
    quiet: 0,
    mark: 0,
    gap: 0,
    history: [0],
    isBelowShare: false,
    isStill: false,
    hasWaited: false,
  };
}

/** Checks after which a source counts as slow for every file. */
export function longPatience({ position }: Entry): number {
  return position === undefined ? answerPatience : bytePatience;
}

/** Checks after which a source is not enough for its file: fewer for the last bytes. */
export function ownPatience({ position = 0, total, mark, gap }: Entry, others = shortPatience): number {
  const isLast = mark > 0 && total !== undefined && isTail(total - position, total);
  return isLast ? Math.min(others, tailPatience(gap)) : others;
}
