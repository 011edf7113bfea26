/** The names of the profiles. */
export const profileNames = ['read', 'project', 'build', 'convert', 'client', 'server', 'none'] as const;

/** Name of a profile. */
export type ProfileName = (typeof profileNames)[number];

/** Ports of one kind that a profile grants; the policy's own are added. */
export type ProfilePorts = readonly number[] | 'any';

/**
 * What a kind of work needs, as data. Credentials (`credentials.ts`) are never granted, in any directory. Paths that do
 * not exist are left out.
 */
export interface Profile {
  /** One line for people. */
  readonly about: string;
  /** What is granted of the whole file system before the paths: with `read-only` everything except for credentials. */
  readonly preset: 'read-only' | 'none';
  /** Grants by kind of access; `~/` is the home directory of the user, `.` the working directory. */
  readonly paths: readonly ProfileRule[];
  /**
   * Whether the needs of the program itself are granted, in any directory: its file, and the interpreter that it names.
   */
  readonly program: boolean;
  /** The private temporary directory: none, `rw` for writing, `rwx` for executing programs as well. */
  readonly tmp?: 'rw' | 'rwx';
  /**
   * HOME is an empty directory next to the private temporary one, so programs find no settings that they may not read.
   */
  readonly home?: 'tmp';
  readonly connectTcp: ProfilePorts;
  readonly bindTcp: ProfilePorts;
  /**
   * Whether internet sockets can be made: always, or if ports are granted. `tcp-with-ports`: if ports are granted, and
   * not for UDP.
   */
  readonly internet: 'always' | 'with-ports' | 'tcp-with-ports';
  /** By kernel name, in the kernel's unit. */
  readonly rlimits?: Readonly<Record<string, number>>;
}

/** Paths of one kind of access. */
export interface ProfileRule {
  readonly access: 'ro' | 'rx' | 'rw' | 'rwx';
  readonly paths: readonly string[];
}
