import type { ProfileName } from '../../src/profile/profile.js';

/** One daily command in one profile. */
export interface Row {
  /**
   * A line for the shell, in a working folder beneath a home folder. `{url}` and `{port}` are those of a web server on loopback,
   * `{free}` is a port that nobody has, `{pid}` a process outside, `{sb}` sb-run and `{stage}` where it lies.
   */
  readonly line: string;
  readonly profile: ProfileName;
  /** What the command takes beside the profile, as it is typed; with the same words. */
  readonly options?: string;
  /** What is written where it works, or where it is denied. */
  readonly says: RegExp;
  /** Whether the profile denies it; without a sandbox it works then. */
  readonly isDenied?: boolean;
  /** Whether only root can do it without a sandbox, so that nobody else has a control. */
  readonly isRoots?: boolean;
  /** The programs that have to be there, beside those of a base system. */
  readonly needs?: readonly string[];
  /** Where it runs: with Docker's filter and capabilities, in a user namespace. */
  readonly within?: 'docker';
}

type Rest = Omit<Row, 'line' | 'profile' | 'says'>;

/** Makes rows of one profile. */
export const rowsOf =
  (profile: ProfileName) =>
  (line: string, says: RegExp, rest: Rest = {}): Row => ({ line, profile, says, ...rest });

/** The same of what it denies. */
export const denialsOf =
  (profile: ProfileName) =>
  (line: string, says: RegExp, rest: Rest = {}): Row => ({ line, profile, says, isDenied: true, ...rest });
