/** The names of the profiles. */
export const profileNames = ['read', 'project', 'build', 'convert', 'client', 'server', 'none'] as const;

/** Name of a profile. */
export type ProfileName = (typeof profileNames)[number];

/** Ports of one kind that a profile grants; the policy's own come to them. */
export type ProfilePorts = readonly number[] | 'any';

/**
 * What a kind of work needs, as data. Credentials (`credentials.ts`) are never granted, whatever folder they lie in. Paths
 * that don't exist are left out.
 */
export interface Profile {
  /** One line for people. */
  readonly about: string;
  /** What is granted of the whole file system before the paths: of `read-only` all but credentials. */
  readonly preset: 'read-only' | 'none';
  /** Grants by kind of access; `~/` is the home folder of who runs, `.` the working folder. */
  readonly paths: readonly ProfileRule[];
  /** Whether what the program itself needs is granted, wherever it lies: its file, and the interpreter that it names. */
  readonly program: boolean;
  /** The private temporary folder: none, written in, or programs executed in as well. */
  readonly tmp?: 'rw' | 'rwx';
  /** HOME is an empty folder beside the private temporary one: programs find no settings that they may not read. */
  readonly home?: 'tmp';
  readonly connectTcp: ProfilePorts;
  readonly bindTcp: ProfilePorts;
  /** Whether internet sockets can be made: always, or where ports are granted; `tcp`: there, and none for UDP. */
  readonly internet: 'always' | 'with-ports' | 'tcp-with-ports';
  /** By kernel name, in the kernel's unit. */
  readonly rlimits?: Readonly<Record<string, number>>;
}

/** Paths of one kind of access. */
export interface ProfileRule {
  readonly access: 'ro' | 'rx' | 'rw' | 'rwx';
  readonly paths: readonly string[];
}
