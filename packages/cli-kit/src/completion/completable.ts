import type { Options } from '../option.js';

/** What a shell can complete behind a program's name, or behind one of its commands. */
export interface Completable {
  /** Name of the command; of the program for what stands behind no command. */
  readonly name: string;
  /** What a command does; a clause. */
  readonly about: string;
  readonly options: Options;
  /** Words other than options. */
  readonly offers: readonly string[];
  /** Commands that list such words as well, one a line: a program and its arguments, of plain words. */
  readonly listedBy?: readonly string[];
  /** The program whose own arguments follow `--`. */
  readonly behind?: string | undefined;
}

/** A program that completion scripts are made for. */
export interface Completed {
  /** The program itself. */
  readonly program: Completable;
  readonly commands: readonly Completable[];
  /** The command that prints a script: `pacman-fetch completion bash`. */
  readonly printedBy: (shell: string) => string;
  /** Whether the command line of any other program follows `--`. */
  readonly runs: boolean;
}

/** The name of a shell function for a program. */
export function functionOf({ program }: Completed): string {
  return `_${program.name.replaceAll('-', '_')}`;
}
