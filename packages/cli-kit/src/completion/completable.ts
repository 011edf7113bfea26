import type { Options } from '../option.js';

/** What a shell can complete after a program's name, or after one of its commands. */
export interface Completable {
  /** The name of the command, or of the program for words without a command. */
  readonly name: string;
  /** What a command does; a clause. */
  readonly about: string;
  readonly options: Options;
  /** Words other than options. */
  readonly offers: readonly string[];
  /** Commands that list more such words, one on each line: a program and its arguments, in plain words. */
  readonly listedBy?: readonly string[];
  /** The program whose own arguments follow `--`. */
  readonly behind?: string | undefined;
}

/** A program with completion scripts. */
export interface Completed {
  /** The program itself. */
  readonly program: Completable;
  readonly commands: readonly Completable[];
  /** The command that prints a script: `pacman-fetch completion bash`. */
  readonly printedBy: (shell: string) => string;
  /** Whether the command line of any other program follows `--`. */
  readonly runs: boolean;
  /** The program whose command line this one accepts as well. */
  readonly inPlaceOf?: StandIn;
}

/** Another program, and the first words by which its command line is recognized. */
interface StandIn {
  /** The name of the other program. */
  readonly program: string;
  /** Letters: a first word that is a dash with one of them. */
  readonly letters: string;
  /** Long options, without dashes. */
  readonly names: readonly string[];
}

/** Returns the name of a shell function for a program. */
export function functionOf({ program }: Completed): string {
  return `_${program.name.replaceAll('-', '_')}`;
}
