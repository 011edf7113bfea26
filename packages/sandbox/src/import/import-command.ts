import type { Machine } from '@sb/seccomp';

import type { Imported } from './imported.js';

/** What a command line of a container is read with. */
export interface DockerOptions {
  /** Whose calls the filter is about. Default: `x86_64` */
  readonly machine?: Machine;
  /** The text of the profile that `--security-opt seccomp=FILE` names, in JSON. An exported script has it in it. */
  readonly profile?: string;
}

/**
 * Reads a command line of `docker run` or `podman run` as a policy, or a script of `export('docker')`: user, groups, capabilities,
 * profile, limits, environment and directory. The files of an image are not those of this machine: `--read-only` becomes the preset
 * `read-only`, and otherwise `landlock` is off. Nothing is run, and no file is read.
 *
 * @param text - at most 2 Mi characters
 * @returns the policy, and in `unsaid` each option that has no place in it or means something else there
 * @throws SandboxError `invalid-policy` for an option that is not known, `--privileged`, variables and other commands of the shell;
 *   SeccompError of `fromOci`
 */
export async function importDocker(
  text: string,
  { machine = 'x86_64', profile }: DockerOptions = {},
): Promise<Imported> {
  const { readDocker } = await import('./docker.js');
  return readDocker(text, { machine, profile });
}

/** What a command line of bubblewrap is read with. */
export interface BwrapOptions {
  /** Whose calls the filter is about. Default: `x86_64` */
  readonly machine?: Machine;
  /** The program that `--seccomp FD` reads. An exported script has it in it. */
  readonly filter?: Uint8Array;
}

/**
 * Reads a command line of bwrap(1) as a policy, or a script of `export('bwrap')`: capabilities, filter, limits, environment,
 * directory, and mounts as paths. The filter is a program: its policy is proved equal. Nothing is run, and no file is read.
 *
 * @param text - at most 2 Mi characters
 * @returns the policy, and in `unsaid` each option that has no place in it or means something else there
 * @throws SandboxError `invalid-policy` as {@link importDocker}; SeccompError `inexpressible`, `invalid-program`, `too-complex`
 */
export async function importBwrap(text: string, { machine = 'x86_64', filter }: BwrapOptions = {}): Promise<Imported> {
  const { readBwrap } = await import('./bwrap.js');
  return readBwrap(text, { machine, filter });
}
